// Runners, several agents, guardrails, traces of the program's own, and models that are none of the SDK's.
import { agent, outcome, responses, seen, weather } from './parts.mjs'

const guardrail = (name, tripwireTriggered) => ({
  name,
  execute: async () => ({ outputInfo: { checked: name }, tripwireTriggered }),
})

/** A model of the program's own, which makes the SDK's span of its call itself. */
const ownModel = (t, withSpan) => ({
  async getResponse(request) {
    const answer = {
      usage: new t.sdk.lib.Usage({ inputTokens: 7, outputTokens: 3, totalTokens: 10 }),
      output: [
        {
          type: 'message',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'Hello from my own.' }],
        },
      ],
      responseId: 'own_1',
    }
    if (!withSpan) return answer
    return t.sdk.lib.withGenerationSpan(async (span) => {
      span.spanData.model = 'own-1'
      span.spanData.input = [{ role: 'user', content: String(request.input[0]?.content ?? request.input) }]
      span.spanData.output = [
        {
          id: 'own_1',
          model: 'own-1',
          choices: [
            {
              index: 0,
              finish_reason: 'stop',
              message: { role: 'assistant', content: 'Hello from my own.' },
            },
          ],
        },
      ]
      span.spanData.usage = { input_tokens: 7, output_tokens: 3 }
      return answer
    })
  },
  async *getStreamedResponse() {},
})

const mcpServer = (t) => ({
  name: 'shelf',
  cacheToolsList: false,
  connect: async () => {},
  close: async () => {},
  listTools: async () => [
    {
      name: 'lookup',
      description: 'Looks up',
      inputSchema: {
        type: 'object',
        properties: { key: { type: 'string' } },
        required: ['key'],
        additionalProperties: false,
      },
    },
  ],
  callTool: async (name, given) => {
    t.note('mcp', name, given)
    return [{ type: 'text', text: 'a book' }]
  },
  invalidateToolsCache: async () => {},
})

