import * as z from 'zod/mini'
import { type Assessment, assessmentRow, toAssessment } from './assessments.ts'
import { parseJson } from './json.ts'
import type { Rest } from './rest.ts'
import { durationMs, type TraceRow } from './trace-row.ts'

/** A trace without its spans. */
export interface TraceInfo {
  /** `tr-<32 hex>`. */
  readonly traceId: string
  readonly experimentId?: string
  readonly name?: string
  readonly clientRequestId?: string
  /** Epoch milliseconds. */
  readonly startTimeMs: number
  /** Absent while the trace is running. */
  readonly durationMs?: number
  /** `IN_PROGRESS` until a span without a parent has arrived. */
  readonly state: 'OK' | 'ERROR' | 'IN_PROGRESS' | 'STATE_UNSPECIFIED'
  readonly requestPreview?: string
  readonly responsePreview?: string
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly assessments: readonly Assessment[]
}

/** One span of a stored trace. */
export interface TraceSpan {
  /** 16 hex digits. */
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** `mlflow.spanType`; `UNKNOWN` without one. */
  readonly spanType: string
  /** Nanoseconds since the epoch, in decimal digits: more than a number holds exactly. */
  readonly startTimeUnixNano: string
  /** In the same form as the start; absent when the span has not ended. */
  readonly endTimeUnixNano?: string
  readonly status: { readonly code: 'OK' | 'ERROR' | 'UNSET'; readonly message?: string }
  readonly inputs?: unknown
  readonly outputs?: unknown
  /** All attributes, decoded; integers beyond 2^53 are strings of digits. */
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly TraceSpanEvent[]
}

/** Something that happened within a span. */
export interface TraceSpanEvent {
  readonly name: string
  readonly timeUnixNano: string
  readonly attributes: Readonly<Record<string, unknown>>
}

/** A trace with its spans, in the order in which they began. */
export interface Trace {
  readonly info: TraceInfo
  readonly spans: readonly TraceSpan[]
}

const nanos = () => z.union([z.string(), z.number()])
const attributes = () => z.nullish(z.record(z.string(), z.unknown()))
const spanRow = () =>
  z.object({
    span_id: z.string(),
    parent_span_id: z.nullish(z.string()),
    name: z.string(),
    start_time_unix_nano: nanos(),
    end_time_unix_nano: z.nullish(nanos()),
    status: z.nullish(z.object({ code: z.string(), message: z.nullish(z.string()) })),
    attributes: attributes(),
    events: z.nullish(
      z.array(z.object({ name: z.string(), time_unix_nano: nanos(), attributes: attributes() })),
    ),
  })
type SpanRow = z.infer<ReturnType<typeof spanRow>>

/** The spans of trace `id` (`tr-<hex>`), by the call that MLflow's own page uses. */
export async function getSpans(rest: Rest, id: string): Promise<TraceSpan[]> {
  const answer = () => z.object({ spans: z.nullish(z.array(spanRow())) })
  const query = { request_id: id }
  const { spans } = await rest.call('GET', '/ajax-api/3.0/mlflow/get-trace-artifact', { query, answer })
  return (spans ?? []).map(toSpan).sort(byStart)
}

/** A row of the REST API as {@link TraceInfo}. */
export function toTraceInfo(row: TraceRow): TraceInfo {
  const experimentId = row.trace_location?.mlflow_experiment?.experiment_id
  const name = row.tags?.['mlflow.traceName']
  const duration = durationMs(row.execution_duration)
  return {
    traceId: row.trace_id,
    ...(experimentId !== undefined && { experimentId }),
    ...(name !== undefined && { name }),
    ...(row.client_request_id !== undefined && { clientRequestId: row.client_request_id }),
    startTimeMs: Date.parse(row.request_time ?? '1970-01-01T00:00:00Z'),
    ...(duration !== undefined && { durationMs: duration }),
    state: toState(row.state),
    ...(row.request_preview !== undefined && { requestPreview: row.request_preview }),
    ...(row.response_preview !== undefined && { responsePreview: row.response_preview }),
    metadata: row.trace_metadata ?? {},
    tags: row.tags ?? {},
    assessments: (row.assessments ?? []).flatMap((one) => {
      const parsed = assessmentRow().safeParse(one)
      return parsed.success ? [toAssessment(parsed.data)] : []
    }),
  }
}

function toState(state: string | undefined): TraceInfo['state'] {
  return state === 'OK' || state === 'ERROR' || state === 'IN_PROGRESS' ? state : 'STATE_UNSPECIFIED'
}

function toSpan(row: SpanRow): TraceSpan {
  const decoded = decodeAttributes(row.attributes ?? {})
  const { 'mlflow.spanInputs': inputs, 'mlflow.spanOutputs': outputs, 'mlflow.spanType': type } = decoded
  return {
    spanId: toHex(row.span_id),
    ...(row.parent_span_id && { parentSpanId: toHex(row.parent_span_id) }),
    name: row.name,
    spanType: typeof type === 'string' ? type : 'UNKNOWN',
    startTimeUnixNano: String(row.start_time_unix_nano),
    ...(row.end_time_unix_nano != null && { endTimeUnixNano: String(row.end_time_unix_nano) }),
    status: toStatus(row.status),
    ...(inputs !== undefined && { inputs }),
    ...(outputs !== undefined && { outputs }),
    attributes: decoded,
    events: (row.events ?? []).map((event) => ({
      name: event.name,
      timeUnixNano: String(event.time_unix_nano),
      attributes: event.attributes ?? {},
    })),
  }
}

function toStatus(status: SpanRow['status']): TraceSpan['status'] {
  const code = status?.code.replace('STATUS_CODE_', '')
  return {
    code: code === 'OK' || code === 'ERROR' ? code : 'UNSET',
    ...(status?.message && { message: status.message }),
  }
}

// Each attribute's value is JSON text of its own; what an older server wrote may be plain.
function decodeAttributes(encoded: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(encoded)) {
    let decoded = value
    try {
      if (typeof value === 'string') decoded = parseJson(value)
    } catch {
      decoded = value
    }
    Object.defineProperty(result, key, {
      value: decoded,
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return result
}

const HEX_SPAN_ID = /^(?:0x)?([0-9a-f]{16})$/

const toHex = (id: string): string => HEX_SPAN_ID.exec(id)?.[1] ?? Buffer.from(id, 'base64').toString('hex')

function byStart(a: TraceSpan, b: TraceSpan): number {
  const left = BigInt(a.startTimeUnixNano)
  const right = BigInt(b.startTimeUnixNano)
  return left < right ? -1 : Number(left > right)
}
