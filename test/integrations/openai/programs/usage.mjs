// Streams with tokens that only turnspan asked for.
import OpenAI from 'openai'
import { flushTraces, init } from 'turnspan'
import { instrumentOpenAI } from 'turnspan/openai'

const { endpoint, baseURL } = JSON.parse(process.env.SETTINGS)
init({
  endpoint,
  protocol: 'http/protobuf',
  instrumentations: [() => instrumentOpenAI(undefined, { includeUsage: true })],
})
const client = new OpenAI({ apiKey: 'sk-test', baseURL })
const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi!' }], stream: true }
const chunksOf = async (more = {}) => {
  const request = { ...body, ...more }
  const before = JSON.stringify(request)
  const chunks = []
  for await (const chunk of await client.chat.completions.create(request)) {
    chunks.push([chunk.choices.length, chunk.usage?.total_tokens ?? null])
  }
  return { chunks, changed: JSON.stringify(request) !== before }
}
const result = {
  hidden: await chunksOf(),
  wanted: await chunksOf({ stream_options: { include_usage: true } }),
  refused: await chunksOf({ stream_options: { include_usage: false } }),
}
const [left, right] = (await client.chat.completions.create(body)).tee()
const count = async (stream) => {
  let chunks = 0
  for await (const _chunk of stream) chunks += 1
  return chunks
}
result.tee = await Promise.all([count(left), count(right)])
await flushTraces()
process.stdout.write(JSON.stringify(result))
