// What goes wrong, and what is given up.
import { failureOf, hi, models, undated, unhandled } from './clients.mjs'

const generate = (t, script, config, options) =>
  models(t, script, options)
    .generateContent({ ...hi, ...(config && { config }) })
    .then(undated)

export const errorProbes = [
  { name: 'error-400', script: 'error-400', run: (t) => failureOf(generate(t)) },
  { name: 'error-401', script: 'error-401', run: (t) => failureOf(generate(t)) },
  { name: 'error-429', script: 'error-429', run: (t) => failureOf(generate(t)) },
  { name: 'error-500', script: 'error-500', run: (t) => failureOf(generate(t)) },
  { name: 'error-stream', script: 'error-400', run: (t) => failureOf(models(t).generateContentStream(hi)) },
  {
    name: 'retry-429',
    script: 'retry-429',
    run: (t) =>
      generate(t, 'retry-429', undefined, {
        httpOptions: { baseUrl: t.address('retry-429'), retryOptions: { attempts: 4, initialDelay: 0.01 } },
      }),
  },
  {
    name: 'timeout',
    script: 'hang',
    run: async (t) => {
      const failure = await failureOf(
        generate(t, 'hang', undefined, { httpOptions: { baseUrl: t.address('hang'), timeout: 1000 } }),
      )
      return { name: failure.name, message: failure.message }
    },
  },
  { name: 'not-json', script: 'not-json', run: (t) => failureOf(generate(t)) },
  { name: 'empty-json', script: 'empty-json', run: (t) => generate(t) },
  {
    name: 'abort-before',
    run: async (t) => (await failureOf(generate(t, 'hello', { abortSignal: AbortSignal.abort() }))).name,
  },
  {
    name: 'abort-during',
    script: 'hang',
    run: async (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort())
      return (await failureOf(generate(t, 'hang', { abortSignal: controller.signal }))).name
    },
  },
  {
    name: 'rejection-unhandled',
    script: 'error-400',
    run: async (t) => {
      void generate(t).then(() => undefined)
      await unhandled()
    },
  },
  {
    name: 'rejection-forgotten',
    script: 'error-400',
    run: async (t) => {
      void models(t).generateContent(hi)
      await unhandled()
    },
  },
  {
    name: 'rejection-handled-late',
    script: 'error-400',
    run: async (t) => {
      const promise = models(t).generateContent(hi)
      await unhandled()
      return failureOf(promise)
    },
  },
  {
    name: 'all-settled',
    script: 'error-400',
    run: (t) => Promise.allSettled([generate(t), generate(t)]).then((all) => all.map(({ status }) => status)),
  },
]
