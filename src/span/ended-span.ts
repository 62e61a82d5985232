import type { HrTime } from '../runtime/clock.ts'
import type { Attributes } from './attributes.ts'
import type { InstrumentationScope } from './instrumentation-scope.ts'
import type { Snapshot } from './snapshot/snapshot.ts'
import type { CountedUsage } from './token-usage.ts'
import type { TraceRecord } from './trace-record.ts'

/** OpenTelemetry's status codes. */
export const StatusCode = { UNSET: 0, OK: 1, ERROR: 2 } as const
export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode]

export interface SpanStatus {
  readonly code: StatusCode
  readonly message?: string | undefined
}

const PLAIN: readonly SpanStatus[] = Object.values(StatusCode).map((code) =>
  Object.freeze({ code, message: undefined }),
)

/** The status with this code; the same object for all spans where there is no message. */
export function spanStatus(code: StatusCode, message: string | undefined): SpanStatus {
  return message === undefined ? (PLAIN[code] as SpanStatus) : { code, message }
}

export interface SpanEvent {
  readonly name: string
  readonly time: HrTime
  readonly attributes?: Attributes
  /** How many of its attributes are gone; absent where none is. */
  readonly droppedAttributes?: number
}

export interface SpanLinkData {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
  readonly traceState?: string
  readonly attributes?: Attributes
  /** As of {@link SpanEvent}. */
  readonly droppedAttributes?: number
}

/** How much of a span is gone, by what it was. */
export interface DroppedCounts {
  readonly attributes: number
  readonly events: number
  readonly links: number
}

/** What turnspan's own spans know beyond OpenTelemetry's model. */
export interface AgentData {
  readonly spanType: string
  /** Absent when not set or content is not captured. */
  readonly inputs?: Snapshot | undefined
  readonly outputs?: Snapshot | undefined
  readonly usage?: CountedUsage | undefined
  /** The usage is the sum of what was used below, which counts there already; `part`: of what is known in this process. */
  readonly isSum?: boolean | 'part' | undefined
  /** What was used below, where this is the span itself and no copy. */
  readonly usageBelow?: CountedUsage | undefined
  readonly model?: string | undefined
  readonly provider?: string | undefined
  /** Keys of attributes whose JSON text stands for an object that was given. */
  readonly jsonKeys: ReadonlySet<string>
}

/**
 * A span after its end, when nothing of it changes any more: turnspan's own spans as they are, and copies of those of other
 * libraries. Its properties may be getters; {@link plainSpan} is for who wants to spread it.
 */
export interface EndedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string | undefined
  readonly parentIsRemote: boolean
  readonly traceFlags: number
  readonly traceState?: string | undefined
  readonly name: string
  /** OpenTelemetry's SpanKind: 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  readonly kind: number
  readonly startTime: HrTime
  readonly endTime: HrTime
  /** The same in epoch milliseconds with a fraction, where that is how they are kept: an encoder then needs no object for them. */
  readonly startMs?: number | undefined
  readonly endMs?: number | undefined
  readonly status: SpanStatus
  readonly attributes: Attributes
  readonly events: readonly SpanEvent[]
  readonly links: readonly SpanLinkData[]
  /** What is gone of it for a limit, here or where it was made; absent where nothing is. */
  readonly dropped?: DroppedCounts | undefined
  readonly scope: InstrumentationScope
  /** Resource attributes of the provider that made the span, when it is not ours. */
  readonly resource?: Attributes | undefined
  /** Endpoints of targets to which the application's own exporter sends it, unless they are MLflow's. */
  readonly exportedTo?: readonly string[] | undefined
  /** Present on turnspan's own spans. */
  readonly agent?: AgentData | undefined
  readonly trace: TraceRecord
}

/** `span` as an object of its own properties: to be spread, or to go to another thread. */
export function plainSpan(span: EndedSpan): EndedSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    parentIsRemote: span.parentIsRemote,
    traceFlags: span.traceFlags,
    traceState: span.traceState,
    name: span.name,
    kind: span.kind,
    startTime: span.startTime,
    endTime: span.endTime,
    status: span.status,
    attributes: span.attributes,
    events: span.events,
    links: span.links,
    dropped: span.dropped,
    scope: span.scope,
    resource: span.resource,
    exportedTo: span.exportedTo,
    agent: span.agent && plainAgent(span.agent),
    trace: span.trace,
  }
}

const plainAgent = (agent: AgentData): AgentData => ({
  spanType: agent.spanType,
  inputs: agent.inputs,
  outputs: agent.outputs,
  usage: agent.usage,
  isSum: agent.isSum,
  model: agent.model,
  provider: agent.provider,
  jsonKeys: agent.jsonKeys,
})

/** Whether this span has no parent in this process: the one that carries what is said of the whole trace. */
export function isLocalRoot(span: EndedSpan): boolean {
  return span.parentSpanId === undefined || span.parentIsRemote
}
