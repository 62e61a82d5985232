import { call, failure } from './calls.mjs'

const generate = (t, script, more = {}) =>
  failure(t.sdk.generateText(call(t, script, { maxRetries: 0, ...more })))

export const errorProbes = [
  ...['error-400', 'error-401', 'error-500', 'not-json', 'empty-json'].map((name) => ({
    name,
    run: (t) => generate(t, name),
  })),
  {
    name: 'retry-429',
    run: (t) => generate(t, 'retry-429', { maxRetries: 2 }).then(({ came }) => came.text),
  },
  { name: 'error-429', run: (t) => generate(t, 'error-429', { maxRetries: 1 }) },
  { name: 'error-reset', run: (t) => generate(t, 'retry-reset') },
  {
    name: 'abort-before',
    run: (t) => generate(t, 'hello', { abortSignal: AbortSignal.abort() }),
  },
  {
    name: 'abort-during',
    run: (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort())
      return generate(t, 'hang', { abortSignal: controller.signal })
    },
  },
  {
    name: 'abort-reason',
    run: (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort(new Error('the user left')))
      return generate(t, 'hang', { abortSignal: controller.signal })
    },
  },
  {
    name: 'bad-arguments',
    run: (t) => generate(t, 'hello', { prompt: undefined }),
  },
  {
    name: 'unknown-tool',
    run: async (t) => {
      const { came } = await generate(t, 'tool', { tools: {} })
      return came && [came.finishReason, came.text]
    },
  },
  {
    name: 'rejection-handled-late',
    run: async (t) => {
      const abortSignal = AbortSignal.abort()
      const promise = t.sdk.generateText(call(t, 'hello', { abortSignal, maxRetries: 0 }))
      await new Promise((resolve) => setTimeout(resolve, 100))
      return failure(promise)
    },
  },
]
