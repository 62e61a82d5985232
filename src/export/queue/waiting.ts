import { Chain, type Linked } from '../../runtime/chain.ts'
import { type EndedSpan, isLocalRoot } from '../../span/ended-span.ts'
import { RecordSlot } from '../../span/record-slot.ts'
import { traceBytes } from '../../span/span-size.ts'
import type { TraceRecord } from '../../span/trace-record.ts'
import type { Place, Stored } from '../spool/spool.ts'
import type { DeliveryTracker } from '../statistics/delivery-tracker.ts'

/** A span on its way to one target: as it ended, or as it was read from disk. */
export interface Waiting extends Linked<Waiting> {
  readonly span: EndedSpan | undefined
  readonly stored: Stored<DeliveryTracker> | undefined
  /** Where it is on disk, if it is. */
  place: Place | undefined
  /** Its bytes, where they were made already. */
  record: Uint8Array | undefined
  /** How long it is on the wire, roughly. */
  bytes: number
  /** What it takes in memory. */
  held: number
  /** In the request that is on its way. */
  inFlight: boolean
  settled: boolean
  /** Its texts keep nothing else in memory. */
  isDetached: boolean
  /** Its trace, while it is held. */
  group: Group | undefined
  /** Its neighbours among those that wait of its trace. */
  older: Waiting | undefined
  newer: Waiting | undefined
}

// By position, for one is made for each span.
export function waitingFor(
  span: Waiting['span'],
  stored: Waiting['stored'],
  place: Waiting['place'],
  record: Waiting['record'],
  bytes: number,
  held: number,
): Waiting {
  return {
    span,
    stored,
    place,
    record,
    bytes,
    held,
    inFlight: false,
    settled: false,
    isDetached: false,
    group: undefined,
    before: undefined,
    after: undefined,
    older: undefined,
    newer: undefined,
  }
}

/** What is held of one trace. */
interface Group extends Linked<Group> {
  readonly owner: object
  readonly trace: TraceRecord
  /** What the record of the trace takes in memory, and how often something had been said of it then. */
  bytes: number
  said: number
  /** How many of its spans are held. */
  held: number
  /** The last of them that wait. */
  waiting: Waiting | undefined
}

function addTo(group: Group, item: Waiting): void {
  item.older = group.waiting
  if (group.waiting !== undefined) group.waiting.newer = item
  group.waiting = item
}

function takeFrom(group: Group, item: Waiting): void {
  if (item.newer === undefined) group.waiting = item.older
  else item.newer.older = item.older
  if (item.older !== undefined) item.older.newer = item.newer
  item.older = undefined
  item.newer = undefined
}

/**
 * What is held for one target, in the order in which it is sent. Whatever is done costs the same however much waits:
 * a queue is long when a receiver is down, which is when an application must not become slow.
 */
export class WaitingLine {
  readonly #line = new Chain<Waiting>()
  readonly #owner = {}
  readonly #groups = new RecordSlot<Group>('group', this.#owner)
  /** Traces of which something waits, the oldest first. */
  readonly #order = new Chain<Group>()
  #bytes = 0
  #wireBytes = 0
  #held = 0

  /** Bytes of memory that everything in it takes, what is on its way included. */
  get bytes(): number {
    return this.#bytes
  }

  /** How long those that wait are on the wire, roughly. */
  get wireBytes(): number {
    return this.#wireBytes
  }

  /** How many wait. */
  get length(): number {
    return this.#line.length
  }

  /** How many are held: those that wait, and those that are on their way. */
  get held(): number {
    return this.#held
  }

  get first(): Waiting | undefined {
    return this.#line.first
  }

  get items(): Iterable<Waiting> {
    return this.#line
  }

  /** `item` is held from now on. */
  enter(item: Waiting): void {
    this.#bytes += item.held
    this.#held += 1
    if (item.span === undefined) return
    const group = this.#groupOf(item.span.trace)
    this.#weigh(group, item.span)
    group.held += 1
    item.group = group
  }

  /** `item`, which is held, holds its record from now on. */
  keepRecord(item: Waiting, record: Uint8Array): void {
    if (this.#waits(item)) this.#wireBytes += record.length - item.bytes
    item.record = record
    item.bytes = record.length
    item.held += record.length
    this.#bytes += record.length
  }

  /** `item`, which is held, waits behind all others. */
  append(item: Waiting): void {
    this.#line.append(item)
    this.#wireBytes += item.bytes
    const { group } = item
    if (group === undefined) return
    if (group.waiting === undefined) this.#order.append(group)
    addTo(group, item)
  }

  /** Those of `items` that are not settled wait again, before all others. */
  giveBack(items: readonly Waiting[]): void {
    for (let i = items.length - 1; i >= 0; i -= 1) {
      const item = items[i] as Waiting
      if (item.settled) continue
      item.inFlight = false
      this.#line.prepend(item)
      this.#wireBytes += item.bytes
      const { group } = item
      if (group === undefined) continue
      if (group.waiting !== undefined) this.#order.remove(group)
      this.#order.prepend(group)
      addTo(group, item)
    }
  }

  /** Takes one request's worth off the front: spans, or records, never both. */
  take(most: { readonly bytes: number; readonly spans: number }): Waiting[] {
    const batch: Waiting[] = []
    const encoded = this.first?.record !== undefined
    let size = 0
    for (let item = this.first; item !== undefined; item = this.first) {
      if ((item.record !== undefined) !== encoded) break
      if (batch.length > 0 && (batch.length >= most.spans || size + item.bytes > most.bytes)) break
      size += item.bytes
      this.#standDown(item)
      item.inFlight = true
      batch.push(item)
    }
    return batch
  }

  /** `item` is not held any more. */
  leave(item: Waiting): void {
    const { group } = item
    if (this.#waits(item)) this.#standDown(item)
    this.#bytes -= item.held
    this.#held -= 1
    if (group === undefined) return
    item.group = undefined
    group.held -= 1
    if (group.held > 0) return
    this.#bytes -= group.bytes
    this.#groups.delete(group.trace)
  }

  /** What waits of the oldest trace of which something waits: a full queue gives up whole traces. */
  oldestTrace(): readonly Waiting[] {
    const found: Waiting[] = []
    for (let item = this.#order.first?.waiting; item !== undefined; item = item.older) found.push(item)
    return found.reverse()
  }

  #groupOf(trace: TraceRecord): Group {
    const known = this.#groups.get(trace)
    if (known !== undefined) return known
    const group: Group = {
      owner: this.#owner,
      trace,
      bytes: 0,
      said: -1,
      held: 0,
      waiting: undefined,
      before: undefined,
      after: undefined,
    }
    this.#groups.set(trace, group)
    return group
  }

  /** More may have been said of the trace since its last span came, and its root may have left. */
  #weigh(group: Group, span: EndedSpan): void {
    const { trace } = span
    if (group.said === trace.revision && group.held > 0 && !isLocalRoot(span)) return
    this.#bytes -= group.bytes
    group.bytes = traceBytes(trace)
    group.said = trace.revision
    this.#bytes += group.bytes
  }

  #waits(item: Waiting): boolean {
    return !item.inFlight && (item.before !== undefined || this.#line.first === item)
  }

  #standDown(item: Waiting): void {
    this.#line.remove(item)
    this.#wireBytes -= item.bytes
    const { group } = item
    if (group === undefined) return
    takeFrom(group, item)
    if (group.waiting === undefined) this.#order.remove(group)
  }
}
