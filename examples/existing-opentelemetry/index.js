// An application with its own OpenTelemetry provider. turnspan attaches to it without any configuration: the application's
// exporter gets turnspan's spans, and turnspan's target gets the application's spans, as one tree.
import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { flushTraces, init, withAgent, withTool } from 'turnspan'

const own = new InMemorySpanExporter()
new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(own)] }).register()

// Before or after the registration; both work.
init({ captureContent: true, serviceName: 'shop' })

const tracer = trace.getTracer('shop')
await tracer.startActiveSpan('POST /chat', async (request) => {
  await withAgent({ agent: 'clerk', input: 'Do you have tea?' }, async () => {
    const stock = await withTool({ tool: 'check_stock', arguments: { item: 'tea' } }, () =>
      tracer.startActiveSpan('SELECT stock', (query) => {
        query.end()
        return 7
      }),
    )
    return `We have ${stock}.`
  })
  request.end()
})

const { sent } = await flushTraces({ timeoutMs: 5000 })
console.log(
  `${own
    .getFinishedSpans()
    .map((span) => span.name)
    .join(', ')}: ${sent} spans sent by turnspan`,
)