export const runnerProbes = [
  {
    name: 'handoff',
    script: 'handoff',
    run: async (t) => {
      const model = responses(t)
      const refunds = agent(t, model, { name: 'Refunds', tools: [weather(t)] })
      const triage = t.sdk.lib.Agent.create({
        name: 'Triage',
        instructions: 'Route.',
        model,
        handoffs: [refunds],
      })
      triage.on('agent_handoff', (_context, next) => t.note('handoff to', next.name))
      return seen(await t.sdk.lib.run(triage, 'Refund!'))
    },
  },
  {
    name: 'agent-tool',
    script: 'agent-tool',
    run: async (t) => {
      const model = responses(t)
      const researcher = agent(t, model, { name: 'Researcher', tools: [weather(t)] })
      const tools = [researcher.asTool({ toolName: 'research', toolDescription: 'Researches' })]
      return seen(await t.sdk.lib.run(agent(t, model, { tools }), 'Weather?'))
    },
  },
  {
    name: 'guardrails',
    run: async (t) =>
      seen(
        await t.sdk.lib.run(
          agent(t, responses(t), {
            inputGuardrails: [guardrail('polite', false)],
            outputGuardrails: [guardrail('short', false)],
          }),
          'Hi!',
        ),
      ),
  },
  {
    name: 'tripwire',
    run: (t) =>
      outcome(() =>
        t.sdk.lib.run(agent(t, responses(t), { inputGuardrails: [guardrail('polite', true)] }), 'Hi!'),
      ),
  },
  {
    name: 'mcp',
    script: 'mcp',
    run: async (t) =>
      seen(await t.sdk.lib.run(agent(t, responses(t), { mcpServers: [mcpServer(t)] }), 'Find it')),
  },
  {
    name: 'runner',
    run: async (t) => {
      const runner = new t.sdk.lib.Runner({
        workflowName: 'Greetings',
        groupId: 'group-1',
        traceMetadata: { tenant: 'acme' },
      })
      for (const event of ['agent_start', 'agent_end']) runner.on(event, () => t.note(event))
      return seen(await runner.run(agent(t, responses(t)), 'Hi!'))
    },
  },
  {
    name: 'discreet',
    script: 'tool',
    run: async (t) => {
      const runner = new t.sdk.lib.Runner({ traceIncludeSensitiveData: false })
      return seen(await runner.run(agent(t, responses(t), { tools: [weather(t)] }), 'Hi!'))
    },
  },
  {
    name: 'untraced',
    run: async (t) => {
      const runner = new t.sdk.lib.Runner({ tracingDisabled: true })
      return seen(await runner.run(agent(t, responses(t)), 'Hi!'))
    },
  },
  {
    name: 'off',
    script: 'tool',
    run: async (t) => {
      t.sdk.lib.setTracingDisabled(true)
      try {
        return seen(await t.sdk.lib.run(agent(t, responses(t), { tools: [weather(t)] }), 'Hi!'))
      } finally {
        t.sdk.lib.setTracingDisabled(false)
      }
    },
  },
  {
    name: 'trace',
    run: async (t) =>
      t.sdk.lib.withTrace(
        'Two questions',
        async () => {
          const asked = agent(t, responses(t))
          const first = await t.sdk.lib.run(asked, 'Hi!')
          const second = await t.sdk.lib.run(asked, [...first.history, { role: 'user', content: 'And?' }])
          return seen(second)
        },
        { groupId: 'group-2' },
      ),
  },
  {
    name: 'trace-fails',
    script: 'error-400',
    run: (t) =>
      outcome(() => t.sdk.lib.withTrace('Failing', () => t.sdk.lib.run(agent(t, responses(t)), 'Hi!'))),
  },
  {
    name: 'custom-span',
    run: async (t) =>
      t.sdk.lib.withTrace('Custom', () =>
        t.sdk.lib.withCustomSpan(async () => seen(await t.sdk.lib.run(agent(t, responses(t)), 'Hi!')), {
          data: { name: 'prepare', data: { step: 1 } },
        }),
      ),
  },
  { name: 'own-model', run: async (t) => seen(await t.sdk.lib.run(agent(t, ownModel(t, true)), 'Hi!')) },
  {
    name: 'own-model-plain',
    run: async (t) => seen(await t.sdk.lib.run(agent(t, ownModel(t, false)), 'Hi!')),
  },
  {
    name: 'together',
    script: 'tool',
    run: async (t) => {
      const one = agent(t, responses(t, 'hello'), { name: 'One' })
      const two = agent(t, ownModel(t, true), { name: 'Two' })
      const results = await Promise.all([t.sdk.lib.run(one, 'Hi!'), t.sdk.lib.run(two, 'Ho!')])
      return results.map(seen)
    },
  },
  {
    name: 'together-in-trace',
    script: 'tool',
    run: async (t) => {
      const one = agent(t, responses(t, 'hello'), { name: 'One' })
      const two = agent(t, ownModel(t, true), { name: 'Two' })
      const results = await t.sdk.lib.withTrace('Both', () =>
        Promise.all([t.sdk.lib.run(one, 'Hi!'), t.sdk.lib.run(two, 'Ho!')]),
      )
      return results.map(seen)
    },
  },
  {
    name: 'caught-in-trace',
    script: 'error-400',
    run: async (t) =>
      t.sdk.lib.withTrace('Fallback', async () => {
        const first = await outcome(() => t.sdk.lib.run(agent(t, responses(t)), 'Hi!'))
        const second = await t.sdk.lib.run(agent(t, ownModel(t, true)), 'Hi!')
        await t.settle()
        return [first.error, seen(second)]
      }),
  },
  {
    name: 'forgotten',
    script: 'error-400',
    run: async (t) => {
      const told = new Promise((resolve) => process.once('unhandledRejection', resolve))
      void new t.sdk.lib.Runner().run(agent(t, responses(t)), 'Hi!')
      return (await told).constructor.name
    },
  },
]
