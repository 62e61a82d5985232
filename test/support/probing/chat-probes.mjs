// The forms in which a program asks a client that Stainless generated for a chat. Each probe returns and notes what it saw.
import { withHostile } from './hostile.mjs'

/** Resolves when Node has told of a rejection that nobody handled. */
const unhandled = () => new Promise((resolve) => process.once('unhandledRejection', resolve))

/** Waits until the rejection that comes is the program's own, and describes it. */
export const failureOf = async (promise) => {
  try {
    return { came: await promise }
  } catch (error) {
    return error
  }
}

/** What is said in a stream. */
export const textOf = async (stream) => {
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? ''
  return text
}

/** A tool as the API takes it. */
export const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Says the weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
}

/** Waits until what nobody holds any more has been collected. */
export const collect = async (t) => {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    t.gc()
  }
}

/**
 * @param make - a client of the tools of a probe: `make(t, script, options)`
 * @param model - that is asked for
 */
export function chatProbes(make, model) {
  const hi = { model, messages: [{ role: 'user', content: 'Hi canary!' }] }
  const streamed = { ...hi, stream: true }
  const chat = (t, script, options) => make(t, script, options).chat.completions
  return [
    ...plainProbes(chat, hi),
    ...streamProbes(chat, streamed),
    ...failureProbes(chat, hi, streamed),
    ...givenProbes(chat, hi),
  ]
}

