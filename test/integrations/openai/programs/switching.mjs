// Switches the integration on and off, and says after each step what the methods are and what was traced.
import { createRequire } from 'node:module'
import OpenAI from 'openai'
import * as turnspan from 'turnspan'
import { instrument } from 'turnspan/instrument'
import { instrumentOpenAI } from 'turnspan/openai'

const commonJs = createRequire(import.meta.url)('openai')
const { endpoint, baseURL } = JSON.parse(process.env.SETTINGS)
const watched = [OpenAI, commonJs].flatMap((client) => [
  [client.Chat.Completions.prototype, 'create'],
  [client.Responses.prototype, 'create'],
  [client.Embeddings.prototype, 'create'],
  [client.Chat.Completions.prototype, 'runTools'],
  [client.prototype, 'fetchWithTimeout'],
])
const before = watched.map(([target, key]) => Object.getOwnPropertyDescriptor(target, key))
const untouched = () =>
  watched.map(([target, key], index) => {
    const now = Object.getOwnPropertyDescriptor(target, key)
    return Object.keys(now).every((flag) => now[flag] === before[index][flag])
  })

const steps = {}
const step = async (name) => {
  const at = turnspan.stats().sent + turnspan.stats().queued
  for (const Client of [OpenAI, commonJs]) {
    const client = new Client({ apiKey: 'sk-test', baseURL })
    await client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi!' }] })
  }
  const { sent, queued } = turnspan.stats()
  const same = untouched()
  steps[name] = {
    traced: sent + queued - at,
    untouched: same.every(Boolean),
    touched: same.every((one) => !one),
  }
}
const init = (instrumentations) =>
  turnspan.init({
    endpoint,
    protocol: 'http/protobuf',
    ...(instrumentations !== undefined && { instrumentations }),
  })

await step('before')
init(false)
await step('false')
init()
await step('auto')
init(['openai'])
await step('list')
init([])
await step('empty list')
init([() => instrumentOpenAI(undefined, { includeUsage: true })])
await step('function')
init(false)
const undoClass = instrumentOpenAI(OpenAI)
await step('class')
undoClass()
const undoAll = instrument({ openai: commonJs })
await step('exports')
undoAll()
const undoInstance = instrumentOpenAI(new OpenAI({ apiKey: 'sk-test' }))
await step('instance')
undoInstance()
await step('undone')
init()
await turnspan.shutdown()
await step('shutdown')
process.stdout.write(JSON.stringify(steps))
