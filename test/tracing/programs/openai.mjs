import OpenAI from 'openai'
import { at, read, run } from './common.mjs'

const client = (script) => new OpenAI({ apiKey: 'sk-test', baseURL: `${at(script)}/v1`, maxRetries: 0 })
const messages = [{ role: 'user', content: 'Hello' }]
const chat = (script = 'hello') => client(script).chat.completions.stream({ model: 'gpt-5', messages })
const get_weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    parse: JSON.parse,
    function: ({ city }) => `sunny in ${city}`,
  },
}
const create = () => client('hello').chat.completions.create({ model: 'gpt-5', messages })

await run({
  finalContent: [chat, ({ value }) => value.finalContent()],
  events: [
    chat,
    async ({ value }) => {
      let text = ''
      value.on('content', (delta) => (text += delta))
      await value.done()
      return text
    },
  ],
  iterated: [chat, async ({ value }) => (await read(value)).length > 1],
  failed: [() => chat('rate-limit'), ({ value }) => value.finalContent()],
  aborted: [
    () => chat('stall'),
    async ({ value }) => {
      value.on('content', () => value.abort())
      return value.done()
    },
  ],
  responses: [
    () => client('hello').responses.stream({ model: 'gpt-5', input: 'Hello' }),
    async ({ value }) =>
      (await value.finalResponse()).output
        .flatMap(({ content = [] }) => content)
        .map(({ text }) => text)
        .join(''),
  ],
  runTools: [
    () => client('tool').chat.completions.runTools({ model: 'gpt-5', messages, tools: [get_weather] }),
    ({ value }) => value.finalContent(),
  ],
  asResponse: [
    create,
    async ({ value }) => (await (await value.asResponse()).json()).choices[0].message.content,
  ],
  withResponse: [create, async ({ value }) => (await value.withResponse()).data.choices[0].message.content],
  awaited: [create, async ({ value }) => (await value).choices[0].message.content],
})