const plainProbes = (chat, hi) => [
  { name: 'chat', run: (t) => chat(t).create(hi) },
  {
    name: 'chat-tool-call',
    script: 'tool',
    run: (t) =>
      chat(t).create({
        ...hi,
        temperature: 0.5,
        top_p: 0.9,
        max_tokens: 50,
        stop: ['END'],
        tools: [WEATHER],
      }),
  },
  { name: 'chat-cached', script: 'cached', run: (t) => chat(t).create(hi) },
  { name: 'chat-reasoning', script: 'reasoning', run: (t) => chat(t).create(hi) },
  { name: 'chat-length', script: 'length', run: (t) => chat(t).create(hi) },
  {
    name: 'promise-shape',
    run: async (t) => {
      const promise = chat(t).create(hi)
      t.note(promise instanceof Promise, promise.constructor.name, Object.keys(promise))
      t.note(typeof promise.withResponse, typeof promise.asResponse)
      return (await promise).id
    },
  },
  {
    name: 'client-shape',
    run: (t) => {
      const completions = chat(t)
      const { create } = Object.getPrototypeOf(completions)
      t.note(
        create.name,
        create.length,
        Object.keys(Object.getPrototypeOf(completions)),
        Object.keys(completions),
      )
    },
  },
  {
    name: 'with-response',
    run: async (t) => {
      const { data, response } = await chat(t).create(hi).withResponse()
      return { data, status: response.status }
    },
  },
  {
    name: 'as-response',
    run: async (t) => {
      const response = await chat(t).create(hi).asResponse()
      return { response: t.describe(response), body: await response.json() }
    },
  },
  {
    name: 'order',
    run: async (t) => {
      const promise = chat(t).create(hi)
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
    name: 'own-fetch',
    run: async (t) => {
      const calls = []
      const own = (url, init) => {
        calls.push([typeof url, init?.method])
        return fetch(url, init)
      }
      return { id: (await chat(t, 'hello', { fetch: own }).create(hi)).id, calls }
    },
  },
  {
    name: 'concurrent',
    run: (t) =>
      Promise.all(
        Array.from({ length: 4 }, (_, index) =>
          chat(t)
            .create({ ...hi, stream: index % 2 === 1 })
            .then((result) => (index % 2 === 1 ? textOf(result) : result.choices[0].message.content)),
        ),
      ),
  },
  {
    name: 'promise-dropped',
    run: async (t) => {
      ;(() => void chat(t).create(hi))()
      await t.arrived()
      await collect(t)
    },
  },
]

const streamProbes = (chat, streamed) => [
  { name: 'stream', run: async (t) => textOf(await chat(t).create(streamed)) },
  {
    name: 'stream-usage',
    script: 'cached',
    run: async (t) => textOf(await chat(t).create({ ...streamed, stream_options: { include_usage: true } })),
  },
  {
    name: 'stream-tool-call',
    script: 'tool',
    run: async (t) => {
      for await (const chunk of await chat(t).create({ ...streamed, tools: [WEATHER] })) t.note(chunk)
    },
  },
  { name: 'stream-reasoning', script: 'reasoning', run: async (t) => textOf(await chat(t).create(streamed)) },
  {
    name: 'stream-shape',
    script: 'endless',
    run: async (t) => {
      const stream = await chat(t).create(streamed)
      t.note(stream.constructor.name, Object.keys(stream).sort())
      const iterator = stream[Symbol.asyncIterator]()
      t.note(Object.prototype.toString.call(iterator), iterator[Symbol.asyncIterator]() === iterator)
      t.note(await iterator.next(), await iterator.return('done'), await iterator.next())
    },
  },
  {
    name: 'stream-twice',
    run: async (t) => {
      const stream = await chat(t).create(streamed)
      t.note(await textOf(stream))
      return failureOf(textOf(stream))
    },
  },
  {
    name: 'stream-break',
    script: 'endless',
    run: async (t) => {
      const stream = await chat(t).create(streamed)
      let seen = 0
      for await (const _chunk of stream) if (++seen === 3) break
      return { seen, aborted: stream.controller.signal.aborted }
    },
  },
  {
    name: 'stream-signal-abort',
    script: 'slow',
    run: async (t) => {
      const controller = new AbortController()
      const stream = await chat(t).create(streamed, { signal: controller.signal })
      let seen = 0
      const reading = async () => {
        for await (const _chunk of stream) if (++seen === 2) controller.abort()
        return seen >= 2
      }
      return failureOf(reading())
    },
  },
  {
    name: 'stream-tee',
    run: async (t) => {
      const [left, right] = (await chat(t).create(streamed)).tee()
      return Promise.all([textOf(left), textOf(right)])
    },
  },
  {
    name: 'stream-to-readable',
    run: async (t) => {
      let text = ''
      for await (const chunk of (await chat(t).create(streamed)).toReadableStream())
        text += Buffer.from(chunk).toString()
      return text
    },
  },
  {
    name: 'stream-with-response',
    run: async (t) => {
      const { data, response } = await chat(t).create(streamed).withResponse()
      return { text: await textOf(data), status: response.status }
    },
  },
  {
    name: 'stream-dropped',
    run: async (t) => {
      await (async () => {
        await (await chat(t).create(streamed))[Symbol.asyncIterator]().next()
      })()
      await collect(t)
    },
  },
  {
    name: 'async-context',
    run: async (t) => {
      const { AsyncLocalStorage } = await import('node:async_hooks')
      const storage = new AsyncLocalStorage()
      return storage.run('mine', async () => {
        const seen = new Set()
        for await (const _chunk of await chat(t).create(streamed)) seen.add(storage.getStore())
        return { seen: [...seen], after: storage.getStore() }
      })
    },
  },
]

const failureProbes = (chat, hi, streamed) => [
  {
    name: 'stream-cut',
    script: 'cut',
    run: async (t) => (await failureOf(textOf(await chat(t).create(streamed)))) instanceof Error,
  },
  {
    name: 'stream-error-event',
    script: 'stream-error',
    run: async (t) => failureOf(textOf(await chat(t).create(streamed))),
  },
  { name: 'error-400', script: 'error-400', run: (t) => failureOf(chat(t).create(hi)) },
  { name: 'error-400-stream', script: 'error-400', run: (t) => failureOf(chat(t).create(streamed)) },
  {
    name: 'error-429',
    script: 'error-429',
    run: (t) => failureOf(chat(t, 'error-429', { maxRetries: 1 }).create(hi)),
  },
  { name: 'retry-429', script: 'retry-429', run: (t) => chat(t).create(hi) },
  { name: 'retry-reset', script: 'retry-reset', run: (t) => chat(t).create(hi) },
  {
    name: 'timeout',
    script: 'hang',
    run: (t) => failureOf(chat(t, 'hang', { timeout: 300, maxRetries: 0 }).create(hi)),
  },
  { name: 'empty-json', script: 'empty-json', run: (t) => failureOf(chat(t).create(hi)) },
  {
    name: 'abort-before',
    run: (t) => failureOf(chat(t).create(hi, { signal: AbortSignal.abort() })),
  },
  {
    name: 'abort-during',
    script: 'hang',
    run: (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort())
      return failureOf(chat(t).create(hi, { signal: controller.signal }))
    },
  },
  {
    name: 'rejection-forgotten',
    script: 'error-400',
    run: async (t) => {
      void chat(t).create(hi)
      await unhandled()
    },
  },
  { name: 'bad-arguments', run: (t) => failureOf((async () => chat(t).create())()) },
]

/** Requests that are made of objects which do something when they are read. Each notes how often they were. */
const givenProbes = (chat, hi) => {
  const user = (content) => ({ role: 'user', content })
  const bodies = {
    'to-json': ({ attempt }) => ({ ...hi, messages: [attempt((n) => user(`attempt ${n}`))] }),
    getters: (pieces) =>
      pieces.getter(
        pieces.getter({ temperature: 0.5 }, 'messages', (n) => [user(`read ${n}`)]),
        'model',
        () => hi.model,
      ),
    proxy: ({ proxy }) => proxy({ ...hi, messages: proxy([proxy(user('Hi!'))]) }),
    lists: ({ list }) => ({ ...hi, messages: list(user('Hi!')), tools: list(WEATHER) }),
  }
  return Object.entries(bodies).map(([name, body]) => ({
    name: `given-${name}`,
    run: (t) => withHostile(t, (pieces) => chat(t).create(body(pieces))),
  }))
}
