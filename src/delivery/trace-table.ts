import { newTraceRecord, type TraceRecord } from '../span/trace-record.ts'

// Records of traces without an open span are kept a while: a span of another library, started before we joined its
// provider, may still end and belong to one.
const MOST_CLOSED = 500
const MOST_OPEN = 50_000

/** The traces of this process, by ID. */
export interface TraceTable {
  find(traceId: string): TraceRecord | undefined
  /** The record of `traceId`, made by `create` when there is none. */
  get(traceId: string, create?: () => TraceRecord): TraceRecord
  add(record: TraceRecord): void
  /** A span of the trace ended. */
  touched(record: TraceRecord): void
  /** Traces that have an open span. */
  openCount(): number
  openTraces(): readonly TraceRecord[]
}

export function createTraceTable(): TraceTable {
  const open = new Map<string, TraceRecord>()
  const closed = new Map<string, TraceRecord>()
  // IDs in the order of their closing: to take the oldest out of a map by its iterator costs more than the map.
  const order: (string | undefined)[] = new Array(MOST_CLOSED).fill(undefined)
  let next = 0

  const forgetOldest = (map: Map<string, TraceRecord>, most: number): void => {
    if (map.size <= most) return
    const oldest = map.keys().next()
    if (!oldest.done) map.delete(oldest.value)
  }

  const find = (traceId: string): TraceRecord | undefined => open.get(traceId) ?? closed.get(traceId)

  const add = (record: TraceRecord): void => {
    open.set(record.traceId, record)
    forgetOldest(open, MOST_OPEN)
  }

  return {
    find,
    add,
    openCount: () => open.size,
    openTraces: () => [...open.values()],
    get(traceId, create = () => newTraceRecord({ traceId, sampled: true })) {
      const known = find(traceId)
      if (known !== undefined) {
        if (closed.delete(traceId)) add(known)
        return known
      }
      const record = create()
      add(record)
      return record
    },
    touched(record) {
      if (record.open.size > 0) return
      open.delete(record.traceId)
      if (closed.has(record.traceId)) return
      const oldest = order[next]
      if (oldest !== undefined) closed.delete(oldest)
      order[next] = record.traceId
      next = (next + 1) % MOST_CLOSED
      closed.set(record.traceId, record)
    },
  }
}
