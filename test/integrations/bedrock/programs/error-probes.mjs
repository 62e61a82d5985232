// What goes wrong, and what is given up.
import { claude, clientOf, commandOf, failureOf, has, hi, retrying, send, unhandled } from './clients.mjs'
import { bodyStreamFailure } from './stream-probes.mjs'

const ask = (t, extra) => send(t, 'InvokeModel', claude(), extra)

export const errorProbes = [
  bodyStreamFailure,
  ...['error-400', 'error-401', 'error-429', 'error-500'].map((script) => ({
    name: script,
    script,
    run: (t) => failureOf(ask(t)),
  })),
  {
    name: 'error-converse',
    script: 'error-429',
    needs: has('Converse'),
    run: (t) => failureOf(send(t, 'Converse')),
  },
  {
    name: 'error-stream',
    script: 'error-400',
    needs: has('ConverseStream'),
    run: (t) => failureOf(send(t, 'ConverseStream')),
  },
  {
    name: 'retry-429',
    script: 'retry-429',
    run: async (t) => {
      const { $metadata } = await ask(t, { client: clientOf(t, undefined, retrying) })
      return [$metadata.attempts, $metadata.httpStatusCode]
    },
  },
  {
    name: 'reset',
    script: 'hang',
    run: (t) => failureOf(ask({ ...t, address: () => 'http://127.0.0.1:1/a/b' })),
  },
  {
    name: 'not-json',
    script: 'not-json',
    needs: has('Converse'),
    run: async (t) => (await failureOf(send(t, 'Converse'))).name,
  },
  {
    name: 'empty-json',
    script: 'empty-json',
    needs: has('Converse'),
    run: (t) => send(t, 'Converse'),
  },
  { name: 'bad-arguments', run: (t) => failureOf(send(t, 'InvokeModel', {})) },
  {
    name: 'abort-before',
    run: async (t) => (await failureOf(ask(t, { options: { abortSignal: AbortSignal.abort() } }))).name,
  },
  {
    name: 'abort-during',
    script: 'hang',
    run: async (t) => {
      const controller = new AbortController()
      void t.arrived().then(() => controller.abort())
      return (await failureOf(ask(t, { options: { abortSignal: controller.signal } }))).name
    },
  },
  {
    name: 'rejection-unhandled',
    script: 'error-400',
    run: async (t) => {
      void ask(t).then(() => undefined)
      await unhandled()
    },
  },
  {
    name: 'rejection-forgotten',
    script: 'error-400',
    run: async (t) => {
      void clientOf(t).send(commandOf(t, 'InvokeModel', claude()))
      await unhandled()
    },
  },
  {
    name: 'rejection-handled-late',
    script: 'error-400',
    run: async (t) => {
      const promise = clientOf(t).send(commandOf(t, 'InvokeModel', claude()))
      await unhandled()
      return failureOf(promise)
    },
  },
  {
    name: 'not-a-command',
    run: (t) => {
      const threw = (given) => {
        try {
          clientOf(t).send(given)
          return 'nothing'
        } catch (error) {
          return error.name
        }
      }
      return [threw(undefined), threw({}), threw({ input: hi })]
    },
  },
]
