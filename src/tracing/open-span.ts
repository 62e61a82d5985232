import type { Context, Span as OtelSpan } from '@opentelemetry/api'
import { activeContext, runIn } from '../context/active-context.ts'
import { scopeIn } from '../context/scope.ts'
import { trace } from '../runtime/otel-trace.ts'
import { isSuppressed } from '../runtime/suppress.ts'
import { isLiveSpan } from '../span/is-live-span.ts'
import type { LiveSpan } from '../span/live-span.ts'
import { tracesIn, withLiveSpan } from '../tracer/context-keys.ts'
import { currentPipeline } from '../tracer/current.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import type { OpenOptions } from '../tracer/span-options.ts'

/** The pipeline for work that starts in `context`; none where nothing is traced. */
export function tracingIn(context: Context): Pipeline | undefined {
  const pipeline = currentPipeline()
  return pipeline !== undefined && tracesIn(context, isTraced) ? pipeline : undefined
}

const isTraced = (context: Context): boolean => scopeIn(context)?.enabled !== false && !isSuppressed(context)

/** Starts a span of turnspan; see {@link Tracer.openSpan}. */
export const openSpan = (
  pipeline: Pipeline,
  context: Context,
  options: OpenOptions,
  fn?: unknown,
): LiveSpan => pipeline.tracer.openSpan(pipeline, context, options, fn)

/** `context` in which `span` is the active one. */
export function contextOf(context: Context, span: OtelSpan): Context {
  return isLiveSpan(span) ? withLiveSpan(context, span) : trace.setSpan(context, span)
}

/** Runs `fn` with `span` active. */
export function runWithin<T>(context: Context, span: OtelSpan, fn: () => T): T {
  return runIn(contextOf(context, span), fn)
}

/** Whether `value` can stand as the active span: it says which one it is. */
export function isSpan(value: unknown): value is OtelSpan {
  // Most spans have no parent given; finding that out by a throw would be the larger part of their cost.
  if (value === undefined || value === null) return false
  try {
    return typeof (value as OtelSpan).spanContext().traceId === 'string'
  } catch {
    return false
  }
}

/** `value` where it is text with something in it. */
export function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise
}

export { activeContext }
