import type { Context, Link, Span as OtelSpan } from '@opentelemetry/api'
import { newSpanId, newTraceId, seedAgain } from '../ids/span-ids.ts'
import { alignClock, lastAlignedMs, type TimeInput } from '../runtime/clock.ts'
import { isSpanContextValid, TraceFlags, trace } from '../runtime/otel-trace.ts'
import { stateTextOf } from '../runtime/trace-context.ts'
import { kindOf, spanContextOf } from '../span/capture/clean-fields.ts'
import { type InstrumentationScope, OWN_SCOPE } from '../span/instrumentation-scope.ts'
import { isLiveSpan } from '../span/is-live-span.ts'
import { LiveSpan } from '../span/live-span.ts'
import type { OpenSpan } from '../span/open-spans.ts'
import { exportedName } from '../span/semconv/exported-name.ts'
import { METADATA_SOURCE_TYPE } from '../span/semconv/keys.ts'
import { rarePartsOf } from '../span/span-host.ts'
import { newTraceRecord, setEntry, type TraceRecord } from '../span/trace-record.ts'
import { liveSpanIn, ownActiveSpan } from './context-keys.ts'
import { traceOf } from './external-trace.ts'
import type { Pipeline } from './pipeline.ts'
import { wasSuppressed } from './suppressed-scopes.ts'
import { ownTraceState } from './trace-state.ts'

export interface BeginOptions {
  readonly name: string
  /** Absent for spans that other libraries start. */
  readonly spanType?: string
  readonly kind?: number | undefined
  readonly startTime?: TimeInput | undefined
  /** Start a trace of its own, whatever is active. */
  readonly root?: boolean
  /** The trace ID of a new trace. */
  readonly traceId?: string | undefined
  readonly sampleRatio?: number | undefined
  readonly links?: Link[] | undefined
  readonly scope: InstrumentationScope
  /** Starts the same span in the application's provider. */
  readonly mirror?: StartMirrorSpan | undefined
}

/** Starts a span in another provider; `traceId` forces the ID of a new trace. */
export type StartMirrorSpan = (
  name: string,
  options: { kind?: number | undefined; startTime?: TimeInput | undefined; root: boolean },
  context: Context,
  traceId: string | undefined,
) => OtelSpan | undefined

interface Parent {
  readonly spanId: string
  readonly remote: boolean
  readonly trace: TraceRecord
  readonly open: OpenSpan | undefined
  /** The pipeline in which the parent began. */
  readonly host: Pipeline | undefined
}

/** Starts a span below whatever is active in `context`, or as the root of a new trace. */
export function beginSpan(pipeline: Pipeline, context: Context, options: BeginOptions): LiveSpan {
  const above = options.root === true || options.mirror !== undefined ? undefined : ownActiveSpan(context)
  const { name, spanType, kind, startTime, scope } = options
  const span =
    above === undefined
      ? beginAnywhere(pipeline, context, options)
      : beginBelow(above, name, spanType, kind, startTime, scope)
  if (options.links) span.addLinks(options.links)
  return span
}

/** Starts a span below one of ours, with nobody else to be told: the usual case, by position for that. */
export function beginBelow(
  above: LiveSpan,
  name: string,
  spanType: string | undefined,
  kind: number | undefined,
  startTime: TimeInput | undefined,
  scope: InstrumentationScope,
): LiveSpan {
  const { trace: record } = above
  const host = above.host as Pipeline
  nameSource(record, host)
  const isUsual = kind === undefined && scope === OWN_SCOPE
  return new LiveSpan(
    host,
    record,
    newSpanId(),
    above,
    above.spanId,
    traceStateOf(record, host),
    name,
    spanType,
    startTime,
    isUsual ? undefined : { parentIsRemote: false, traceFlags: record.flags, kind, scope, mirror: undefined },
  )
}

