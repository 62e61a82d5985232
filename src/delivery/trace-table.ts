import { Chain, type Linked } from '../runtime/chain.ts'
import type { TraceRecord } from '../span/trace-record.ts'

// Records of traces without an open span are kept a while: a span of another library, started before we attached to its
// provider, may still end and belong to one.
const MAX_CLOSED = 500
const MAX_OPEN = 50_000

/**
 * The traces of this process. Requests that come with the same `traceparent` are one trace and have a record each: what is
 * said in one of them is none of the others' business.
 */
export interface TraceTable {
  /**
   * The record of a trace to which a span belongs: the one in which that span is open, or the only one of a trace that
   * began here.
   */
  find(traceId: string, spanId?: string): TraceRecord | undefined
  add(record: TraceRecord): void
  /** The record that was tied to `span`, of another library or another process. */
  of(span: object): TraceRecord | undefined
  tie(span: object, record: TraceRecord): void
  /** A span of the trace ended. */
  touched(record: TraceRecord): void
  /** Records that have an open span. */
  openCount(): number
  openTraces(): readonly TraceRecord[]
}

interface OpenTrace extends Linked<OpenTrace> {
  readonly record: TraceRecord
}

export function createTraceTable(): TraceTable {
  const byId = new Map<string, TraceRecord | Set<TraceRecord>>()
  const open = new Map<TraceRecord, OpenTrace>()
  // In the order in which they were opened: the oldest of a map is expensive to find where many were deleted before it.
  const age = new Chain<OpenTrace>()
  const closed = new Set<TraceRecord>()
  const tied = new WeakMap<object, TraceRecord>()
  // In the order of their closing: to take the oldest out of a set by its iterator costs more than the set.
  const order: (TraceRecord | undefined)[] = new Array(MAX_CLOSED).fill(undefined)
  let next = 0

  const index = (record: TraceRecord): void => {
    const known = byId.get(record.traceId)
    if (known === undefined) byId.set(record.traceId, record)
    else if (known instanceof Set) known.add(record)
    else if (known !== record) byId.set(record.traceId, new Set([known, record]))
  }

  const forget = (record: TraceRecord): void => {
    const known = byId.get(record.traceId)
    if (known === record) byId.delete(record.traceId)
    else if (known instanceof Set && known.delete(record) && known.size === 0) byId.delete(record.traceId)
  }

  const leave = (record: TraceRecord): void => {
    const known = open.get(record)
    if (known === undefined) return
    open.delete(record)
    age.remove(known)
  }

  const add = (record: TraceRecord): void => {
    closed.delete(record)
    index(record)
    leave(record)
    const opened: OpenTrace = { record, before: undefined, after: undefined }
    open.set(record, opened)
    age.append(opened)
    const oldest = age.first?.record
    if (open.size <= MAX_OPEN || oldest === undefined) return
    leave(oldest)
    forget(oldest)
  }

  return {
    add,
    of: (span) => tied.get(span),
    tie: (span, record) => void tied.set(span, record),
    openCount: () => open.size,
    openTraces: () => Array.from(age, ({ record }) => record),
    find(traceId, spanId) {
      const known = byId.get(traceId)
      if (known === undefined) return undefined
      if (!(known instanceof Set)) {
        return known.remote && (spanId === undefined || !known.open.has(spanId)) ? undefined : known
      }
      if (spanId === undefined) return undefined
      for (const record of known) if (record.open.has(spanId)) return record
      return undefined
    },
    touched(record) {
      if (record.open.size > 0) return
      leave(record)
      if (closed.has(record)) return
      const oldest = order[next]
      if (oldest !== undefined && closed.delete(oldest)) forget(oldest)
      order[next] = record
      next = (next + 1) % MAX_CLOSED
      closed.add(record)
    },
  }
}
