// Forms in which a program uses the OpenAI Agents SDK. Each probe returns and notes what it saw.
import { agent, chat, listener, outcome, responses, seen, time, weather } from './parts.mjs'
import { runnerProbes } from './runner-probes.mjs'

const models = [
  { name: 'hello', run: async (t) => seen(await t.sdk.lib.run(agent(t, responses(t)), 'Hi!')) },
  { name: 'hello-chat', run: async (t) => seen(await t.sdk.lib.run(agent(t, chat(t)), 'Hi!')) },
  {
    name: 'messages',
    run: async (t) =>
      seen(
        await t.sdk.lib.run(agent(t, responses(t)), [
          { role: 'user', content: 'Hi!' },
          { role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Hello.' }] },
          { role: 'user', content: [{ type: 'input_text', text: 'Who are you?' }] },
        ]),
      ),
  },
  {
    name: 'settings',
    script: 'reasoning',
    run: async (t) =>
      seen(
        await t.sdk.lib.run(
          agent(t, responses(t), { modelSettings: { temperature: 0.5, topP: 0.9, maxTokens: 99 } }),
          'Hi!',
        ),
      ),
  },
  {
    name: 'cached',
    script: 'cached',
    run: async (t) => seen(await t.sdk.lib.run(agent(t, responses(t)), 'Hi!')),
  },
  {
    name: 'retry',
    script: 'retry-429',
    run: async (t) => seen(await t.sdk.lib.run(agent(t, responses(t)), 'Hi!')),
  },
  {
    name: 'error',
    script: 'error-400',
    run: (t) => outcome(() => t.sdk.lib.run(agent(t, responses(t)), 'Hi!')),
  },
  {
    name: 'error-chat',
    script: 'error-400',
    run: (t) => outcome(() => t.sdk.lib.run(agent(t, chat(t)), 'Hi!')),
  },
  {
    name: 'model-alone',
    run: async (t) => {
      const request = {
        input: 'Hi!',
        modelSettings: {},
        tools: [],
        outputType: 'text',
        handoffs: [],
        tracing: false,
      }
      const { output } = await t.sdk.lib.withTrace('alone', () => responses(t).getResponse(request))
      return output
    },
  },
]

const tools = [
  {
    name: 'tool',
    script: 'tool',
    run: async (t) => seen(await t.sdk.lib.run(agent(t, responses(t), { tools: [weather(t)] }), 'Weather?')),
  },
  {
    name: 'tools',
    script: 'tools',
    run: async (t) =>
      seen(await t.sdk.lib.run(agent(t, responses(t), { tools: [weather(t), time(t)] }), 'Weather?')),
  },
  {
    name: 'tool-chat',
    script: 'tool',
    run: async (t) => seen(await t.sdk.lib.run(agent(t, chat(t), { tools: [weather(t)] }), 'Weather?')),
  },
  {
    name: 'tool-works',
    script: 'tool',
    run: async (t) => {
      const inner = async ({ city }) => {
        const work = async () => `sunny in ${city}`
        return t.turnspan ? t.turnspan.withSpan(work, { name: 'inner' }) : work()
      }
      return seen(
        await t.sdk.lib.run(agent(t, responses(t), { tools: [weather(t, { execute: inner })] }), 'Weather?'),
      )
    },
  },
  {
    name: 'tool-asks',
    script: 'tool',
    run: async (t) => {
      const hello = new t.sdk.lib.OpenAI({ apiKey: 'sk-test', baseURL: `${t.address('hello')}/v1` })
      const execute = async () => {
        const answer = await hello.responses.create({ model: 'gpt-4o-mini', input: 'Hi!' })
        return answer.output_text
      }
      return seen(
        await t.sdk.lib.run(agent(t, responses(t), { tools: [weather(t, { execute })] }), 'Weather?'),
      )
    },
  },
  {
    name: 'tool-fails',
    script: 'tool',
    run: async (t) => {
      const execute = () => {
        throw new RangeError('no such city')
      }
      return seen(
        await t.sdk.lib.run(agent(t, responses(t), { tools: [weather(t, { execute })] }), 'Weather?'),
      )
    },
  },
  {
    name: 'tool-fatal',
    script: 'tool',
    run: (t) => {
      const execute = () => {
        throw new RangeError('no such city')
      }
      const failing = weather(t, { execute, errorFunction: null })
      return outcome(() => t.sdk.lib.run(agent(t, responses(t), { tools: [failing] }), 'Weather?'))
    },
  },
  {
    name: 'loop',
    script: 'loop',
    run: (t) =>
      outcome(() =>
        t.sdk.lib.run(agent(t, responses(t), { tools: [weather(t)] }), 'Weather?', { maxTurns: 2 }),
      ),
  },
  {
    name: 'output',
    script: 'output',
    run: async (t) => {
      const outputType = t.sdk.lib.z.object({ city: t.sdk.lib.z.string() })
      return seen(await t.sdk.lib.run(agent(t, responses(t), { outputType }), 'Where?'))
    },
  },
  {
    name: 'approval',
    script: 'tool',
    run: async (t) => {
      const asking = agent(t, responses(t), { tools: [weather(t, { needsApproval: true })] })
      const first = await t.sdk.lib.run(asking, 'Weather?')
      t.note(first.interruptions.length)
      first.state.approve(first.interruptions[0])
      return seen(await t.sdk.lib.run(asking, first.state))
    },
  },
]

const streamed = (t, model, more = {}, options = {}) =>
  t.sdk.lib.run(agent(t, model, more), 'Hi!', { stream: true, ...options })

const streams = [
  {
    name: 'stream-text',
    run: async (t) => {
      const result = await streamed(t, responses(t))
      let text = ''
      for await (const piece of result.toTextStream()) text += piece
      await result.completed
      return { text, ...seen(result) }
    },
  },
  {
    name: 'stream-events',
    script: 'tool',
    run: async (t) => {
      const result = await streamed(t, responses(t), { tools: [weather(t)] })
      for await (const event of result) t.note(event.type, event.name, event.data?.type)
      return seen(result)
    },
  },
  {
    name: 'stream-completed',
    run: async (t) => {
      const result = await streamed(t, responses(t))
      await result.completed
      return seen(result)
    },
  },
  {
    name: 'stream-chat',
    script: 'tool',
    run: async (t) => {
      const result = await streamed(t, chat(t), { tools: [weather(t)] })
      for await (const event of result) t.note(event.type, event.name)
      return seen(result)
    },
  },
  {
    name: 'stream-node',
    run: async (t) => {
      const result = await streamed(t, responses(t))
      let text = ''
      for await (const piece of result.toTextStream({ compatibleWithNodeStreams: true })) text += piece
      return text
    },
  },
  {
    name: 'stream-error',
    script: 'error-400',
    run: (t) =>
      outcome(async () => {
        const result = await streamed(t, responses(t))
        for await (const event of result) t.note(event.type)
      }),
  },
  {
    name: 'stream-cut',
    script: 'cut',
    run: (t) =>
      outcome(async () => {
        const result = await streamed(t, responses(t))
        for await (const event of result) t.note(event.type)
      }),
  },
  {
    name: 'stream-left',
    script: 'endless',
    run: async (t) => {
      const result = await streamed(t, responses(t))
      for await (const event of result) {
        t.note(event.type)
        if (event.data?.type === 'output_text_delta') break
      }
      await t.settle(20)
      return result.cancelled
    },
  },
  {
    name: 'stream-aborted',
    script: 'endless',
    run: async (t) => {
      const controller = new AbortController()
      const result = await streamed(t, responses(t), {}, { signal: controller.signal })
      const ended = await outcome(async () => {
        for await (const event of result) if (event.data?.type === 'output_text_delta') controller.abort()
      })
      return [ended.error, result.cancelled]
    },
  },
]

const processors = [
  {
    name: 'processors',
    script: 'tool',
    run: async (t) => {
      t.sdk.lib.setTraceProcessors([listener(t)])
      const result = await t.sdk.lib.run(agent(t, responses(t), { tools: [weather(t)] }), 'Weather?')
      await t.settle()
      t.sdk.lib.setTraceProcessors([])
      return seen(result)
    },
  },
]

// After `processors`, nothing is sent to OpenAI any more.
export const probes = [...processors, ...models, ...tools, ...streams, ...runnerProbes]
