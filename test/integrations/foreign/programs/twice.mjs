// A client that turnspan traces, and another instrumentation as well: what they make of one call.
import OpenAI from 'openai'
import { flushTraces, init } from 'turnspan'

const { baseURL, options, instrumentation } = JSON.parse(process.env.SETTINGS)
init(options)
const { OpenAIInstrumentation } = await import(instrumentation)
new OpenAIInstrumentation().manuallyInstrument(OpenAI)
const messages = [{ role: 'user', content: 'Hi' }]
await new OpenAI({ apiKey: 'sk-test', baseURL }).chat.completions.create({ model: 'gpt-4o', messages })
await flushTraces()
