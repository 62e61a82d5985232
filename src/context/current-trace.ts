import type { Context } from '@opentelemetry/api'
import { sayArgument } from '../config/arguments.ts'
import { checkKeys } from '../config/known-keys.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { isSpanContextValid, trace } from '../runtime/otel-trace.ts'
import { isLiveSpan } from '../span/is-live-span.ts'
import type { LiveSpan, SpanHost } from '../span/live-span.ts'
import type { Span } from '../span/span.ts'
import type { TraceRecord } from '../span/trace-record.ts'
import { liveSpanIn } from '../tracer/context-keys.ts'
import { currentPipeline } from '../tracer/current.ts'
import { traceOf } from '../tracer/external-trace.ts'
import { activeContext } from './active-context.ts'
import { CARRIED, scopeIn } from './scope.ts'
import { applyUpdate, TRACE_UPDATE, type TraceUpdate } from './trace-update.ts'

/**
 * The active turnspan span of the running code: that of this asynchronous call, never of a concurrent one. `undefined`
 * outside of any span, and when nothing is traced.
 */
export function getCurrentActiveSpan(): Span | undefined {
  const span = currentLiveSpan()
  return span?.isRecording() ? span : undefined
}

/** As {@link getCurrentActiveSpan}, also when the span is not recorded. */
export function currentLiveSpan(): LiveSpan | undefined {
  if (currentPipeline() === undefined) return undefined
  return spanIn(activeContext())
}

function spanIn(context: Context): LiveSpan | undefined {
  const active = trace.getSpan(context)
  return isLiveSpan(active) ? active : liveSpanIn(context)
}

/**
 * The trace ID (32 hex digits) of the active span; if no span is active, that of the last trace whose root ended in
 * this process. `undefined` if there was none, or nothing is traced.
 */
export function getLastActiveTraceId(): string | undefined {
  const pipeline = currentPipeline()
  if (pipeline === undefined) return undefined
  const context = activeContext()
  const active = spanIn(context)?.traceId ?? trace.getSpanContext(context)?.traceId
  return active ?? pipeline.lastTraceId
}

/**
 * Sets user, session, tags and other properties of the whole trace, from anywhere inside it; later calls win. Outside
 * of a trace it has no effect, which is reported once.
 *
 * @example
 * updateCurrentTrace({ user: 'u-1', sessionId: 's-1', tags: { domain: 'travel' }, metadata: { agent_version: '1.2.0' } })
 */
export function updateCurrentTrace(update: TraceUpdate): void {
  const pipeline = currentPipeline()
  if (pipeline === undefined) return
  if (typeof update !== 'object' || update === null) {
    sayArgument('updateCurrentTrace()', 'an object', update, 'it had no effect')
    return
  }
  checkKeys(TRACE_UPDATE, update)
  const context = activeContext()
  const span = spanIn(context)
  const record = span?.trace ?? externalRecord(context)
  if (record === undefined) {
    diagnoseOnce(
      'warn',
      'TS_NO_TRACE',
      'updateCurrentTrace was called outside of a trace, so it had no effect. Call it inside a traced function, or use tracingContext around it.',
    )
    return
  }
  if (record.sampled) applyUpdate(record, update, span?.host ?? pipeline)
}

/** The trace of a span of another library, when it is the active one. */
function externalRecord(context: Context): TraceRecord | undefined {
  const [active, pipeline] = [trace.getSpan(context), currentPipeline()]
  if (active === undefined || pipeline === undefined || !isSpanContextValid(active.spanContext()))
    return undefined
  return traceOf(pipeline, active)
}

/**
 * Gives a trace that just began what the enclosing {@link tracingContext} calls said, and what came from another process
 * with `continueTrace`: the trace that began there has its tags and metadata from there.
 */
export function adoptScope(record: TraceRecord, context: Context, host: SpanHost): void {
  if (!record.sampled) return
  const carried = record.rootElsewhere ? undefined : (context.getValue(CARRIED) as TraceUpdate | undefined)
  for (const said of [carried, scopeIn(context)]) if (said !== undefined) applyUpdate(record, said, host)
}
