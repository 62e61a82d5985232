import { readFileSync } from 'node:fs'
import { credentials, Metadata } from '@grpc/grpc-js'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

// Sends one span with the stock exporter and prints "ok", or the error with its status details.
const [, , url] = process.argv
const { CA, CERT, KEY } = process.env
const memory = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] })
provider.getTracer('grpc-export').startSpan('over grpc').end()
const metadata = new Metadata()
metadata.set('x-team', 'a')
const read = (path: string | undefined): Buffer | null => (path === undefined ? null : readFileSync(path))
const exporter = new OTLPTraceExporter({
  ...(url === undefined ? {} : { url }),
  metadata,
  ...(CA === undefined ? {} : { credentials: credentials.createSsl(read(CA), read(KEY), read(CERT)) }),
})
exporter.export(memory.getFinishedSpans(), (result) => {
  const error = result.error as (Error & { metadata?: Metadata }) | undefined
  const details = error?.metadata?.get('grpc-status-details-bin').map((each) => each.toString()) ?? []
  process.stdout.write(
    error === undefined ? 'ok' : `${error.message} ${details.join('')}`.replaceAll('\n', ' '),
  )
  void exporter.shutdown()
})
