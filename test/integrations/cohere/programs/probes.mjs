// Every form in which a program calls the clients of Cohere. Each probe returns and notes what it saw.
import { collect, failureOf, WEATHER } from './chat-probes.mjs'
import { withHostile } from './hostile.mjs'

// The client keeps a timer of five minutes for each stream, after its end too, and with it the process.
const { setTimeout: later } = globalThis
globalThis.setTimeout = (run, ms, ...args) => {
  const timer = later(run, ms, ...args)
  return ms > 60_000 ? timer.unref() : timer
}

const MODEL = 'command-a-03-2025'
export const hi = { model: MODEL, messages: [{ role: 'user', content: 'Hi canary!' }] }
const formerHi = { model: MODEL, message: 'Hi canary!' }
const classes = ({ sdk }) => (sdk.CohereClient ? sdk : sdk.default)
const options = (t, script, more) => ({ token: 'key', environment: t.address(script), ...more })
const v1 = (t, script, more) => new (classes(t).CohereClient)(options(t, script, more))
export const v2 = (t, script, more) => new (classes(t).CohereClientV2)(options(t, script, more))
export const textOf = async (stream) => {
  let text = ''
  for await (const event of stream) text += event.delta?.message?.content?.text ?? event.text ?? ''
  return text
}
/** The client's errors carry responses, which are no data. */
const failed = async (promise) => {
  const error = await failureOf(promise)
  return {
    name: error.name,
    class: error.constructor?.name,
    message: error.message,
    status: error.statusCode,
  }
}
const hasRaw = (t) => typeof v2(t).clientV2.__chat === 'function'
const formerTool = {
  name: 'get_weather',
  description: 'Says the weather',
  parameterDefinitions: { city: { type: 'str', description: 'Where', required: true } },
}

const chats = [
  { name: 'chat', run: (t) => v2(t).chat(hi) },
  {
    name: 'chat-tool-call',
    script: 'tool',
    run: (t) =>
      v2(t).chat({
        ...hi,
        temperature: 0.5,
        p: 0.9,
        k: 5,
        maxTokens: 50,
        seed: 7,
        stopSequences: ['END'],
        tools: [WEATHER],
      }),
  },
  {
    name: 'chat-tool-result',
    run: async (t) => {
      const { id } = await v2(t).chat({
        model: MODEL,
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
          {
            role: 'assistant',
            toolPlan: 'I will look.',
            toolCalls: [
              {
                id: 'call_w1',
                type: 'function',
                function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
              },
            ],
          },
          { role: 'tool', toolCallId: 'call_w1', content: 'sunny' },
        ],
      })
      return id
    },
  },
  { name: 'chat-cached', script: 'cached', run: (t) => v2(t).chat(hi) },
  { name: 'chat-length', script: 'length', run: (t) => v2(t).chat(hi) },
  { name: 'chat-through-v1', run: (t) => v1(t).v2.chat(hi) },
  {
    name: 'promise-shape',
    run: async (t) => {
      const promise = v2(t).chat(hi)
      t.note(
        promise instanceof Promise,
        promise.constructor.name,
        Object.keys(promise).length,
        typeof promise.withRawResponse,
      )
      return (await promise).id
    },
  },
  {
    name: 'client-shape',
    run: (t) => {
      const client = v2(t)
      const { chat } = Object.getPrototypeOf(client.clientV2)
      t.note(Object.keys(client).sort(), chat.name, chat.length, client.chat.name, client.chat.length)
      t.note(Object.getOwnPropertyNames(Object.getPrototypeOf(client.clientV2)))
    },
  },
  {
    name: 'with-response',
    needs: hasRaw,
    run: async (t) => {
      const { data, rawResponse } = await v2(t).chat(hi).withRawResponse()
      return { data, status: rawResponse.status }
    },
  },
  {
    name: 'order',
    run: async (t) => {
      const promise = v2(t).chat(hi)
      const done = promise.then(() => t.note('first'))
      void promise.then(() => t.note('second'))
      queueMicrotask(() => t.note('microtask'))
      t.note('sync')
      await done
      t.note('third')
      await t.settle()
    },
  },
  {
    name: 'concurrent',
    run: (t) =>
      Promise.all([
        v2(t)
          .chat(hi)
          .then(({ id }) => id),
        v2(t).chatStream(hi).then(textOf),
        v1(t)
          .chat(formerHi)
          .then(({ text }) => text),
      ]),
  },
]

