// Leaves streams alone; nothing but silence, or the collection of garbage, ends their spans.
import { createOpenAI } from '@ai-sdk/openai'
import * as ai from 'ai'
import { flushTraces, init, stats } from 'turnspan'
import { instrumentAiSdk } from 'turnspan/ai'

const { endpoint, baseURL } = JSON.parse(process.env.SETTINGS)
init({
  endpoint,
  protocol: 'http/protobuf',
  instrumentations: [() => instrumentAiSdk(undefined, { idleMs: 300 })],
})
const settings = {
  model: createOpenAI({ apiKey: 'sk-test', baseURL }).chat('gpt-4o'),
  prompt: 'Hi!',
  experimental_telemetry: { isEnabled: true },
}
const held = [
  ai.streamText(settings),
  ai.streamText(settings),
  ai.streamObject({ ...settings, schema: ai.jsonSchema({ type: 'object' }) }),
]
for await (const _text of held[1].textStream) break
while (stats().sent + stats().queued < 6) await new Promise((resolve) => setTimeout(resolve, 50))
await flushTraces()
// The server keeps their connections open.
process.stdout.write(String(held.length), () => process.exit())
