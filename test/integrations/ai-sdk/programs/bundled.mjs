// An application as it goes into a bundle.
import { createOpenAI } from '@ai-sdk/openai'
import * as ai from 'ai'
import { flushTraces, init } from 'turnspan'
import { aiSdkTracer, instrumentAiSdk } from 'turnspan/ai'

const { endpoint, baseURL } = JSON.parse(process.env.SETTINGS)
init({ endpoint, protocol: 'http/protobuf' })
instrumentAiSdk(ai)
const result = ai.streamText({
  model: createOpenAI({ apiKey: 'sk-test', baseURL }).chat('gpt-4o'),
  prompt: 'Hi!',
  experimental_telemetry: { isEnabled: true, tracer: aiSdkTracer() },
})
result.text.then(async (text) => {
  process.stdout.write(text)
  await flushTraces()
})
result.consumeStream()
