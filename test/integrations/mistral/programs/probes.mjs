// Every form in which a program calls the client of Mistral. Each probe returns and notes what it saw.
import { collect, failureOf, WEATHER } from './chat-probes.mjs'
import { withHostile } from './hostile.mjs'

const MODEL = 'mistral-large-latest'
export const hi = { model: MODEL, messages: [{ role: 'user', content: 'Hi canary!' }] }
const clientClass = ({ sdk }) => sdk.Mistral ?? sdk.default?.Mistral
export const make = (t, script, options = {}) =>
  new (clientClass(t))({ apiKey: 'key', serverURL: t.address(script), ...options })
const chat = (t, script, options) => make(t, script, options).chat
export const textOf = async (stream) => {
  let text = ''
  for await (const { data } of stream) {
    const { content } = data.choices[0].delta
    text += typeof content === 'string' ? content : ''
  }
  return text
}
const has =
  (...path) =>
  (t) =>
    typeof path.reduce((at, key) => at?.[key], make(t)) === 'function'
const isWebStream = (t) =>
  'ReadableStream' in globalThis && typeof clientClass(t).prototype._createRequest === 'function'
const fastRetries = {
  retryConfig: {
    strategy: 'backoff',
    backoff: { initialInterval: 5, maxInterval: 10, exponent: 1, maxElapsedTime: 2000 },
    retryConnectionErrors: true,
  },
}
const conversations = (t, script) => make(t, script).beta.conversations
const hasConversations = (t) => typeof make(t).beta?.conversations?.start === 'function'
const asked = { model: MODEL, inputs: 'Hi canary!', instructions: 'Be brief, canary.' }
/** The client's errors carry requests and responses, which are no data. */
const failed = async (promise) => {
  const error = await failureOf(promise)
  return { name: error.name, class: error.constructor.name, message: error.message, status: error.statusCode }
}

