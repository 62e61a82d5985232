import { createOpenAI } from '@ai-sdk/openai'
import { streamObject, streamText } from 'ai'
// biome-ignore lint/style/noRestrictedImports: nothing is bundled here
import { z } from 'zod'
import { at, read, run } from './common.mjs'

globalThis.AI_SDK_LOG_WARNINGS = false
const model = (script) => createOpenAI({ apiKey: 'sk-test', baseURL: `${at(script)}/v1` }).chat('gpt-5')
const text = () => streamText({ model: model('hello'), prompt: 'Hello', onError: () => undefined })
const object = () =>
  streamObject({
    model: model('object'),
    schema: z.object({ city: z.string() }),
    prompt: 'Where?',
    onError: () => undefined,
  })

await run({
  textStream: [text, async ({ value }) => (await read(value.textStream)).join('')],
  fullStream: [
    text,
    async ({ value }) => (await read(value.fullStream)).filter((p) => p.type === 'text-delta').length > 0,
  ],
  text: [text, ({ value }) => Promise.all([value.text, value.consumeStream()]).then(([all]) => all)],
  both: [text, async ({ value }) => [(await read(value.textStream)).join(''), await value.text][1]],
  async: [async () => text(), async ({ value }) => (await read(value.textStream)).join('')],
  response: [() => text().toTextStreamResponse(), async ({ value }) => value.text()],
  object: [
    object,
    async ({ value }) => {
      await read(value.partialObjectStream)
      return value.object
    },
  ],
})
