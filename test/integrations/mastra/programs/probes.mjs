// Forms in which a program uses Mastra. Each probe returns and notes what it saw.
import { agent, ask, inside, mastra, options, shown, time, weather } from './parts.mjs'

const agents = [
  { name: 'hello', run: (t) => ask(t) },
  { name: 'cached', script: 'cached', run: (t) => ask(t) },
  { name: 'error', script: 'error-400', run: (t) => ask(t) },
  { name: 'tool', script: 'tool', run: (t) => ask(t, { tools: { get_weather: weather(t) } }) },
  {
    name: 'tools',
    script: 'tools',
    run: (t) => ask(t, { tools: { get_weather: weather(t), get_time: time(t) } }),
  },
  {
    name: 'tool-fails',
    script: 'tool',
    run: (t) => ask(t, { tools: { get_weather: weather(t, fails) } }),
  },
  {
    name: 'sub-agent',
    script: 'sub-agent',
    async run(t) {
      const helper = agent(t, { id: 'helper', name: 'helper' })
      const asks = async () => ({ sky: (await helper.generate('The weather?', options())).text })
      const assistant = agent(t, { tools: { get_weather: weather(t, asks) } })
      const app = await mastra(t, { agents: { assistant, helper } })
      return shown(await app.getAgent('assistant').generate('How is the weather?', options()))
    },
  },
  {
    name: 'two-at-once',
    async run(t) {
      const app = await mastra(t, { agents: { assistant: agent(t) } })
      const answers = await Promise.all(
        ['one', 'two'].map((text) => inside(t, () => app.getAgent('assistant').generate(text, options()))),
      )
      return answers.map(shown)
    },
  },
]

async function fails() {
  throw new RangeError('no such city')
}

const streams = [
  {
    name: 'stream',
    async run(t) {
      const app = await mastra(t, { agents: { assistant: agent(t) } })
      const stream = await app.getAgent('assistant').stream('How is the weather?', options())
      let text = ''
      for await (const piece of stream.textStream) text += piece
      return { text, usage: await stream.usage }
    },
  },
  {
    name: 'stream-tool',
    script: 'tool',
    async run(t) {
      const app = await mastra(t, { agents: { assistant: agent(t, { tools: { get_weather: weather(t) } }) } })
      const stream = await app.getAgent('assistant').stream('How is the weather?', options())
      const kinds = []
      for await (const { type } of stream.fullStream) if (type !== kinds.at(-1)) kinds.push(type)
      return kinds
    },
  },
]

const flow = (t, execute) => {
  const { createStep, createWorkflow } = t.sdk.workflows
  const city = t.sdk.z.object({ city: t.sdk.z.string() })
  const given = { inputSchema: city, outputSchema: city }
  const step = createStep({ id: 'work', ...given, execute })
  return createWorkflow({ id: 'flow', ...given })
    .then(step)
    .commit()
}

async function start(t, execute) {
  const app = await mastra(t, { workflows: { flow: flow(t, execute) } })
  const workflow = app.getWorkflow('flow')
  const run = await (workflow.createRunAsync ?? workflow.createRun).call(workflow)
  const { status, result } = await run.start({ inputData: { city: 'Paris' } })
  return { status, result }
}

const workflows = [
  { name: 'workflow', run: (t) => start(t, ({ inputData }) => inside(t, async () => inputData)) },
  { name: 'workflow-fails', run: (t) => start(t, fails) },
]

// The first version with bridges neither hides nor filters.
const isNewest = (t) => t.sdk.observability?.ObservabilityBus !== undefined

const settings = [
  {
    name: 'exporter',
    script: 'tool',
    needs: (t) => t.sdk.observability !== undefined,
    run: (t) => ask(t, { tools: { get_weather: weather(t) } }, {}, { exporting: true }),
  },
  {
    name: 'hidden',
    needs: isNewest,
    run: (t) => ask(t, {}, { hideInput: true, hideOutput: true }),
  },
  {
    name: 'kept-out',
    script: 'tool',
    needs: isNewest,
    run: (t) =>
      ask(t, { tools: { get_weather: weather(t) } }, {}, { excludeSpanTypes: ['tool_call', 'model_step'] }),
  },
]

const untraced = [
  {
    name: 'without-mastra',
    // Only where it is asked for: it is said that nothing of it is traced.
    needs: () => JSON.parse(process.env.PROBING).only?.includes('without-mastra') === true,
    run: async (t) => shown(await agent(t).generate('How is the weather?', options())),
  },
]

export const probes = [...agents, ...streams, ...workflows, ...settings, ...untraced]
