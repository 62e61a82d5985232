// A help desk of two agents: a question with a tool, one whose tool fails, one that is handed over, one that is streamed.
import { FunctionTool, Gemini, InMemoryRunner, LlmAgent, StreamingMode } from '@google/adk'
import { flushTraces, init } from 'turnspan'

const { models, options } = JSON.parse(process.env.SETTINGS)
init(options)

let failing = false
const weather = new FunctionTool({
  name: 'get_weather',
  description: 'The weather in a city',
  parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } },
  execute: ({ city }) => {
    if (failing) throw new RangeError('no such city')
    return { sky: `sunny in ${city}` }
  },
})

async function ask(name, runConfig) {
  process.env.GOOGLE_GEMINI_BASE_URL = models[name]
  const model = new Gemini({ model: 'gemini-2.5-flash', apiKey: 'test' })
  const refunds = new LlmAgent({ name: 'refunds', description: 'Pays back.', model, tools: [weather] })
  const agent = new LlmAgent({ name: 'desk', model, tools: [weather], subAgents: [refunds] })
  const runner = new InMemoryRunner({ agent, appName: 'app' })
  await runner.sessionService.createSession({ appName: 'app', userId: 'u-1', sessionId: name })
  const newMessage = { role: 'user', parts: [{ text: `What of ${name}?` }] }
  for await (const _event of runner.runAsync({ userId: 'u-1', sessionId: name, newMessage, runConfig }));
}

await ask('works')
failing = true
await ask('fails')
failing = false
await ask('transfer')
await ask('stream', { streamingMode: StreamingMode.SSE })
const report = await flushTraces({ timeoutMs: 30_000 })
process.stdout.write(`\n${JSON.stringify(report)}\n`)
