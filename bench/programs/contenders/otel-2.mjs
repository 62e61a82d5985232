import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { otelCalls } from '../otel-calls.mjs'

/** OpenTelemetry JS 2.x as its documentation sets it up: batches, protobuf over HTTP, defaults. */
export function start({ endpoint, gzip }) {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    ...(gzip && { compression: 'gzip' }),
  })
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'bench' }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return { ...otelCalls(trace.getTracer('bench')), flush: () => provider.forceFlush() }
}
