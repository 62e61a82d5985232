// An agent that asks a model of a local server, and sends what happened to MLflow.
import { Ollama } from 'ollama'
import { flushTraces, init, withAgent, withTool } from 'turnspan'

const { trackingUri, experimentName, provider, responseId } = JSON.parse(process.env.SETTINGS)
init({ trackingUri, experimentName, captureContent: true })
const clientOf = (script) => new Ollama({ host: `${provider}/${script}/agent-${script}` })
const model = 'llama3.2'
const weather = (tool, given) => withTool({ tool, arguments: given }, () => `sunny in ${given.city}`)
const tools = [
  { type: 'function', function: { name: 'get_weather', parameters: { type: 'object', properties: {} } } },
]

const said = await withAgent(
  { agent: 'weather', responseId, sessionId: 's-ollama', user: 'u-1' },
  async (agent) => {
    agent.setInputs({ messages: [{ role: 'user', content: 'Weather?' }] })
    const client = clientOf('tool')
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
    ]
    const { message } = await client.chat({ model, messages, tools })
    messages.push(message)
    for (const { function: called } of message.tool_calls)
      messages.push({ role: 'tool', tool_name: called.name, content: weather(called.name, called.arguments) })
    const answer = await client.chat({ model, messages, tools })
    const stream = await clientOf('reasoning').chat({
      model,
      messages: [{ role: 'user', content: 'And now?' }],
      stream: true,
    })
    for await (const _part of stream);
    await clientOf('hello').embed({ model: 'nomic-embed-text', input: 'one' })
    await clientOf('error-400')
      .chat({ model, messages: [{ role: 'user', content: '?' }] })
      .catch(() => undefined)
    return answer.message.content
  },
)
const report = await flushTraces({ timeoutMs: 40_000 })
process.stdout.write(JSON.stringify({ said, report }))