export const probes = [
  { name: 'chat', run: (t) => chat(t).complete(hi) },
  {
    name: 'chat-tool-call',
    script: 'tool',
    run: (t) =>
      chat(t).complete({
        ...hi,
        temperature: 0.5,
        topP: 0.9,
        maxTokens: 50,
        randomSeed: 7,
        stop: ['END'],
        tools: [WEATHER],
        toolChoice: 'auto',
      }),
  },
  {
    name: 'chat-tool-result',
    run: (t) =>
      chat(t).complete({
        model: MODEL,
        messages: [
          { role: 'system', content: 'Be brief.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Weather?' },
              // Early versions know texts alone.
              ...(hasConversations(t) ? [{ type: 'image_url', imageUrl: 'https://a.example/sky.png' }] : []),
            ],
          },
          {
            role: 'assistant',
            content: '',
            toolCalls: [{ id: 'call_w1', function: { name: 'get_weather', arguments: { city: 'Paris' } } }],
          },
          { role: 'tool', name: 'get_weather', toolCallId: 'call_w1', content: 'sunny' },
        ],
      }),
  },
  { name: 'chat-cached', script: 'cached', run: async (t) => (await chat(t).complete(hi)).id },
  {
    name: 'chat-reasoning',
    script: 'reasoning',
    // Early versions do not know of thoughts, and refuse them.
    needs: hasConversations,
    run: (t) => chat(t).complete(hi),
  },
  {
    name: 'promise-shape',
    run: async (t) => {
      const promise = chat(t).complete(hi)
      t.note(promise instanceof Promise, promise.constructor.name, Object.keys(promise))
      return (await promise).id
    },
  },
  {
    name: 'client-shape',
    run: (t) => {
      const client = make(t)
      const { complete } = Object.getPrototypeOf(client.chat)
      t.note(
        [client.chat, client.chat].every((one, _index, [first]) => one === first),
        complete.name,
        complete.length,
        Object.keys(Object.getPrototypeOf(client.chat)),
      )
    },
  },
  {
    name: 'order',
    run: async (t) => {
      const promise = chat(t).complete(hi)
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
    name: 'parse',
    script: 'json',
    needs: has('chat', 'parse'),
    run: async (t) => {
      const z = await import('zod')
      const responseFormat = z.object({ city: z.string(), degrees: z.number() })
      return (await chat(t).parse({ ...hi, responseFormat })).choices[0].message.parsed
    },
  },
  { name: 'stream', run: async (t) => textOf(await chat(t).stream(hi)) },
  {
    name: 'stream-events',
    script: 'tool',
    run: async (t) => {
      for await (const event of await chat(t).stream({ ...hi, tools: [WEATHER] })) t.note(event)
    },
  },
  {
    name: 'stream-reasoning',
    script: 'reasoning',
    needs: hasConversations,
    run: async (t) => textOf(await chat(t).stream(hi)),
  },
  {
    name: 'stream-shape',
    run: async (t) => {
      const stream = await chat(t).stream(hi)
      t.note(stream.constructor.name, Object.keys(stream).sort())
      return textOf(stream)
    },
  },
  {
    name: 'stream-reader',
    needs: isWebStream,
    run: async (t) => {
      const stream = await chat(t).stream(hi)
      if (typeof stream.getReader !== 'function') return textOf(stream)
      const reader = stream.getReader()
      let count = 0
      while (!(await reader.read()).done) count += 1
      return count
    },
  },
  {
    name: 'stream-break',
    script: 'endless',
    run: async (t) => {
      let seen = 0
      for await (const _event of await chat(t).stream(hi)) if (++seen === 3) break
      return seen
    },
  },
  {
    name: 'stream-signal-abort',
    script: 'slow',
    run: async (t) => {
      const controller = new AbortController()
      const stream = await chat(t).stream(hi, { fetchOptions: { signal: controller.signal } })
      let seen = 0
      const reading = async () => {
        for await (const _event of stream) if (++seen === 2) controller.abort()
      }
      return (await failureOf(reading())).name
    },
  },
  {
    name: 'stream-dropped',
    run: async (t) => {
      await (async () => {
        await (await chat(t).stream(hi))[Symbol.asyncIterator]().next()
      })()
      await collect(t)
    },
  },
  {
    name: 'stream-cut',
    script: 'cut',
    run: async (t) => (await failureOf(textOf(await chat(t).stream(hi)))) instanceof Error,
  },
  {
    name: 'concurrent',
    run: (t) =>
      Promise.all(
        [0, 1, 2, 3].map((index) =>
          index % 2
            ? chat(t).stream(hi).then(textOf)
            : chat(t)
                .complete(hi)
                .then(({ choices }) => choices[0].message.content),
        ),
      ),
  },
  { name: 'error-400', script: 'error-400', run: (t) => failed(chat(t).complete(hi)) },
  { name: 'error-422', script: 'error-422', run: (t) => failed(chat(t).complete(hi)) },
  { name: 'error-400-stream', script: 'error-400', run: (t) => failed(chat(t).stream(hi)) },
  {
    name: 'retry-429',
    script: 'retry-429',
    run: async (t) => (await chat(t, 'retry-429', fastRetries).complete(hi)).id,
  },
  {
    name: 'retry-500',
    script: 'retry-500',
    run: async (t) => (await chat(t, 'retry-500', fastRetries).complete(hi)).id,
  },
  {
    name: 'timeout',
    script: 'hang',
    run: async (t) => (await failureOf(chat(t).complete(hi, { timeoutMs: 300 }))).constructor.name,
  },
  {
    name: 'abort-during',
    script: 'hang',
    run: async (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort())
      const promise = chat(t).complete(hi, { fetchOptions: { signal: controller.signal } })
      return (await failureOf(promise)).constructor.name
    },
  },
  { name: 'bad-arguments', run: async (t) => (await failureOf(chat(t).complete({}))).constructor.name },
  {
    name: 'rejection-forgotten',
    script: 'error-400',
    run: async (t) => {
      void chat(t).complete(hi)
      await new Promise((resolve) => process.once('unhandledRejection', resolve))
    },
  },
  {
    name: 'own-client',
    needs: ({ sdk }) => (sdk.HTTPClient ?? sdk.default?.HTTPClient) !== undefined,
    run: async (t) => {
      const { HTTPClient } = t.sdk.HTTPClient ? t.sdk : t.sdk.default
      const calls = []
      const httpClient = new HTTPClient({
        fetcher: (request) => {
          calls.push([request.method, new URL(request.url).pathname.split('/').slice(3)])
          return fetch(request)
        },
      })
      return { id: (await chat(t, 'hello', { httpClient }).complete(hi)).id, calls }
    },
  },
  {
    name: 'agents',
    run: (t) => make(t).agents.complete({ agentId: 'ag_canary1', messages: hi.messages }),
  },
  {
    name: 'agents-stream',
    run: async (t) => textOf(await make(t).agents.stream({ agentId: 'ag_canary1', messages: hi.messages })),
  },
  {
    name: 'fim',
    run: async (t) =>
      (await make(t).fim.complete({ model: 'codestral-latest', prompt: 'def canary():', suffix: 'return' }))
        .id,
  },
  {
    name: 'fim-stream',
    run: async (t) =>
      textOf(await make(t).fim.stream({ model: 'codestral-latest', prompt: 'def canary():' })),
  },
  {
    name: 'embeddings',
    run: (t) => make(t).embeddings.create({ model: 'mistral-embed', inputs: ['canary', 'two'] }),
  },
  {
    name: 'moderate',
    needs: has('classifiers', 'moderate'),
    run: (t) => make(t).classifiers.moderate({ model: 'mistral-moderation-latest', inputs: ['canary'] }),
  },
  {
    name: 'ocr',
    needs: has('ocr', 'process'),
    run: async (t) =>
      (
        await make(t).ocr.process({
          model: 'mistral-ocr-latest',
          document: { type: 'document_url', documentUrl: 'https://a.example/canary.pdf' },
        })
      ).pages.length,
  },
  {
    name: 'conversation',
    script: 'search',
    needs: hasConversations,
    run: (t) => conversations(t).start(asked),
  },
  {
    name: 'conversation-append',
    script: 'tool',
    needs: hasConversations,
    run: (t) =>
      conversations(t).append({
        conversationId: 'conv_7',
        conversationAppendRequest: {
          inputs: [{ type: 'function.result', toolCallId: 'call_w1', result: 'sunny' }],
          completionArgs: { temperature: 0.5 },
        },
      }),
  },
  {
    name: 'conversation-stream',
    script: 'search',
    needs: hasConversations,
    run: async (t) => {
      for await (const event of await conversations(t).startStream(asked)) t.note(event.event)
    },
  },
  {
    name: 'conversation-stream-tool',
    script: 'tool',
    needs: hasConversations,
    run: async (t) => {
      for await (const event of await conversations(t).startStream(asked)) t.note(event.data.type)
    },
  },
  { name: 'models', run: async (t) => typeof (await failureOf(make(t).models.list())) },
  {
    name: 'given-getters',
    run: (t) =>
      withHostile(t, async (pieces) => {
        const body = pieces.getter({ temperature: 0.5 }, 'messages', (n) => [
          { role: 'user', content: `read ${n}` },
        ])
        pieces.getter(body, 'model', () => MODEL)
        return (await chat(t).complete(body)).id
      }),
  },
  {
    name: 'given-lists',
    run: (t) =>
      withHostile(t, async ({ list }) => {
        const body = { ...hi, messages: list({ role: 'user', content: 'Hi canary!' }), tools: list(WEATHER) }
        return (await chat(t).complete(body)).id
      }),
  },
]
