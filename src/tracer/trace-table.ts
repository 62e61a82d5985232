import { Chain, type Linked } from '../runtime/chain.ts'
import { RecordSlot } from '../span/record-slot.ts'
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

/** What a table knows of one trace. */
interface Entry extends Linked<Entry> {
  readonly owner: object
  readonly record: TraceRecord
  /** A span of the trace is open, or may begin. */
  isOpen: boolean
  /** It is among those that were closed last. */
  isRemembered: boolean
}

export function createTraceTable(): TraceTable {
  /** By trace ID; none until somebody asks, for a program whose spans are all ours never does. */
  let byId: Map<string, TraceRecord | Set<TraceRecord>> | undefined
  // In the order in which they were opened: the oldest of a map is expensive to find where many were deleted before it.
  const age = new Chain<Entry>()
  const owner = {}
  const entries = new RecordSlot<Entry>('entry', owner)
  const tied = new WeakMap<object, TraceRecord>()
  // In the order of their closing: to take the oldest out of a set by its iterator costs more than the set.
  const order: (Entry | undefined)[] = new Array(MAX_CLOSED).fill(undefined)
  let next = 0

  const index = (record: TraceRecord): void => {
    if (byId === undefined) return
    const known = byId.get(record.traceId)
    if (known === undefined) byId.set(record.traceId, record)
    else if (known instanceof Set) known.add(record)
    else if (known !== record) byId.set(record.traceId, new Set([known, record]))
  }

  const forget = (record: TraceRecord): void => {
    const known = byId?.get(record.traceId)
    if (known === record) byId?.delete(record.traceId)
    else if (known instanceof Set && known.delete(record) && known.size === 0) byId?.delete(record.traceId)
  }

  const indexed = (): Map<string, TraceRecord | Set<TraceRecord>> => {
    if (byId !== undefined) return byId
    byId = new Map()
    for (const entry of order) if (entry?.isRemembered) index(entry.record)
    for (const { record } of age) index(record)
    return byId
  }

  const entryFor = (record: TraceRecord): Entry => {
    const known = entries.get(record)
    if (known !== undefined) return known
    const entry: Entry = {
      owner,
      record,
      isOpen: false,
      isRemembered: false,
      before: undefined,
      after: undefined,
    }
    entries.set(record, entry)
    return entry
  }

  const leave = (entry: Entry): void => {
    if (!entry.isOpen) return
    entry.isOpen = false
    age.remove(entry)
  }

  const add = (record: TraceRecord): void => {
    const entry = entryFor(record)
    index(record)
    leave(entry)
    entry.isOpen = true
    entry.isRemembered = false
    age.append(entry)
    const oldest = age.first
    if (age.length <= MAX_OPEN || oldest === undefined) return
    leave(oldest)
    forget(oldest.record)
  }

  return {
    add,
    of: (span) => tied.get(span),
    tie: (span, record) => void tied.set(span, record),
    openCount: () => age.length,
    openTraces: () => Array.from(age, ({ record }) => record),
    find(traceId, spanId) {
      const known = indexed().get(traceId)
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
      const entry = entryFor(record)
      leave(entry)
      if (entry.isRemembered) return
      entry.isRemembered = true
      const oldest = order[next]
      if (oldest?.isRemembered) {
        oldest.isRemembered = false
        forget(oldest.record)
      }
      order[next] = entry
      next = (next + 1) % MAX_CLOSED
    },
  }
}
