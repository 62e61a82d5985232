// Streams of Converse.
import { claude, clientOf, commandOf, eventsOf, failureOf, has, hi } from './clients.mjs'

const open = async (t, { script, signal } = {}) => {
  const command = commandOf(t, 'ConverseStream', hi)
  return (await clientOf(t, script).send(command, signal && { abortSignal: signal })).stream
}

/** Gives the request up when the program has left the stream: the client itself goes on with it. */
const leaving = (work) => async (t) => {
  const controller = new AbortController()
  try {
    return await work(t, () => open(t, { signal: controller.signal }))
  } finally {
    controller.abort()
  }
}

export const streamProbes = [
  { name: 'stream', run: async (t) => eventsOf(await open(t)) },
  { name: 'stream-tool', script: 'tools', run: async (t) => eventsOf(await open(t)) },
  { name: 'stream-reasoning', script: 'reasoning', run: async (t) => eventsOf(await open(t)) },
  { name: 'stream-cached', script: 'cached', run: async (t) => eventsOf(await open(t)) },
  {
    name: 'stream-callback',
    run: (t) =>
      new Promise((resolve, reject) => {
        clientOf(t).send(commandOf(t, 'ConverseStream', hi), (error, output) =>
          error ? reject(error) : resolve(eventsOf(output.stream)),
        )
      }),
  },
  {
    name: 'stream-shape',
    script: 'endless',
    run: leaving(async (t, begin) => {
      const stream = await begin()
      t.note(t.describe(stream), Object.prototype.toString.call(stream), typeof stream.next)
      const iterator = stream[Symbol.asyncIterator]()
      t.note(typeof iterator.next, typeof iterator.return, Object.keys(iterator))
      t.note(await iterator.next(), await iterator.return('done'), await iterator.next())
    }),
  },
  {
    name: 'stream-break',
    script: 'endless',
    run: leaving(async (_t, begin) => {
      let seen = 0
      for await (const _event of await begin()) if (++seen === 3) break
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
          for await (const _event of await begin()) throw error
        })(),
      )
      return caught === error
    }),
  },
  {
    name: 'stream-abort',
    script: 'endless',
    run: async (t) => {
      const controller = new AbortController()
      let seen = 0
      const failure = await failureOf(
        (async () => {
          for await (const _event of await open(t, { signal: controller.signal }))
            if (++seen === 3) controller.abort()
        })(),
      )
      return { failed: failure instanceof Error, few: seen < 20 }
    },
  },
  {
    name: 'stream-cut',
    script: 'cut',
    run: async (t) => ({ failed: (await failureOf(eventsOf(await open(t)))) instanceof Error }),
  },
  { name: 'stream-malformed', script: 'malformed', run: async (t) => failureOf(eventsOf(await open(t))) },
  { name: 'stream-error', script: 'stream-error', run: async (t) => failureOf(eventsOf(await open(t))) },
  {
    name: 'stream-never-read',
    script: 'endless',
    run: leaving(async (_t, begin) => typeof (await begin())[Symbol.asyncIterator]),
  },
  {
    name: 'stream-dropped',
    script: 'endless',
    run: leaving(async (t, begin) => {
      await (async () => {
        await (await begin())[Symbol.asyncIterator]().next()
      })()
      for (let turn = 0; turn < 10; turn += 1) {
        await t.settle(5)
        t.gc()
      }
    }),
  },
  {
    name: 'stream-context',
    run: async (t) => {
      const { AsyncLocalStorage } = await import('node:async_hooks')
      const storage = new AsyncLocalStorage()
      return storage.run('mine', async () => {
        const seen = []
        for await (const _event of await open(t)) seen.push(storage.getStore())
        return { seen: [...new Set(seen)], after: storage.getStore() }
      })
    },
  },
].map((probe) => ({ ...probe, needs: has('ConverseStream') }))

export const bodyStreamFailure = {
  name: 'invoke-stream-error',
  script: 'stream-error',
  run: async (t) => {
    const command = commandOf(t, 'InvokeModelWithResponseStream', claude())
    return failureOf(eventsOf((await clientOf(t).send(command)).body))
  },
}
