// An application as it goes into a bundle.
import OpenAI from 'openai'
import { flushTraces, init } from 'turnspan'
import { instrumentOpenAI } from 'turnspan/openai'

const { endpoint, baseURL } = JSON.parse(process.env.SETTINGS)
init({ endpoint, protocol: 'http/protobuf' })
instrumentOpenAI(OpenAI)
const client = new OpenAI({ apiKey: 'sk-test', baseURL })
const stream = client.chat.completions
  .create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi!' }], stream: true })
  .then(async (chunks) => {
    let text = ''
    for await (const chunk of chunks) text += chunk.choices[0]?.delta?.content ?? ''
    return text
  })
stream.then(async (text) => {
  process.stdout.write(text)
  await flushTraces()
})
