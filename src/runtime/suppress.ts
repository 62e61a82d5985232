import { context, createContextKey } from '@opentelemetry/api'

/**
 * Runs `fn` so that no OpenTelemetry instrumentation of the application makes spans for what it does. Without it
 * every export would be traced, and that trace exported in turn.
 *
 * The key is the one of `@opentelemetry/core`, which every SDK version looks up by this text.
 */
export function untraced<T>(fn: () => T): T {
  const suppressTracing = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
  return context.with(context.active().setValue(suppressTracing, true), fn)
}
