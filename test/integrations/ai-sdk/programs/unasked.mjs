// A program that loads the AI SDK before turnspan, and says what turnspan has to say of its calls.
import { createOpenAI } from '@ai-sdk/openai'
import { trace } from '@opentelemetry/api'
import * as ai from 'ai'
import { init, onDiagnostic } from 'turnspan'

const { endpoint, baseURL, calls } = JSON.parse(process.env.SETTINGS)
const openai = createOpenAI({ apiKey: 'sk-test', baseURL })
const asking = { experimental_telemetry: { isEnabled: true } }
const text = (more) => ai.generateText({ model: openai.chat('gpt-4o'), prompt: 'Hi!', ...more })
const embedding = (openai.embeddingModel ?? openai.textEmbeddingModel).bind(openai)
/** Calls by what they are to show. */
const known = {
  text: () => text(),
  'text asking': () => text(asking),
  'text with a tracer': () =>
    text({ experimental_telemetry: { isEnabled: true, tracer: trace.getTracer('the program') } }),
  stream: () => ai.streamText({ model: openai.chat('gpt-4o'), prompt: 'Hi!' }).consumeStream(),
  embed: () => ai.embed({ model: embedding('text-embedding-3-small'), value: 'Hi!' }),
  agent: () => new ai.Experimental_Agent({ model: openai.chat('gpt-4o') }).generate({ prompt: 'Hi!' }),
  image: () =>
    (ai.generateImage ?? ai.experimental_generateImage)({ model: openai.image('dall-e-3'), prompt: 'A cat' }),
  'model alone': () =>
    openai
      .chat('gpt-4o')
      .doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi!' }] }] }),
  request: () => fetch(`${baseURL}/chat/completions`, { method: 'POST', body: '{}' }),
}

const said = []
onDiagnostic(({ code, level, message }) => {
  if (code === 'TS_AI_SDK_UNTRACED') said.push([level, message])
})
init({ endpoint, protocol: 'http/protobuf', instrumentations: ['ai'], exitTimeoutMs: 0 })
for (const name of calls) await known[name]().catch(() => undefined)
process.stdout.write(JSON.stringify(said), () => process.exit())
