// A desk for questions on Mastra, as a program has it. `SETTINGS` has the models' addresses and turnspan's options.
import { Agent } from '@mastra/core/agent'
import { Mastra } from '@mastra/core/mastra'
import { createTool } from '@mastra/core/tools'
import { Observability } from '@mastra/observability'
import { flushTraces, init } from 'turnspan'
import { createMastraBridge } from 'turnspan/mastra'
import * as z from 'zod'

const { models, options } = JSON.parse(process.env.SETTINGS)
init(options)

let isDark = false
const weather = createTool({
  id: 'get_weather',
  description: 'The weather in a city',
  inputSchema: z.object({ city: z.string() }),
  async execute({ city }) {
    if (isDark) throw new RangeError('no such city')
    return { sky: `sunny in ${city}` }
  },
})
const agents = Object.fromEntries(
  Object.entries(models).map(([name, address]) => [
    name,
    new Agent({
      id: 'desk',
      name: 'desk',
      instructions: 'Be brief.',
      model: { id: 'openai/gpt-4o', url: `${address}/v1`, apiKey: 'sk-test' },
      tools: { get_weather: weather },
    }),
  ]),
)
const observability = new Observability({
  configs: { default: { serviceName: 'desk', bridge: createMastraBridge() } },
})
const mastra = new Mastra({ logger: false, agents, observability })

const ask = (name) =>
  mastra.getAgent(name).generate(`What of ${name}?`, {
    tracingOptions: { metadata: { sessionId: name, userId: 'u-1' } },
  })
await ask('works')
isDark = true
await ask('fails')
await observability.getDefaultInstance().flush()
process.stdout.write(JSON.stringify(await flushTraces()))
