// Streams, and the helper that reads them for the program.
import { failureOf, hi, make, messages, textOf, unhandled } from './clients.mjs'

const open = (t, script, options) => messages(t, script).create({ ...hi, stream: true }, options)
const helper = (t, options) => messages(t).stream(hi, options)

export const streamProbes = [
  { name: 'stream', run: async (t) => textOf(await open(t)) },
  {
    name: 'stream-events',
    script: 'tool',
    run: async (t) => {
      for await (const event of await open(t)) t.note(event)
    },
  },
  { name: 'stream-cached', script: 'cached', run: async (t) => textOf(await open(t)) },
  { name: 'stream-thinking', script: 'reasoning', run: async (t) => textOf(await open(t)) },
  { name: 'stream-server-tool', script: 'search', run: async (t) => textOf(await open(t)) },
  {
    name: 'stream-with-response',
    run: async (t) => {
      const { data, response } = await open(t).withResponse()
      return { text: await textOf(data), status: response.status }
    },
  },
  {
    name: 'stream-as-response',
    run: async (t) => {
      const response = await open(t).asResponse()
      return (await response.text()).length
    },
  },
  {
    name: 'stream-shape',
    script: 'endless',
    run: async (t) => {
      const stream = await open(t)
      t.note(stream.constructor.name, Object.keys(stream).sort(), typeof stream.controller.abort)
      const iterator = stream[Symbol.asyncIterator]()
      t.note(
        Object.prototype.toString.call(iterator),
        typeof iterator.return,
        typeof iterator.throw,
        iterator[Symbol.asyncIterator]() === iterator,
      )
      const first = iterator.next()
      t.note(first instanceof Promise, await first)
      t.note(await iterator.return('done'), await iterator.next())
    },
  },
  {
    name: 'stream-twice',
    run: async (t) => {
      const stream = await open(t)
      t.note(await textOf(stream))
      return failureOf(textOf(stream))
    },
  },
  {
    name: 'stream-break',
    script: 'endless',
    run: async (t) => {
      const stream = await open(t)
      let seen = 0
      for await (const _event of stream) if (++seen === 4) break
      return { seen, aborted: stream.controller.signal.aborted }
    },
  },
  {
    name: 'stream-throw',
    script: 'endless',
    run: async (t) => {
      const error = new TypeError('mine')
      const caught = await failureOf(
        (async () => {
          for await (const _event of await open(t)) throw error
        })(),
      )
      return caught === error
    },
  },
  {
    name: 'stream-controller-abort',
    script: 'endless',
    run: async (t) => {
      const stream = await open(t)
      let seen = 0
      for await (const _event of stream) if (++seen === 2) stream.controller.abort()
      // What has arrived already still comes.
      return seen < 20
    },
  },
  {
    name: 'stream-signal-abort',
    script: 'endless',
    run: async (t) => {
      const controller = new AbortController()
      const stream = await open(t, undefined, { signal: controller.signal })
      let seen = 0
      return failureOf(
        (async () => {
          for await (const _event of stream) if (++seen === 2) controller.abort()
          return seen < 20
        })(),
      )
    },
  },
  {
    name: 'stream-tee',
    run: async (t) => {
      const [left, right] = (await open(t)).tee()
      return Promise.all([textOf(left), textOf(right)])
    },
  },
  {
    name: 'stream-to-readable',
    run: async (t) => {
      let text = ''
      for await (const chunk of (await open(t)).toReadableStream()) text += Buffer.from(chunk).toString()
      return text
    },
  },
  {
    name: 'stream-cut',
    script: 'cut',
    run: async (t) => ({ failed: (await failureOf(textOf(await open(t)))) instanceof Error }),
  },
  { name: 'stream-error-event', script: 'stream-error', run: async (t) => failureOf(textOf(await open(t))) },
  {
    name: 'stream-stalled-abort',
    script: 'stall',
    run: async (t) => {
      const controller = new AbortController()
      const reading = failureOf(textOf(await open(t, undefined, { signal: controller.signal })))
      setTimeout(() => controller.abort(), 250)
      return reading
    },
  },
  {
    name: 'stream-never-read',
    script: 'endless',
    run: async (t) => {
      const stream = await open(t)
      stream.controller.abort()
      return stream.constructor.name
    },
  },
  {
    name: 'stream-dropped',
    run: async (t) => {
      await (async () => {
        const iterator = (await open(t))[Symbol.asyncIterator]()
        await iterator.next()
      })()
      for (let turn = 0; turn < 10; turn += 1) {
        await t.settle(5)
        t.gc()
      }
    },
  },
  {
    name: 'helper',
    script: 'tool',
    run: async (t) => {
      const stream = helper(t)
      for (const event of [
        'connect',
        'text',
        'inputJson',
        'contentBlock',
        'message',
        'finalMessage',
        'end',
      ]) {
        stream.on(event, (first) => t.note(event, typeof first))
      }
      return stream.finalMessage()
    },
  },
  { name: 'helper-text', run: (t) => helper(t).finalText() },
  {
    name: 'helper-iterated',
    run: async (t) => {
      let text = ''
      for await (const event of helper(t)) text += event.delta?.text ?? ''
      return text
    },
  },
  {
    name: 'helper-break',
    script: 'endless',
    run: async (t) => {
      const stream = helper(t)
      let seen = 0
      for await (const _event of stream) if (++seen === 4) break
      await t.settle()
      return { seen, aborted: stream.aborted, ended: stream.ended }
    },
  },
  {
    name: 'helper-abort',
    script: 'endless',
    run: async (t) => {
      const stream = helper(t)
      stream.once('text', () => stream.abort())
      stream.on('abort', (error) => t.note('abort', error))
      return failureOf(stream.finalMessage())
    },
  },
  { name: 'helper-error', script: 'error-400', run: (t) => failureOf(helper(t).done()) },
  {
    name: 'helper-error-listened',
    script: 'error-400',
    run: async (t) => {
      const stream = helper(t)
      stream.on('error', (error) => t.note('error', error))
      await new Promise((resolve) => stream.on('end', resolve))
    },
  },
  {
    name: 'helper-error-forgotten',
    script: 'error-400',
    run: async (t) => {
      helper(t)
      await unhandled()
    },
  },
  {
    name: 'helper-cut',
    script: 'cut',
    run: async (t) => ({ failed: (await failureOf(helper(t).done())) instanceof Error }),
  },
  {
    name: 'helper-listener-throws',
    script: 'endless',
    run: async (t) => {
      const stream = helper(t)
      stream.on('text', () => {
        throw new RangeError('mine')
      })
      return failureOf(stream.done())
    },
  },
  {
    name: 'helper-to-readable',
    run: async (t) => {
      let text = ''
      for await (const chunk of helper(t).toReadableStream()) text += Buffer.from(chunk).toString()
      return text.length
    },
  },
  {
    name: 'helper-with-response',
    needs: (t) => typeof make(t).messages.stream(hi).withResponse === 'function',
    run: async (t) => {
      const stream = helper(t)
      const { response, request_id } = await stream.withResponse()
      return { status: response.status, request_id, text: await stream.finalText() }
    },
  },
  {
    name: 'beta-helper',
    needs: (t) => typeof make(t).beta.messages?.stream === 'function',
    run: (t) => make(t).beta.messages.stream(hi).finalMessage(),
  },
]
