// A model's client whose requests the AI SDK answers: one call of a model, and one span.
import { createOpenAI } from '@ai-sdk/openai'
import { generateText, streamText } from 'ai'
import OpenAI from 'openai'
import { flushTraces, init } from 'turnspan'

const { endpoint, baseURL } = JSON.parse(process.env.SETTINGS)
init({ endpoint, protocol: 'http/protobuf', instrumentations: ['ai', 'openai'] })
const settings = {
  model: createOpenAI({ apiKey: 'sk-test', baseURL }).chat('gpt-4o'),
  prompt: 'Hi!',
  experimental_telemetry: { isEnabled: true },
}
const answer = (content) =>
  Response.json({
    id: 'chatcmpl-outer',
    object: 'chat.completion',
    model: 'gpt-4o',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  })
const ask = async (fetch) => {
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: 'http://127.0.0.1:9/v1', fetch })
  const messages = [{ role: 'user', content: 'Hi!' }]
  return (await client.chat.completions.create({ model: 'gpt-4o', messages })).choices[0].message.content
}
const said = [
  await ask(async () => answer((await generateText(settings)).text)),
  await ask(async () => {
    let text = ''
    for await (const piece of streamText(settings).textStream) text += piece
    return answer(text)
  }),
]
await flushTraces()
process.stdout.write(JSON.stringify(said))
