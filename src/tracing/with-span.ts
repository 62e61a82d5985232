import type { Context, Span as OtelSpan } from '@opentelemetry/api'
import type { LiveSpan } from '../span/live-span.ts'
import { NOOP_SPAN } from '../span/noop-span.ts'
import type { Span } from '../span/span.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import type { StartSpanOptions, WithSpanOptions } from './call-options.ts'
import { checkKeys, inOtherOrder, KEYS, optionsOr } from './misuse.ts'
import { activeContext, isSpan, openSpan, runWithin, tracingIn } from './open-span.ts'
import { begin, returned, runInside, threw } from './outcome.ts'

/**
 * Runs `fn` in a new span that is active inside. The span ends when the work ends: for a promise when it settles, for a
 * generator or stream when it is consumed, fails or is abandoned. What `fn` returns or throws is passed on unchanged. A
 * result is recorded as outputs (with `captureContent`), unless `span.setOutputs` was called; an error is recorded as
 * the status ERROR with an exception event.
 *
 * @returns what `fn` returns
 * @example
 * const docs = await withSpan((span) => search(question), { name: 'search', spanType: SpanType.RETRIEVER, inputs: { question } })
 */
export function withSpan<T>(fn: (span: Span) => T, options: WithSpanOptions = {}): T {
  if (typeof fn !== 'function' && typeof options === 'function')
    return withSpan(options as typeof fn, inOtherOrder<WithSpanOptions>('withSpan()', fn))
  const running = begin(openGiven, options, fn)
  if (running === undefined) return fn(NOOP_SPAN)
  if (!running.isActive) return runInside(running, fn, undefined, [running.span]) as T
  try {
    return returned(running, fn, fn(running.span)) as T
  } catch (thrown) {
    throw threw(running, thrown)
  }
}

function openGiven(pipeline: Pipeline, context: Context, options: WithSpanOptions, fn: unknown): LiveSpan {
  const given = optionsOr<WithSpanOptions>('withSpan()', options, 'name')
  checkKeys(KEYS.withSpan, given)
  return openSpan(pipeline, context, given, fn)
}

/**
 * Starts a span that the caller ends, by `span.end()` or `using`. It is not made active: spans that start in the
 * meantime are not placed below it, unless they start inside {@link withActiveSpan}.
 *
 * @example
 * using span = startSpan({ name: 'index', spanType: SpanType.TASK })
 */
export function startSpan(options: StartSpanOptions): Span {
  const context = activeContext()
  const pipeline = tracingIn(context)
  if (pipeline === undefined) return NOOP_SPAN
  const given = optionsOr<StartSpanOptions>('startSpan()', options, 'name')
  checkKeys(KEYS.startSpan, given)
  return openSpan(pipeline, context, given)
}

/**
 * Runs `fn` with `span` active, so that spans that start inside are placed below it. It does not end the span.
 *
 * @returns what `fn` returns
 */
export function withActiveSpan<T>(span: OtelSpan, fn: () => T): T {
  const context = activeContext()
  return tracingIn(context) === undefined || span === NOOP_SPAN || !isSpan(span)
    ? fn()
    : runWithin(context, span, fn)
}
