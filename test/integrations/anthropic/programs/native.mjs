// An application in which Anthropic's client makes OpenTelemetry spans of itself, with a provider of its own or without.
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { flushTraces, init, withSpan } from 'turnspan'

const { baseURL, endpoint, registered, when } = JSON.parse(process.env.SETTINGS)
const exporter = new InMemorySpanExporter()
if (registered) {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  )
}
const options = { endpoint, protocol: 'http/protobuf', captureContent: true }
if (when === 'before') init(options)
const { default: Anthropic } = await import('@anthropic-ai/sdk')
if (when !== 'before') init(options)

const tracer = trace.getTracer('the application')
const inSpan = (name, work) =>
  tracer.startActiveSpan(name, async (span) => {
    try {
      return await work()
    } finally {
      span.end()
    }
  })
const client = new Anthropic({
  apiKey: 'sk-ant-test',
  baseURL,
  fetch: (url, request) => inSpan('POST', () => fetch(url, request)),
})
const weather = {
  type: 'custom',
  name: 'get_weather',
  input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  parse: (input) => input,
  run: ({ city }) => inSpan('lookup', async () => `sunny in ${city}`),
}
const asked = {
  model: 'claude-opus-5-5',
  max_tokens: 200,
  messages: [{ role: 'user', content: 'Weather?' }],
}
const said = await withSpan(
  async () => {
    const last = await client.beta.messages
      .toolRunner({ ...asked, tools: [weather], stream: true })
      .runUntilDone()
    await client.messages.countTokens(asked)
    await client.models.retrieve('claude-opus-5-5')
    return last.content[0].text
  },
  { name: 'turn' },
)
await flushTraces({ timeoutMs: 20_000 })
const seen = exporter.getFinishedSpans().map((span) => ({
  name: span.name,
  spanId: span.spanContext().spanId,
  parentSpanId: span.parentSpanContext?.spanId,
}))
process.stdout.write(JSON.stringify({ said, seen }))
