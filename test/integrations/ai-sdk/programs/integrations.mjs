// Calls of version 7 with integrations of their own, which take the place of those that are registered.
import { createOpenAI } from '@ai-sdk/openai'
import { generateText } from 'ai'
import { flushTraces, init, stats } from 'turnspan'
import { aiSdkTelemetry } from 'turnspan/ai'

const { endpoint, baseURL } = JSON.parse(process.env.SETTINGS)
init({ endpoint, protocol: 'http/protobuf' })
const model = createOpenAI({ apiKey: 'sk-test', baseURL }).chat('gpt-4o')
const heard = []
const mine = { onStart: () => void heard.push('start'), onEnd: () => void heard.push('end') }
const traced = []
for (const integrations of [mine, [mine], [aiSdkTelemetry(), mine], [mine, aiSdkTelemetry()]]) {
  const before = stats().sent + stats().queued
  await generateText({ model, prompt: 'Hi!', telemetry: { integrations } })
  traced.push(stats().sent + stats().queued - before)
}
await flushTraces()
process.stdout.write(JSON.stringify({ heard: heard.join(' '), traced }))
