import { chatModel, failure, steps, summary, weather } from './calls.mjs'

const classOf = ({ sdk }) => sdk.ToolLoopAgent ?? sdk.Experimental_Agent
const make = (t, script, more = {}, Agent = classOf(t)) =>
  new Agent({
    id: 'forecaster',
    model: chatModel(t, script),
    ...(t.sdk.ToolLoopAgent ? { instructions: 'Be brief.' } : { system: 'Be brief.' }),
    tools: { get_weather: weather(t) },
    maxRetries: 0,
    ...steps(t),
    ...more,
  })

export const agentProbes = [
  {
    name: 'agent-shape',
    run: (t) => {
      const { prototype } = classOf(t)
      const agent = make(t, 'hello')
      t.note(prototype.generate.name, prototype.generate.length, prototype.stream.length)
      t.note(Object.keys(prototype), Object.keys(agent), Object.getOwnPropertyNames(prototype))
    },
  },
  { name: 'agent', run: async (t) => summary(await make(t, 'tool').generate({ prompt: 'Weather?' })) },
  {
    name: 'agent-stream',
    run: async (t) => {
      const result = await make(t, 'tool').stream({ prompt: 'Weather?' })
      const said = []
      for await (const text of result.textStream) said.push(text)
      return said
    },
  },
  {
    name: 'agent-subclass',
    run: async (t) => {
      class Mine extends classOf(t) {
        #count = 0
        generate(options) {
          this.#count += 1
          return super.generate(options)
        }
        get count() {
          return this.#count
        }
      }
      const agent = make(t, 'hello', { id: undefined }, Mine)
      const { text } = await agent.generate({ prompt: 'Hi!' })
      return [text, agent.count, agent instanceof classOf(t)]
    },
  },
  {
    name: 'agent-prepared',
    needs: ({ sdk }) => sdk.ToolLoopAgent !== undefined,
    run: async (t) => {
      const prepareCall = (given) => {
        t.note(Object.keys(given).sort())
        return { ...given, prompt: 'Hi!' }
      }
      return (await make(t, 'hello', { prepareCall }).generate({ prompt: 'Hello!' })).text
    },
  },
  { name: 'agent-error', run: (t) => failure(make(t, 'error-401').generate({ prompt: 'Hi!' })) },
  {
    name: 'agent-off',
    run: async (t) => {
      const off = { isEnabled: false }
      const agent = make(t, 'hello', { experimental_telemetry: off, telemetry: off })
      return (await agent.generate({ prompt: 'Hi!' })).text
    },
  },
  {
    name: 'agent-in-tool',
    run: async (t) => {
      const inner = make(t, 'hello', { id: 'helper' })
      const ask = weather(t, async () => (await inner.generate({ prompt: 'Hi!' })).text)
      return summary(await make(t, 'tool', { tools: { get_weather: ask } }).generate({ prompt: 'Weather?' }))
    },
  },
]
