import { createRequire, syncBuiltinESMExports } from 'node:module'
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

// Makes one request of ours and one of somebody else under HTTP instrumentation, and prints the spans made.
const exporter = new InMemorySpanExporter()
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] })
createRequire(import.meta.url)('node:http')
syncBuiltinESMExports()

const url = String(process.argv[2])
const { request } = await import('../../src/runtime/http.ts')
await request(url, { timeoutMs: 5000 })
const afterOwn = exporter.getFinishedSpans().length

const { get } = await import('node:http')
await new Promise<void>((resolve) => {
  get(url, { agent: false }, (answer) => answer.resume().once('close', resolve))
})
const afterOther = exporter.getFinishedSpans().length
process.stdout.write(JSON.stringify({ afterOwn, afterOther }))
