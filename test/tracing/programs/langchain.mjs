import { ChatOpenAI } from '@langchain/openai'
import { at, read, run } from './common.mjs'

const model = new ChatOpenAI({
  model: 'gpt-5',
  apiKey: 'sk-test',
  configuration: { baseURL: `${at('hello')}/v1` },
})

await run({
  stream: [
    () => model.stream('Hello'),
    async ({ value }) => (await read(value)).map(({ content }) => content).join(''),
  ],
  left: [
    () => model.stream('Hello'),
    async ({ value }) => {
      for await (const chunk of value) if (chunk.content !== '') return chunk.content
    },
  ],
})
