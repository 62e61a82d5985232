// Streams.
import { failureOf, hi, models, textOf, undated } from './clients.mjs'

const open = (t, script, config) =>
  models(t, script).generateContentStream({ ...hi, ...(config && { config }) })

/** Gives the request up when the program has left the stream: the client itself goes on with it to the end. */
const leaving = (work) => async (t) => {
  const controller = new AbortController()
  try {
    return await work(t, () => open(t, undefined, { abortSignal: controller.signal }))
  } finally {
    controller.abort()
  }
}

export const streamProbes = [
  { name: 'stream', run: async (t) => textOf(await open(t)) },
  {
    name: 'stream-chunks',
    script: 'tool',
    run: async (t) => {
      for await (const chunk of await open(t)) t.note(undated(chunk))
    },
  },
  { name: 'stream-cached', script: 'cached', run: async (t) => textOf(await open(t)) },
  { name: 'stream-thoughts', script: 'reasoning', run: async (t) => textOf(await open(t)) },
  {
    name: 'stream-shape',
    script: 'endless',
    run: leaving(async (t, begin) => {
      const stream = await begin()
      t.note(
        Object.prototype.toString.call(stream),
        typeof stream.return,
        typeof stream.throw,
        Object.keys(stream),
      )
      t.note(stream[Symbol.asyncIterator]() === stream)
      const first = stream.next()
      t.note(first instanceof Promise, (await first).value.text)
      t.note(await stream.return('done'), await stream.next())
    }),
  },
  {
    name: 'stream-parallel-next',
    script: 'endless',
    run: leaving(async (_t, begin) => {
      const stream = await begin()
      const steps = await Promise.all([stream.next(), stream.next(), stream.next()])
      await stream.return()
      return steps.map(({ value }) => value.text)
    }),
  },
  {
    name: 'stream-break',
    script: 'endless',
    run: leaving(async (_t, begin) => {
      let seen = 0
      for await (const _chunk of await begin()) if (++seen === 2) break
      return seen
    }),
  },
  {
    name: 'stream-throw',
    script: 'endless',
    run: leaving(async (_t, begin) => {
      const error = new TypeError('mine')
      const caught = await failureOf(
        (async () => {
          for await (const _chunk of await begin()) throw error
        })(),
      )
      return caught === error
    }),
  },
  {
    name: 'stream-signal-abort',
    script: 'endless',
    run: async (t) => {
      const controller = new AbortController()
      const stream = await open(t, undefined, { abortSignal: controller.signal })
      let seen = 0
      const failure = await failureOf(
        (async () => {
          for await (const _chunk of stream) if (++seen === 2) controller.abort()
        })(),
      )
      return { name: failure.name, few: seen < 20 }
    },
  },
  {
    name: 'stream-stalled-abort',
    script: 'stall',
    run: async (t) => {
      const controller = new AbortController()
      const reading = failureOf(textOf(await open(t, undefined, { abortSignal: controller.signal })))
      setTimeout(() => controller.abort(), 250)
      return (await reading).name
    },
  },
  {
    name: 'stream-cut',
    script: 'cut',
    run: async (t) => ({ failed: (await failureOf(textOf(await open(t)))) instanceof Error }),
  },
  { name: 'stream-error-event', script: 'stream-error', run: async (t) => failureOf(textOf(await open(t))) },
  {
    name: 'stream-never-read',
    run: async (t) => {
      const stream = await open(t)
      return typeof stream.next
    },
  },
  {
    name: 'stream-dropped',
    run: async (t) => {
      await (async () => {
        const stream = await open(t)
        await stream.next()
      })()
      for (let turn = 0; turn < 10; turn += 1) {
        await t.settle(5)
        t.gc()
      }
    },
  },
]
