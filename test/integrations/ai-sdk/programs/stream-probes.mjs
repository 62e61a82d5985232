import {
  call,
  clock,
  collect,
  collector,
  failure,
  orNever,
  ownSpan,
  part,
  steps,
  summary,
  weather,
} from './calls.mjs'

/** A stream whose errors are noted, and not written to the console. */
const stream = (t, script, more = {}) =>
  t.sdk.streamText(
    call(t, script, {
      maxRetries: 0,
      onError: ({ error }) => void t.note('onError', error?.name, error?.message),
      onAbort: ({ steps }) => void t.note('onAbort', steps.length),
      onFinish: ({ finishReason, text }) => void t.note('onFinish', finishReason, text),
      ...more,
    }),
  )
const read = async (iterable) => {
  const items = []
  for await (const item of iterable) items.push(item)
  return items
}
// The oldest version settles its promises only for those who read.
const settled = async (result) => {
  await result.consumeStream()
  return summary(Object.fromEntries(await promisesOf(result)))
}
const promisesOf = (result) =>
  Promise.all(
    ['text', 'reasoningText', 'finishReason', 'totalUsage', 'toolCalls', 'steps', 'warnings', 'response'].map(
      async (key) => [key, await result[key]],
    ),
  )
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const take = async (iterable, count) => {
  const items = []
  for await (const item of iterable) {
    items.push(item)
    if (items.length === count) break
  }
  return items
}

export const streamProbes = [
  { name: 'stream', run: (t) => read(stream(t, 'hello').textStream) },
  {
    name: 'stream-shape',
    run: async (t) => {
      const result = stream(t, 'hello')
      t.note(result.constructor.name, result.textStream.constructor.name)
      await result.consumeStream()
      return [await result.text, (await result.steps).length]
    },
  },
  { name: 'stream-full', run: async (t) => (await read(stream(t, 'hello').fullStream)).map(part) },
  { name: 'stream-promises', run: (t) => settled(stream(t, 'hello')) },
  {
    name: 'stream-consume',
    run: async (t) => {
      const result = stream(t, 'hello')
      await result.consumeStream()
      return result.text
    },
  },
  {
    name: 'stream-two-readers',
    run: async (t) => {
      const result = stream(t, 'hello')
      return Promise.all([read(result.textStream), read(result.textStream), result.text])
    },
  },
  { name: 'stream-cached', run: (t) => settled(stream(t, 'cached')) },
  {
    name: 'stream-tool',
    run: async (t) => {
      const result = stream(t, 'tool', {
        ...steps(t),
        tools: {
          get_weather: weather(t, ({ city }) =>
            ownSpan(t, 'look-up', async () => {
              await pause(5)
              return `sunny in ${city}`
            }),
          ),
        },
      })
      t.note((await read(result.fullStream)).map(part))
      return settled(result)
    },
  },
  {
    name: 'stream-tools-parallel',
    run: async (t) => {
      const result = stream(t, 'tools', {
        ...steps(t),
        tools: { get_weather: weather(t), get_time: clock(t) },
      })
      await result.consumeStream()
      return settled(result)
    },
  },
  {
    name: 'stream-tool-failing',
    run: async (t) => {
      const result = stream(t, 'tool', {
        ...steps(t),
        tools: {
          get_weather: weather(t, () => {
            throw new TypeError('no weather today')
          }),
        },
      })
      return (await read(result.fullStream)).map(part)
    },
  },
  {
    name: 'stream-response',
    run: async (t) => {
      const response = stream(t, 'hello').toTextStreamResponse()
      t.note(response.status, response.headers.get('content-type'))
      return response.text()
    },
  },
  {
    name: 'stream-ui-response',
    run: async (t) => {
      const text = await stream(t, 'hello').toUIMessageStreamResponse().text()
      return text.split('\n').filter((line) => line.includes('text-delta'))
    },
  },
  {
    name: 'stream-smooth',
    run: (t) =>
      read(
        stream(t, 'hello', {
          experimental_transform: t.sdk.smoothStream({ delayInMs: null, chunking: 'line' }),
        }).textStream,
      ),
  },
  {
    name: 'stream-break',
    run: async (t) => {
      const collected = collector(t)
      const items = await (async () => take(stream(t, 'long').textStream, 2))()
      await collected()
      return items.length
    },
  },
  {
    name: 'stream-break-collected',
    run: async (t) => {
      const items = await (async () => take(stream(t, 'hello').textStream, 2))()
      await collect(t)
      return items
    },
  },
  {
    name: 'stream-never-read',
    run: async (t) => {
      const collected = collector(t)
      ;(() => void stream(t, 'long'))()
      await pause(50)
      await collected()
    },
  },
  {
    name: 'stream-abort-during',
    run: async (t) => {
      const controller = new AbortController()
      const result = stream(t, 'endless', { abortSignal: controller.signal })
      const outcome = await failure(
        (async () => {
          let count = 0
          for await (const _text of result.textStream) if (++count === 3) controller.abort()
          return 'ended'
        })(),
      )
      await pause(60)
      return outcome
    },
  },
  {
    name: 'stream-abort-stalled',
    run: async (t) => {
      const controller = new AbortController()
      const result = stream(t, 'stall', { abortSignal: controller.signal })
      const outcome = await failure(
        (async () => {
          const items = []
          for await (const item of result.textStream) {
            items.push(item)
            // The last that comes.
            if (items.length === 4) setTimeout(() => controller.abort(), 30)
          }
          return items
        })(),
      )
      await pause(60)
      return outcome
    },
  },
  {
    name: 'stream-abort-before',
    run: async (t) => {
      const outcome = await failure(read(stream(t, 'hello', { abortSignal: AbortSignal.abort() }).textStream))
      await pause(60)
      return outcome
    },
  },
  {
    name: 'stream-cut',
    run: async (t) => {
      const outcome = await failure(read(stream(t, 'cut').textStream))
      await pause(60)
      return outcome
    },
  },
  { name: 'stream-error-event', run: (t) => failure(read(stream(t, 'stream-error').textStream)) },
  { name: 'stream-malformed', run: (t) => failure(read(stream(t, 'malformed').textStream)) },
  {
    name: 'stream-error-400',
    run: async (t) => {
      const result = stream(t, 'error-400')
      t.note(await failure(read(result.textStream)))
      return failure(orNever(result.text))
    },
  },
  {
    name: 'stream-retry-429',
    run: (t) => read(stream(t, 'retry-429', { maxRetries: 2 }).textStream),
  },
  {
    name: 'stream-parallel',
    run: (t) => Promise.all([1, 2, 3].map(() => read(stream(t, 'hello').textStream))),
  },
]
