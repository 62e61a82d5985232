import { Chain, type Linked } from '../runtime/chain.ts'
import { RecordSlot } from '../span/record-slot.ts'
import type { TraceRecord } from '../span/trace-record.ts'

// Records of traces without an open span are kept a while: a span of another library, started before we attached to its
// provider, may still end and belong to one.
const MAX_CLOSED = 500
const MAX_OPEN = 50_000

/** What a table knows of one trace. */
interface Entry extends Linked<Entry> {
  readonly owner: object
  readonly record: TraceRecord
  /** A span of the trace is open, or may begin. */
  isOpen: boolean
  /** It is among those that were closed last. */
  isRemembered: boolean
}

/**
 * The traces of this process. Requests that come with the same `traceparent` are one trace and have a record each: what is
 * said in one of them is none of the others' business.
 */
export class TraceTable {
  /** By trace ID; none until somebody asks, for a program whose spans are all ours never does. */
  #byId: Map<string, TraceRecord | Set<TraceRecord>> | undefined
  // In the order in which they were opened: the oldest of a map is expensive to find where many were deleted before it.
  readonly #age = new Chain<Entry>()
  readonly #owner = {}
  readonly #entries = new RecordSlot<Entry>('entry', this.#owner)
  readonly #tied = new WeakMap<object, TraceRecord>()
  // In the order of their closing: to take the oldest out of a set by its iterator costs more than the set.
  readonly #closed: (Entry | undefined)[] = new Array(MAX_CLOSED).fill(undefined)
  #next = 0

  /** Records that have an open span. */
  get openCount(): number {
    return this.#age.length
  }

  get openTraces(): readonly TraceRecord[] {
    return Array.from(this.#age, ({ record }) => record)
  }

  add(record: TraceRecord): void {
    const entry = this.#entryFor(record)
    this.#index(record)
    this.#leave(entry)
    entry.isOpen = true
    entry.isRemembered = false
    this.#age.append(entry)
    const oldest = this.#age.first
    if (this.#age.length <= MAX_OPEN || oldest === undefined) return
    this.#leave(oldest)
    this.#forget(oldest.record)
  }

  /**
   * The record of a trace to which a span belongs: the one in which that span is open, or the only one of a trace that
   * began here.
   */
  find(traceId: string, spanId?: string): TraceRecord | undefined {
    const known = this.#indexed().get(traceId)
    if (known === undefined) return undefined
    if (!(known instanceof Set)) {
      return known.remote && (spanId === undefined || !known.open.has(spanId)) ? undefined : known
    }
    if (spanId === undefined) return undefined
    for (const record of known) if (record.open.has(spanId)) return record
    return undefined
  }

  /** The record that was tied to `span`, of another library or another process. */
  of(span: object): TraceRecord | undefined {
    return this.#tied.get(span)
  }

  tie(span: object, record: TraceRecord): void {
    this.#tied.set(span, record)
  }

  /** A span of the trace ended. */
  touched(record: TraceRecord): void {
    if (record.open.size > 0) return
    const entry = this.#entryFor(record)
    this.#leave(entry)
    if (entry.isRemembered) return
    entry.isRemembered = true
    const oldest = this.#closed[this.#next]
    if (oldest?.isRemembered) {
      oldest.isRemembered = false
      this.#forget(oldest.record)
    }
    this.#closed[this.#next] = entry
    this.#next = (this.#next + 1) % MAX_CLOSED
  }

  #index(record: TraceRecord): void {
    if (this.#byId === undefined) return
    const known = this.#byId.get(record.traceId)
    if (known === undefined) this.#byId.set(record.traceId, record)
    else if (known instanceof Set) known.add(record)
    else if (known !== record) this.#byId.set(record.traceId, new Set([known, record]))
  }

  #indexed(): Map<string, TraceRecord | Set<TraceRecord>> {
    if (this.#byId !== undefined) return this.#byId
    this.#byId = new Map()
    for (const entry of this.#closed) if (entry?.isRemembered) this.#index(entry.record)
    for (const { record } of this.#age) this.#index(record)
    return this.#byId
  }

  #forget(record: TraceRecord): void {
    const byId = this.#byId
    const known = byId?.get(record.traceId)
    if (known === record) byId?.delete(record.traceId)
    else if (known instanceof Set && known.delete(record) && known.size === 0) byId?.delete(record.traceId)
  }

  #entryFor(record: TraceRecord): Entry {
    const known = this.#entries.get(record)
    if (known !== undefined) return known
    const entry: Entry = {
      owner: this.#owner,
      record,
      isOpen: false,
      isRemembered: false,
      before: undefined,
      after: undefined,
    }
    this.#entries.set(record, entry)
    return entry
  }

  #leave(entry: Entry): void {
    if (!entry.isOpen) return
    entry.isOpen = false
    this.#age.remove(entry)
  }
}
