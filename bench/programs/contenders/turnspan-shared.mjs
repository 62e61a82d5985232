import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { start as startTurnspan } from './turnspan.mjs'

/** turnspan in an application that has a provider of OpenTelemetry 2.x, without an exporter of its own. */
export function start(options) {
  trace.setGlobalTracerProvider(new BasicTracerProvider())
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  return startTurnspan(options)
}
