import type { Span as OtelSpan, SpanContext } from '@opentelemetry/api'
import type { Config } from '../config/config.ts'
import { TraceFlags } from '../runtime/otel-trace.ts'
import { processWide } from '../runtime/registry.ts'
import { stateTextOf } from '../runtime/trace-context.ts'
import { spanContextOf } from '../span/capture/clean-fields.ts'
import { isLiveSpan } from '../span/is-live-span.ts'
import { newTraceRecord, type TraceRecord } from '../span/trace-record.ts'
import { type ExternalSpan, parentIdOf } from './external-span.ts'
import { ownMemberIn } from './trace-state.ts'
import type { TraceTable } from './trace-table.ts'

/** What takes spans of other libraries in. */
export interface ExternalSpanHost {
  readonly config: Config
  readonly traces: TraceTable
  /** Whether a new trace is kept; see `isSampled`. */
  sampled(traceId: string, options?: { ratio?: number | undefined; parent?: boolean | undefined }): boolean
}

// Spans that stand for a caller in another process, of which the program itself says whether it can be trusted.
const trusted = (): WeakMap<object, boolean> => processWide('trusted-callers', () => new WeakMap())

/** Says of the span that stands for a caller whether what it asks for is done; else the configuration decides. */
export function setTrusted(span: OtelSpan, isTrusted: boolean): void {
  trusted().set(span, isTrusted)
}

/**
 * The record of the trace in which `span` is: one of another library, or the caller in another process. Each time that a
 * caller is met is a request of its own, whatever else has the same trace ID.
 *
 * @param isSampledHere - another provider, to which we are attached, has sampled what is below
 */
export function traceOf(host: ExternalSpanHost, span: OtelSpan, isSampledHere?: true): TraceRecord {
  const { traces } = host
  const { traceId, spanId, isRemote } = spanContextOf(span)
  const known = traces.of(span) ?? (isRemote ? undefined : traces.find(traceId, spanId))
  if (known !== undefined) return known
  const record = continuedTrace(host, span, isSampledHere)
  traces.tie(span, record)
  return record
}

/**
 * The record of a span that another library begins in a provider to which we are attached.
 *
 * @param parent - the span that is active as it begins
 */
export function traceOfStarted(
  host: ExternalSpanHost,
  span: ExternalSpan,
  parent: OtelSpan | undefined,
): TraceRecord {
  const record = traceAbove(host, span, parent) ?? externalTrace(span)
  host.traces.tie(span, record)
  return record
}

function traceAbove(
  host: ExternalSpanHost,
  span: ExternalSpan,
  parent: OtelSpan | undefined,
): TraceRecord | undefined {
  const { traceId } = spanContextOf(span)
  const parentId = parentIdOf(span)
  if (parentId === undefined) return undefined
  if (parent === undefined || spanContextOf(parent).traceId !== traceId)
    return host.traces.find(traceId, parentId)
  return isLiveSpan(parent) ? parent.trace : traceOf(host, parent, true)
}

/** The record of a span of another library that ended; it may have begun before we could hear of it. */
export function traceOfEnded({ traces }: ExternalSpanHost, span: ExternalSpan): TraceRecord {
  const { traceId, spanId } = spanContextOf(span)
  const parentId = parentIdOf(span)
  const known =
    traces.of(span) ?? traces.find(traceId, spanId) ?? (parentId && traces.find(traceId, parentId))
  if (known) return known
  const record = externalTrace(span)
  traces.add(record)
  return record
}

/** Of a trace that began in another provider. What that one hands over it has sampled. */
function externalTrace(span: ExternalSpan): TraceRecord {
  const spanContext = spanContextOf(span)
  return newTraceRecord({ traceId: spanContext.traceId, ...placeBelow(spanContext, true) })
}

/** The record of a trace that began elsewhere. Sampling there is followed where it was ours, or where asked to. */
function continuedTrace(host: ExternalSpanHost, span: OtelSpan, isSampledHere?: true): TraceRecord {
  const spanContext = spanContextOf(span)
  const { traceId, traceFlags, isRemote: remote = false } = spanContext
  const caller = remote ? callerOf(host, span) : undefined
  const parent = remote ? isSampledBy(traceFlags) : undefined
  const sampled = caller?.sampled ?? isSampledHere ?? host.sampled(traceId, { parent })
  return newTraceRecord({
    traceId,
    ...placeBelow(spanContext, sampled),
    remote,
    rootElsewhere: caller?.sendsRoot ?? false,
    experiment: remote ? ownMemberIn(spanContext.traceState)?.experiment : undefined,
  })
}

/** What our spans say of themselves below one of somebody else's. */
function placeBelow(
  { traceFlags, traceState }: SpanContext,
  sampled: boolean,
): { sampled: boolean; flags: number; upstreamState: string | undefined } {
  const flags = (sampled ? TraceFlags.SAMPLED : TraceFlags.NONE) | (traceFlags & TraceFlags.RANDOM)
  return { sampled, flags, upstreamState: stateTextOf(traceState) }
}

/** What is known of turnspan in the process that calls. */
interface Caller {
  readonly sendsRoot: boolean
  /** What it has decided; only of one that is trusted, for whoever decides this can switch the tracing of a request off. */
  readonly sampled: boolean | undefined
}

/** What turnspan that called has said; `undefined` where somebody else called. */
function callerOf(host: ExternalSpanHost, span: OtelSpan): Caller | undefined {
  const { traceId, spanId, traceFlags, traceState } = spanContextOf(span)
  const isTrusted = trusted().get(span) ?? host.config.trustIncoming
  // A span that is open in this very process has its root here.
  const here = host.traces.find(traceId, spanId)
  if (here?.open.has(spanId))
    return { sendsRoot: here.sampled, sampled: here.sampled || isTrusted ? here.sampled : undefined }
  const said = ownMemberIn(traceState)
  if (said === undefined) return undefined
  const sampledThere = said.sampled ?? isSampledBy(traceFlags)
  return { sendsRoot: sampledThere, sampled: isTrusted ? sampledThere : undefined }
}

const isSampledBy = (flags: number): boolean => (flags & TraceFlags.SAMPLED) !== 0
