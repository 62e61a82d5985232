// What goes wrong, and what is repeated or given up.
import { failureOf, hi, messages, unhandled } from './clients.mjs'

export const errorProbes = [
  { name: 'error-400', script: 'error-400', run: (t) => failureOf(messages(t).create(hi)) },
  { name: 'error-401', script: 'error-401', run: (t) => failureOf(messages(t).create(hi)) },
  {
    name: 'error-429',
    script: 'error-429',
    run: (t) => failureOf(messages(t, 'error-429', { maxRetries: 1 }).create(hi)),
  },
  {
    name: 'error-500',
    script: 'error-500',
    run: (t) => failureOf(messages(t, 'error-500', { maxRetries: 1 }).create(hi)),
  },
  {
    name: 'error-529',
    script: 'error-529',
    run: (t) => failureOf(messages(t, 'error-529', { maxRetries: 1 }).create(hi)),
  },
  {
    name: 'error-stream',
    script: 'error-400',
    run: (t) => failureOf(messages(t).create({ ...hi, stream: true })),
  },
  {
    name: 'error-as-response',
    script: 'error-400',
    run: (t) => failureOf(messages(t).create(hi).asResponse()),
  },
  {
    name: 'error-with-response',
    script: 'error-400',
    run: (t) => failureOf(messages(t).create(hi).withResponse()),
  },
  { name: 'retry-429', script: 'retry-429', run: (t) => messages(t).create(hi) },
  { name: 'retry-529', script: 'retry-529', run: (t) => messages(t).create(hi) },
  { name: 'retry-reset', script: 'retry-reset', run: (t) => messages(t).create(hi) },
  {
    name: 'retry-429-stream',
    script: 'retry-429',
    run: async (t) => {
      let events = 0
      for await (const _event of await messages(t).create({ ...hi, stream: true })) events += 1
      return events
    },
  },
  {
    name: 'timeout',
    script: 'hang',
    run: (t) => failureOf(messages(t, 'hang', { timeout: 1000, maxRetries: 0 }).create(hi)),
  },
  { name: 'not-json', script: 'not-json', run: (t) => failureOf(messages(t).create(hi)) },
  { name: 'empty-json', script: 'empty-json', run: (t) => messages(t).create(hi) },
  {
    name: 'abort-before',
    run: (t) => failureOf(messages(t).create(hi, { signal: AbortSignal.abort() })),
  },
  {
    name: 'abort-during',
    script: 'hang',
    run: (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort())
      return failureOf(messages(t).create(hi, { signal: controller.signal }))
    },
  },
  {
    name: 'rejection-unhandled',
    script: 'error-400',
    run: async (t) => {
      void messages(t)
        .create(hi)
        .then(() => undefined)
      await unhandled()
    },
  },
  {
    name: 'rejection-forgotten',
    script: 'error-400',
    run: async (t) => {
      void messages(t).create(hi)
      await unhandled()
    },
  },
  {
    name: 'rejection-handled-late',
    script: 'error-400',
    run: async (t) => {
      const promise = messages(t).create(hi)
      await unhandled()
      return failureOf(promise)
    },
  },
  {
    name: 'catch',
    script: 'error-400',
    run: (t) =>
      messages(t)
        .create(hi)
        .catch((error) => ({ caught: error })),
  },
  {
    name: 'all-settled',
    script: 'error-400',
    run: (t) =>
      Promise.allSettled([messages(t).create(hi), messages(t).create(hi)]).then((all) =>
        all.map(({ status }) => status),
      ),
  },
]
