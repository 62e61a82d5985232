import type { Context } from '@opentelemetry/api'
import { context, createContextKey } from './otel-context.ts'

// The key of `@opentelemetry/core`, which every SDK version looks up by this text.
const SUPPRESS_TRACING: symbol = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/**
 * Runs `fn` so that no OpenTelemetry instrumentation of the application makes spans for what it does. Without it
 * every export would be traced, and that trace exported in turn.
 */
export function untraced<T>(fn: () => T): T {
  return context.with(context.active().setValue(SUPPRESS_TRACING, true), fn)
}

/** Whether the application asked for nothing to be traced in `active`. */
export function isSuppressed(active: Context): boolean {
  return active.getValue(SUPPRESS_TRACING) === true
}
