// An agent that answers with tools, and sends what happened to MLflow.
import OpenAI from 'openai'
import { flushTraces, init, withAgent } from 'turnspan'

const { trackingUri, experimentName, provider, responseId } = JSON.parse(process.env.SETTINGS)
const status = init({ trackingUri, experimentName, captureContent: true })
const clientOf = (script) =>
  new OpenAI({ apiKey: 'sk-test', baseURL: `${provider}/${script}/agent-${script}/v1` })
const tool = (name, fn) => ({
  type: 'function',
  function: { name, parameters: { type: 'object', properties: {} }, parse: JSON.parse, function: fn },
})

const answer = await withAgent(
  { agent: 'weather', responseId, sessionId: 's-openai', user: 'u-1' },
  async (agent) => {
    agent.setInputs({ messages: [{ role: 'user', content: 'Weather?' }] })
    const { data } = await clientOf('hello').embeddings.create({
      model: 'text-embedding-3-small',
      input: 'Weather?',
    })
    const runner = clientOf('tools').chat.completions.runTools({
      model: 'gpt-4o',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
      ],
      tools: [tool('get_weather', async ({ city }) => `sunny in ${city}`), tool('get_time', () => 'noon')],
    })
    const said = await runner.finalContent()
    const stream = await clientOf('tool').responses.create({
      model: 'gpt-4o',
      instructions: 'Be brief.',
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'And in Paris?' }] }],
      tools: [
        {
          type: 'function',
          name: 'get_weather',
          parameters: { type: 'object', properties: {} },
          strict: false,
        },
      ],
      stream: true,
    })
    for await (const _event of stream);
    await clientOf('error-400')
      .chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'nobody', content: '' }] })
      .catch(() => undefined)
    return { said, dimensions: data[0].embedding.length }
  },
)
const report = await flushTraces({ timeoutMs: 40_000 })
process.stdout.write(JSON.stringify({ status, answer, report }))
