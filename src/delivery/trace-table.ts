import { Chain, type Linked } from '../runtime/chain.ts'
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

interface OpenTrace extends Linked<OpenTrace> {
  readonly record: TraceRecord
}

export function createTraceTable(): TraceTable {
  const open = new Map<string, OpenTrace>()
  // In the order in which they were opened, since the oldest of a map is dear to find where many were deleted before it.
  const age = new Chain<OpenTrace>()
  const closed = new Map<string, TraceRecord>()
  // IDs in the order of their closing: to take the oldest out of a map by its iterator costs more than the map.
  const order: (string | undefined)[] = new Array(MOST_CLOSED).fill(undefined)
  let next = 0

  const find = (traceId: string): TraceRecord | undefined => open.get(traceId)?.record ?? closed.get(traceId)

  const leave = (traceId: string): void => {
    const known = open.get(traceId)
    if (known === undefined) return
    open.delete(traceId)
    age.remove(known)
  }

  const add = (record: TraceRecord): void => {
    leave(record.traceId)
    const opened: OpenTrace = { record, before: undefined, after: undefined }
    open.set(record.traceId, opened)
    age.append(opened)
    if (open.size > MOST_OPEN && age.first !== undefined) leave(age.first.record.traceId)
  }

  return {
    find,
    add,
    openCount: () => open.size,
    openTraces: () => Array.from(age, ({ record }) => record),
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
      leave(record.traceId)
      if (closed.has(record.traceId)) return
      const oldest = order[next]
      if (oldest !== undefined) closed.delete(oldest)
      order[next] = record.traceId
      next = (next + 1) % MOST_CLOSED
      closed.set(record.traceId, record)
    },
  }
}