const streams = [
  { name: 'stream', run: async (t) => textOf(await v2(t).chatStream(hi)) },
  { name: 'stream-reasoning', script: 'reasoning', run: async (t) => textOf(await v2(t).chatStream(hi)) },
  {
    name: 'stream-tool-call',
    script: 'tool',
    run: async (t) => {
      for await (const event of await v2(t).chatStream({ ...hi, tools: [WEATHER] })) t.note(event)
    },
  },
  {
    name: 'stream-shape',
    run: async (t) => {
      const stream = await v2(t).chatStream(hi)
      t.note(stream.constructor.name, typeof stream[Symbol.asyncIterator])
      return textOf(stream)
    },
  },
  {
    name: 'stream-break',
    script: 'endless',
    run: async (t) => {
      let seen = 0
      for await (const _event of await v2(t).chatStream(hi)) if (++seen === 4) break
      return seen
    },
  },
  {
    name: 'stream-signal-abort',
    script: 'slow',
    run: async (t) => {
      const controller = new AbortController()
      const stream = await v2(t).chatStream(hi, { abortSignal: controller.signal })
      let seen = 0
      const reading = async () => {
        for await (const _event of stream) if (++seen === 2) controller.abort()
      }
      return (await failureOf(reading()))?.constructor?.name
    },
  },
  {
    name: 'stream-dropped',
    run: async (t) => {
      await (async () => {
        await (await v2(t).chatStream(hi))[Symbol.asyncIterator]().next()
      })()
      await collect(t)
    },
  },
  {
    name: 'stream-cut',
    script: 'cut',
    run: async (t) => (await failureOf(textOf(await v2(t).chatStream(hi)))) instanceof Error,
  },
  {
    name: 'stream-error-event',
    script: 'stream-error',
    run: async (t) => textOf(await v2(t).chatStream(hi)),
  },
]

const failures = [
  { name: 'error-400', script: 'error-400', run: (t) => failed(v2(t).chat(hi)) },
  { name: 'error-401', script: 'error-401', run: (t) => failed(v1(t).chat(formerHi)) },
  { name: 'error-400-stream', script: 'error-400', run: (t) => failed(v2(t).chatStream(hi)) },
  { name: 'retry-500', script: 'retry-500', run: async (t) => (await v2(t).chat(hi, { maxRetries: 1 })).id },
  {
    name: 'timeout',
    script: 'hang',
    run: (t) => failed(v2(t).chat(hi, { timeoutInSeconds: 0.3, maxRetries: 0 })),
  },
  {
    name: 'abort-during',
    script: 'hang',
    run: async (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort())
      return (await failed(v2(t).chat(hi, { abortSignal: controller.signal, maxRetries: 0 }))).class
    },
  },
  {
    name: 'rejection-forgotten',
    script: 'error-400',
    run: async (t) => {
      void v2(t)
        .chat(hi)
        .then(() => undefined)
      await new Promise((resolve) => process.once('unhandledRejection', resolve))
    },
  },
]

const formers = [
  { name: 'former', run: (t) => v1(t).chat({ ...formerHi, preamble: 'Be brief.', temperature: 0.5 }) },
  {
    name: 'former-tools',
    script: 'tool',
    run: (t) =>
      v1(t).chat({
        ...formerHi,
        tools: [formerTool],
        chatHistory: [
          { role: 'USER', message: 'Hello' },
          {
            role: 'CHATBOT',
            message: 'Hi',
            toolCalls: [{ name: 'get_weather', parameters: { city: 'Rome' } }],
          },
        ],
        toolResults: [
          { call: { name: 'get_weather', parameters: { city: 'Rome' } }, outputs: [{ sky: 'blue' }] },
        ],
      }),
  },
  { name: 'former-stream', run: async (t) => textOf(await v1(t).chatStream(formerHi)) },
  {
    name: 'former-stream-tools',
    script: 'tool',
    run: async (t) => {
      for await (const event of await v1(t).chatStream({ ...formerHi, tools: [formerTool] }))
        t.note(event.eventType)
    },
  },
  {
    name: 'former-stream-break',
    script: 'long',
    run: async (t) => {
      let seen = 0
      for await (const _event of await v1(t).chatStream(formerHi)) if (++seen === 3) break
      return seen
    },
  },
  { name: 'generate', run: (t) => v1(t).generate({ model: 'command', prompt: 'canary' }) },
  {
    name: 'generate-stream',
    run: async (t) => textOf(await v1(t).generateStream({ model: 'command', prompt: 'canary' })),
  },
]

const others = [
  {
    name: 'embed',
    run: (t) =>
      v2(t).embed({
        model: 'embed-v4.0',
        texts: ['canary', 'two'],
        inputType: 'search_query',
        embeddingTypes: ['float'],
      }),
  },
  {
    name: 'former-embed',
    run: (t) => v1(t).embed({ model: 'embed-english-v3.0', texts: ['canary'], inputType: 'search_query' }),
  },
  {
    name: 'rerank',
    run: (t) => v2(t).rerank({ model: 'rerank-v3.5', query: 'canary', documents: ['a canary', 'a parrot'] }),
  },
  {
    name: 'former-rerank',
    run: (t) => v1(t).rerank({ model: 'rerank-v3.5', query: 'canary', documents: ['a canary', 'a parrot'] }),
  },
  {
    name: 'given-getters',
    run: (t) =>
      withHostile(t, async (pieces) => {
        const body = pieces.getter({ model: MODEL, temperature: 0.5 }, 'messages', (n) => [
          { role: 'user', content: `read ${n}` },
        ])
        return (await v2(t).chat(body)).id
      }),
  },
  {
    name: 'given-lists',
    run: (t) =>
      withHostile(
        t,
        async ({ list }) =>
          (
            await v2(t).chat({
              ...hi,
              messages: list({ role: 'user', content: 'Hi canary!' }),
              tools: list(WEATHER),
            })
          ).id,
      ),
  },
]

export const probes = [...chats, ...streams, ...failures, ...formers, ...others]
