import { ClientRequest } from 'node:http'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

// Makes one request of ours and one of somebody else under HTTP instrumentation, and prints the spans made; and whether
// tracing was suppressed each time that the headers of a request were written, which is when others look at it.
const exporter = new InMemorySpanExporter()
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] })
createRequire(import.meta.url)('node:http')
syncBuiltinESMExports()

const SUPPRESSED = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const suppressed: boolean[] = []
const { prototype } = ClientRequest as unknown as {
  prototype: { _storeHeader(...given: unknown[]): unknown }
}
const { _storeHeader: store } = prototype
prototype._storeHeader = function (...given) {
  suppressed.push(context.active().getValue(SUPPRESSED) === true)
  return Reflect.apply(store, this, given)
}

const url = String(process.argv[2])
const { request } = await import('../../src/runtime/http.ts')
await request(url, { timeoutMs: 5000 })
const afterOwn = exporter.getFinishedSpans().length

const { get } = await import('node:http')
await new Promise<void>((resolve) => {
  get(url, { agent: false }, (answer) => answer.resume().once('close', resolve))
})
const afterOther = exporter.getFinishedSpans().length
process.stdout.write(JSON.stringify({ afterOwn, afterOther, suppressed }))
