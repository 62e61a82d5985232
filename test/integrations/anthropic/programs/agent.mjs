// An agent that answers with tools, and sends what happened to MLflow.
import Anthropic from '@anthropic-ai/sdk'
import { flushTraces, init, withAgent } from 'turnspan'

const { trackingUri, experimentName, provider, responseId } = JSON.parse(process.env.SETTINGS)
init({ trackingUri, experimentName, captureContent: true })
const clientOf = (script) =>
  new Anthropic({ apiKey: 'sk-ant-test', baseURL: `${provider}/${script}/agent-${script}` })
const tool = (name, run) => ({
  type: 'custom',
  name,
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  parse: (input) => input,
  run,
})
const model = { model: 'claude-opus-5-5', max_tokens: 200 }

const said = await withAgent(
  { agent: 'weather', responseId, sessionId: 's-anthropic', user: 'u-1' },
  async (agent) => {
    agent.setInputs({ messages: [{ role: 'user', content: 'Weather?' }] })
    const last = await clientOf('tools').beta.messages.toolRunner({
      ...model,
      system: 'Be brief.',
      messages: [{ role: 'user', content: 'Weather?' }],
      tools: [tool('get_weather', async ({ city }) => `sunny in ${city}`), tool('get_time', () => 'noon')],
      stream: true,
      thread: false,
    })
    await clientOf('search')
      .messages.stream({ ...model, messages: [{ role: 'user', content: 'And now?' }] })
      .done()
    await clientOf('cached').messages.create({ ...model, messages: [{ role: 'user', content: 'Again!' }] })
    await clientOf('error-400')
      .messages.create({ ...model, messages: [{ role: 'user', content: '' }] })
      .catch(() => undefined)
    return last.content[0].text
  },
)
const report = await flushTraces({ timeoutMs: 40_000 })
process.stdout.write(JSON.stringify({ said, report }))
