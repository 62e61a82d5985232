import Anthropic from '@anthropic-ai/sdk'
import { at, read, run } from './common.mjs'

const client = (script) => new Anthropic({ apiKey: 'sk-test', baseURL: at(script), maxRetries: 0 })
const stream = (script = 'hello') =>
  client(script).messages.stream({
    model: 'claude-5',
    max_tokens: 99,
    messages: [{ role: 'user', content: 'Hello' }],
  })
const textOf = (message) => message.content.map(({ text }) => text).join('')

await run({
  finalMessage: [stream, async ({ value }) => textOf(await value.finalMessage())],
  finalText: [stream, ({ value }) => value.finalText()],
  events: [
    stream,
    async ({ value }) => {
      let text = ''
      value.on('text', (delta) => (text += delta))
      await value.done()
      return text
    },
  ],
  iterated: [stream, async ({ value }) => (await read(value)).length > 1],
  failed: [() => stream('rate-limit'), ({ value }) => value.finalText()],
})
