// Forms in which a program uses ADK. Each probe returns and notes what it saw.
import { agent, ask, gemini, seen, shown, start, time, weather } from './parts.mjs'
import { programProbes } from './program-probes.mjs'

const sse = (t) => ({ runConfig: { streamingMode: t.sdk.lib.StreamingMode.SSE } })

const runs = [
  { name: 'hello', run: (t) => ask(t, agent(t)) },
  { name: 'cached', script: 'cached', run: (t) => ask(t, agent(t)) },
  { name: 'reasoning', script: 'reasoning', run: (t) => ask(t, agent(t)) },
  {
    name: 'settings',
    run: (t) => ask(t, agent(t, { generateContentConfig: { temperature: 0.5, maxOutputTokens: 50 } })),
  },
  { name: 'error', script: 'error-400', run: (t) => ask(t, agent(t)) },
  { name: 'tool', script: 'tool', run: (t) => ask(t, agent(t, { tools: [weather(t)] })) },
  { name: 'tools', script: 'tools', run: (t) => ask(t, agent(t, { tools: [weather(t), time(t)] })) },
  {
    name: 'tool-fails',
    script: 'tool',
    run: (t) =>
      ask(
        t,
        agent(t, {
          tools: [
            weather(t, () => {
              throw new RangeError('no such city')
            }),
          ],
        }),
      ),
  },
  {
    name: 'tool-refuses',
    script: 'tool',
    run: (t) => ask(t, agent(t, { tools: [weather(t, () => ({ error: 'not today' }))] })),
  },
  { name: 'tool-unknown', script: 'tool', run: (t) => ask(t, agent(t, { tools: [time(t)] })) },
  { name: 'stream', run: (t) => ask(t, agent(t), sse(t)) },
  { name: 'stream-tool', script: 'tool', run: (t) => ask(t, agent(t, { tools: [weather(t)] }), sse(t)) },
  { name: 'stream-cut', script: 'cut', run: (t) => ask(t, agent(t), sse(t)) },
  {
    name: 'stream-left',
    script: 'endless',
    run: async (t) => {
      const events = []
      for await (const event of await start(t, agent(t), sse(t))) {
        events.push(shown(event))
        if (events.length === 3) break
      }
      return events
    },
  },
  {
    name: 'stream-aborted',
    script: 'endless',
    run: async (t) => {
      const control = new AbortController()
      let count = 0
      for await (const event of await start(t, agent(t), { ...sse(t), abortSignal: control.signal })) {
        count += event.partial ? 1 : 0
        if (count === 3) control.abort()
      }
      return count
    },
  },
]

const agents = [
  {
    name: 'transfer',
    script: 'transfer',
    run: (t) => {
      const model = gemini(t)
      const refunds = agent(t, { name: 'refunds', description: 'Pays back.', model, tools: [weather(t)] })
      return ask(t, agent(t, { name: 'triage', model, subAgents: [refunds] }))
    },
  },
  {
    name: 'agent-tool',
    script: 'agent-tool',
    run: (t) => {
      const model = gemini(t)
      const researcher = agent(t, { name: 'research', description: 'Finds out.', model, tools: [weather(t)] })
      return ask(t, agent(t, { model, tools: [new t.sdk.lib.AgentTool({ agent: researcher })] }))
    },
  },
  {
    name: 'sequence',
    run: (t) => {
      const model = gemini(t)
      const subAgents = ['first', 'second'].map((name) => agent(t, { name, model }))
      return ask(t, new t.sdk.lib.SequentialAgent({ name: 'both', subAgents }))
    },
  },
  {
    name: 'parallel',
    run: async (t) => {
      const model = gemini(t)
      const subAgents = ['left', 'right'].map((name) => agent(t, { name, model }))
      const events = await ask(t, new t.sdk.lib.ParallelAgent({ name: 'sides', subAgents }))
      return events.toSorted((a, b) => (a.author < b.author ? -1 : 1))
    },
  },
  {
    name: 'own-agent',
    run: (t) => {
      class Own extends t.sdk.lib.BaseAgent {
        async *runAsyncImpl(context) {
          t.note('asked', context.userContent.parts[0].text)
          yield t.sdk.lib.createEvent({
            author: this.name,
            content: { role: 'model', parts: [{ text: 'By hand.' }] },
          })
        }
        async *runLiveImpl() {}
      }
      return ask(t, new Own({ name: 'own' }))
    },
  },
  {
    name: 'own-agent-fails',
    run: async (t) => {
      class Own extends t.sdk.lib.BaseAgent {
        // biome-ignore lint/correctness/useYield: it fails before it says anything
        async *runAsyncImpl() {
          throw new TypeError('own failure')
        }
        async *runLiveImpl() {}
      }
      return ask(t, new Own({ name: 'own' }))
    },
  },
  {
    name: 'workflow',
    needs: (t) => t.sdk.lib.Workflow !== undefined,
    run: (t) => {
      const { START, FunctionNode, Workflow } = t.sdk.lib
      const upper = new FunctionNode('upper', () => 'UP')
      const fails = new FunctionNode('fails', () => {
        throw new TypeError('node failure')
      })
      const edges = [
        [START, upper],
        [upper, fails],
      ]
      return seen(start(t, new Workflow({ name: 'flow', edges })))
    },
  },
]

export const probes = [...runs, ...agents, ...programProbes]
