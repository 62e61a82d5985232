// Every form in which a program calls Ollama's client. Each probe returns and notes what it saw.
import { clientOf, failureOf, hi, messages, model, partsOf, unhandled } from './clients.mjs'

const chat = (t, more, script) => clientOf(t, script).chat(hi(more))
const open = (t, script, more) => chat(t, { stream: true, ...more }, script)
const tools = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Says how the weather is',
      parameters: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
    },
  },
]

const plainProbes = [
  { name: 'chat', run: (t) => chat(t) },
  {
    name: 'chat-parameters',
    script: 'tool',
    run: (t) =>
      chat(t, {
        tools,
        format: 'json',
        keep_alive: '5m',
        options: { temperature: 0.5, top_p: 0.9, top_k: 40, num_predict: 200, stop: ['END'], seed: 7 },
      }),
  },
  {
    name: 'chat-conversation',
    run: (t) =>
      chat(t, {
        messages: [
          { role: 'system', content: 'Be kind.' },
          { role: 'user', content: 'Weather?', images: [new Uint8Array([1, 2, 3])] },
          {
            role: 'assistant',
            content: '',
            tool_calls: [{ function: { name: 'get_weather', arguments: { city: 'Paris' } } }],
          },
          { role: 'tool', tool_name: 'get_weather', content: 'sunny' },
        ],
      }),
  },
  { name: 'chat-thinking', script: 'reasoning', run: (t) => chat(t, { think: true }) },
  { name: 'chat-length', script: 'length', run: (t) => chat(t) },
  {
    name: 'request-is-changed',
    run: async (t) => {
      const request = hi()
      await clientOf(t).chat(request)
      return request
    },
  },
  { name: 'generate', run: (t) => clientOf(t).generate({ model, prompt: 'Hi!', system: 'Be kind.' }) },
  {
    name: 'generate-thinking',
    script: 'reasoning',
    run: (t) => clientOf(t).generate({ model, prompt: 'Hi!', think: true }),
  },
  {
    name: 'embed',
    needs: ({ sdk }) => 'embed' in sdk.Ollama.prototype,
    run: (t) => clientOf(t).embed({ model: 'nomic-embed-text', input: ['one', 'two'] }),
  },
  { name: 'embeddings', run: (t) => clientOf(t).embeddings({ model: 'nomic-embed-text', prompt: 'one' }) },
  { name: 'list', run: (t) => clientOf(t).list() },
  {
    name: 'promise-shape',
    run: async (t) => {
      const promise = chat(t)
      t.note(promise instanceof Promise, promise.constructor.name, Object.keys(promise))
      return (await promise).message.content
    },
  },
  {
    name: 'client-shape',
    run: (t) => {
      const client = clientOf(t)
      t.note(Object.keys(client), client.constructor.name, client.chat.name, client.chat.length)
      const { default: own = t.sdk } = t.sdk
      return [typeof own.chat, own.constructor.name, own.chat === client.chat]
    },
  },
  {
    name: 'default-client',
    run: async (t) => {
      const own = t.sdk.default
      const { host } = own.config
      own.config.host = t.address()
      try {
        return (await own.chat(hi())).message
      } finally {
        own.config.host = host
      }
    },
  },
  {
    name: 'subclass',
    run: async (t) => {
      class Mine extends t.sdk.Ollama {
        #secret = 7
        async chat(request) {
          return [this.#secret, (await super.chat(request)).message]
        }
      }
      return new Mine({ host: t.address() }).chat(hi())
    },
  },
  {
    name: 'order',
    run: async (t) => {
      const promise = chat(t)
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
      Promise.all(
        Array.from({ length: 6 }, async (_, index) =>
          index % 2 === 1 ? (await partsOf(await open(t))).length : (await chat(t)).message.content,
        ),
      ),
  },
]

const streamProbes = [
  { name: 'stream', run: async (t) => partsOf(await open(t)) },
  { name: 'stream-tools', script: 'tools', run: async (t) => partsOf(await open(t, undefined, { tools })) },
  { name: 'stream-thinking', script: 'reasoning', run: async (t) => partsOf(await open(t)) },
  {
    name: 'stream-generate',
    run: async (t) => partsOf(await clientOf(t).generate({ model, prompt: 'Hi!', stream: true })),
  },
  {
    name: 'stream-shape',
    run: async (t) => {
      const stream = await open(t)
      t.note(stream.constructor.name, Object.keys(stream), typeof stream.next, typeof stream.abort)
      const iterator = stream[Symbol.asyncIterator]()
      t.note(
        Object.keys(iterator),
        await iterator.next(),
        await iterator.return('done'),
        await iterator.next(),
      )
    },
  },
  {
    name: 'stream-break',
    script: 'endless',
    run: async (t) => {
      const client = clientOf(t)
      let seen = 0
      for await (const _part of await client.chat(hi({ stream: true }))) if (++seen === 2) break
      client.abort()
      return seen
    },
  },
  {
    name: 'stream-throw',
    script: 'endless',
    run: async (t) => {
      const client = clientOf(t)
      const error = new TypeError('mine')
      const caught = await failureOf(
        (async () => {
          for await (const _part of await client.chat(hi({ stream: true }))) throw error
        })(),
      )
      client.abort()
      return caught === error
    },
  },
  {
    name: 'stream-abort',
    script: 'endless',
    run: async (t) => {
      const client = clientOf(t)
      let seen = 0
      const failure = await failureOf(
        (async () => {
          for await (const _part of await client.chat(hi({ stream: true }))) if (++seen === 2) client.abort()
        })(),
      )
      return { name: failure.name, few: seen < 20 }
    },
  },
  {
    name: 'stream-cut',
    script: 'cut',
    run: async (t) => ({ failed: (await failureOf(partsOf(await open(t)))) instanceof Error }),
  },
  { name: 'stream-error', script: 'stream-error', run: async (t) => failureOf(partsOf(await open(t))) },
  {
    name: 'stream-dropped',
    script: 'endless',
    run: async (t) => {
      const clients = new Set()
      await (async () => {
        const client = clientOf(t)
        clients.add(client)
        const stream = await client.chat(hi({ stream: true }))
        await stream[Symbol.asyncIterator]().next()
      })()
      for (const client of clients) client.abort()
      clients.clear()
      for (let turn = 0; turn < 10; turn += 1) {
        await t.settle(5)
        t.gc()
      }
    },
  },
]

const errorProbes = [
  ...['error-400', 'error-500'].map((script) => ({ name: script, script, run: (t) => failureOf(chat(t)) })),
  { name: 'error-stream', script: 'error-400', run: (t) => failureOf(open(t)) },
  {
    name: 'refused',
    run: async (t) => {
      const error = await failureOf(new t.sdk.Ollama({ host: 'http://127.0.0.1:1' }).chat(hi()))
      return [error.name, error.message]
    },
  },
  { name: 'bad-arguments', run: (t) => failureOf((async () => clientOf(t).chat())()) },
  {
    name: 'rejection-forgotten',
    script: 'error-400',
    run: async (t) => {
      void chat(t)
      await unhandled()
    },
  },
  {
    name: 'rejection-handled-late',
    script: 'error-400',
    run: async (t) => {
      const promise = chat(t)
      await unhandled()
      return failureOf(promise)
    },
  },
  { name: 'messages-frozen', run: (t) => failureOf(chat(t, { messages: Object.freeze(messages) })) },
]

export const probes = [...plainProbes, ...streamProbes, ...errorProbes]