/** Starts a span below what is active in `context`, whatever that is, or as the root of a new trace. */
export function beginAnywhere(pipeline: Pipeline, context: Context, options: BeginOptions): LiveSpan {
  const parent = options.root ? undefined : findParent(pipeline, context)
  // A clock that jumped may be that of a process that was restored from a snapshot, which others were restored from, too.
  const aligns = parent?.open === undefined
  if (aligns && alignClock()) seedAgain()
  const host = parent?.host ?? pipeline
  const forced = parent === undefined ? options.traceId : undefined
  const kind = options.kind === undefined ? undefined : kindOf(options.kind)
  const asRoot = { kind, startTime: options.startTime, root: parent === undefined }
  const source = { span: '', spanType: options.spanType ?? 'UNKNOWN', key: 'name' }
  const name = options.mirror === undefined ? '' : exportedName(options.name, host.redact, source)
  const mirror = options.mirror?.(name, asRoot, context, forced)
  const made = mirror && spanContextOf(mirror)
  const traceId = parent?.trace.traceId ?? forced ?? made?.traceId ?? newTraceId()
  const twin = made !== undefined && made.traceId === traceId ? made : undefined
  const record = parent?.trace ?? startTrace(host, traceId, options.sampleRatio)
  nameSource(record, host)
  const parts = {
    parentIsRemote: parent?.remote ?? false,
    traceFlags: twin?.traceFlags ?? record.flags,
    kind: options.kind,
    scope: options.scope,
    mirror,
  }
  return new LiveSpan(
    host,
    record,
    twin?.spanId ?? newSpanId(),
    parent?.open,
    parent?.spanId,
    traceStateOf(record, host, twin?.traceState && stateTextOf(twin.traceState)),
    options.name,
    options.spanType,
    // The application's provider has its own span begin by its own clock, and later.
    options.startTime ?? (aligns && mirror === undefined ? lastAlignedMs() : undefined),
    rarePartsOf(parts, record),
  )
}

/**
 * The text of the tracestate of our spans in a trace, which the services that it goes on to get.
 *
 * @param upstream - what others have put there; that of the trace, where it is not given
 */
export const traceStateOf = (
  { remote, experiment, sampled, upstreamState }: TraceRecord,
  host: Pipeline,
  upstream: string | undefined = upstreamState,
): string => ownTraceState({ sampled, experiment: remote ? experiment : host.experiment }, upstream)

function startTrace(pipeline: Pipeline, traceId: string, ratio: number | undefined): TraceRecord {
  const record = newTraceRecord({ traceId, sampled: pipeline.sampled(traceId, { ratio }) })
  pipeline.traces.add(record)
  return record
}

/** Where the agent runs, in MLflow's own word for it; what the code says of the trace later wins. */
function nameSource(record: TraceRecord, { config }: Pipeline): void {
  const { sourceType } = config
  if (sourceType === undefined || record.rootElsewhere || record.metadata.has(METADATA_SOURCE_TYPE)) return
  setEntry(record, 'metadata', METADATA_SOURCE_TYPE, sourceType)
}

/**
 * The span that a new one stands below. Usually the active one, also where it has ended already; but where that is a
 * span that its own SDK does not export, ours above it, so that another vendor's sampling tears no hole into the tree.
 */
function findParent(pipeline: Pipeline, context: Context): Parent | undefined {
  const active = trace.getSpan(context)
  if (active === undefined) return undefined
  if (isLiveSpan(active)) return ofLiveSpan(active)
  const spanContext = spanContextOf(active)
  const { spanId, traceFlags, isRemote: remote = false } = spanContext
  const exported = isSpanContextValid(spanContext) && (remote || (traceFlags & TraceFlags.SAMPLED) !== 0)
  const nearest = liveSpanIn(context)
  if (!exported || nearest?.spanId === spanId || wasSuppressed(spanId)) return nearest && ofLiveSpan(nearest)
  const record = traceOf(pipeline, active)
  pipeline.traces.add(record)
  return { spanId, remote, trace: record, open: record.open.get(spanId), host: undefined }
}

function ofLiveSpan(span: LiveSpan): Parent {
  return { spanId: span.spanId, remote: false, trace: span.trace, open: span, host: span.host as Pipeline }
}
