// One call of a model by a copy of openai that comes about in some way; `WAY` says which.
import { createRequire } from 'node:module'
import { flushTraces, init, instrumentations } from 'turnspan'

const { WAY, BASE_URL, ENDPOINT } = process.env
const require = createRequire(import.meta.url)
const start = () =>
  init({
    endpoint: ENDPOINT,
    protocol: 'http/protobuf',
    ...(process.env.NAMED && { instrumentations: ['openai'] }),
  })

const ways = {
  'import before init': async () => {
    const { default: OpenAI } = await import('openai')
    start()
    return OpenAI
  },
  'import after init': async () => {
    start()
    return (await import('openai')).default
  },
  'require before init': async () => {
    const { default: OpenAI } = require('openai')
    start()
    return OpenAI
  },
  'require after init': async () => {
    start()
    return require('openai').default
  },
  'import of the client module': async () => {
    start()
    return (await import('openai/client')).OpenAI
  },
  'import by path': async () => {
    start()
    const { pathToFileURL } = await import('node:url')
    return (await import(pathToFileURL(require.resolve('openai').replace(/\.js$/, '.mjs')))).default
  },
  'import with a query, as loaders that reload do': async () => {
    start()
    const { pathToFileURL } = await import('node:url')
    return (await import(`${pathToFileURL(require.resolve('openai').replace(/\.js$/, '.mjs'))}?reloaded=1`))
      .default
  },
  'bundled into the application': async () => {
    start()
    return (await import('./bundle.mjs')).default
  },
  'copied into the sources': async () => {
    start()
    return (await import('./vendor/client/index.mjs')).default
  },
  'a context of its own': async () => {
    const vm = await import('node:vm')
    const fs = await import('node:fs')
    start()
    const context = vm.createContext({
      ...globalThis,
      fetch,
      process,
      Buffer,
      URL,
      URLSearchParams,
      Headers,
      Request,
      Response,
      FormData,
      Blob,
      File,
      AbortController,
      AbortSignal,
      TextEncoder,
      TextDecoder,
      ReadableStream,
      setTimeout,
      clearTimeout,
    })
    const module = { exports: {} }
    vm.runInContext(
      `(function (require, module, exports) {${fs.readFileSync(new URL('./bundle.cjs', import.meta.url), 'utf8')}\n})`,
      context,
    )(require, module, module.exports)
    return module.exports.default
  },
}

const OpenAI = await ways[WAY]()
const client = new OpenAI({ apiKey: 'sk-test', baseURL: BASE_URL })
const answer = await client.chat.completions.create({
  model: 'gpt-4o',
  messages: [{ role: 'user', content: 'Hi!' }],
})
await flushTraces()
process.stdout.write(
  JSON.stringify({
    said: answer.choices[0].message.content,
    states: instrumentations()
      .filter(({ name }) => name === 'openai')
      .map(({ state }) => state),
  }),
)
