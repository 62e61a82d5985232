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
  readonly place: Place | undefined
  /** Its bytes, where they were made already. */
  record: Uint8Array | undefined
  /** How long it is on the wire, roughly. */
  readonly bytes: number
  /** What it takes in memory. */
  readonly held: number
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
export interface WaitingLine {
  /** Bytes of memory that everything in it takes, what is on its way included. */
  bytes(): number
  /** How many wait. */
  length(): number
  /** How many are held: those that wait, and those that are on their way. */
  held(): number
  /** `item` is held from now on. */
  enter(item: Waiting): void
  /** `item`, which is held, waits behind all others. */
  append(item: Waiting): void
  /** Those of `items` that are not settled wait again, before all others. */
  giveBack(items: readonly Waiting[]): void
  /** Takes one request's worth off the front: spans, or records, never both. */
  take(most: { readonly bytes: number; readonly spans: number }): Waiting[]
  /** `item` is not held any more. */
  leave(item: Waiting): void
  /** What waits of the oldest trace of which something waits: a full queue gives up whole traces. */
  oldestTrace(): readonly Waiting[]
  first(): Waiting | undefined
  items(): Iterable<Waiting>
}

export function createWaitingLine(): WaitingLine {
  const line = new Chain<Waiting>()
  const owner = {}
  const groups = new RecordSlot<Group>('group', owner)
  /** Traces of which something waits, the oldest first. */
  const order = new Chain<Group>()
  let bytes = 0
  let held = 0

  const groupOf = (trace: TraceRecord): Group => {
    const known = groups.get(trace)
    if (known !== undefined) return known
    const group: Group = {
      owner,
      trace,
      bytes: 0,
      said: -1,
      held: 0,
      waiting: undefined,
      before: undefined,
      after: undefined,
    }
    groups.set(trace, group)
    return group
  }

  /** More may have been said of the trace since its last span came, and its root may have left. */
  const weigh = (group: Group, span: EndedSpan): void => {
    const { trace } = span
    if (group.said === trace.revision && group.held > 0 && !isLocalRoot(span)) return
    bytes -= group.bytes
    group.bytes = traceBytes(trace)
    group.said = trace.revision
    bytes += group.bytes
  }

  const standDown = (item: Waiting): void => {
    line.remove(item)
    const { group } = item
    if (group === undefined) return
    takeFrom(group, item)
    if (group.waiting === undefined) order.remove(group)
  }

  return {
    bytes: () => bytes,
    length: () => line.length,
    held: () => held,
    enter(item) {
      bytes += item.held
      held += 1
      if (item.span === undefined) return
      const group = groupOf(item.span.trace)
      weigh(group, item.span)
      group.held += 1
      item.group = group
    },
    append(item) {
      line.append(item)
      const { group } = item
      if (group === undefined) return
      if (group.waiting === undefined) order.append(group)
      addTo(group, item)
    },
    giveBack(items) {
      for (let i = items.length - 1; i >= 0; i -= 1) {
        const item = items[i] as Waiting
        if (item.settled) continue
        item.inFlight = false
        line.prepend(item)
        const { group } = item
        if (group === undefined) continue
        if (group.waiting !== undefined) order.remove(group)
        order.prepend(group)
        addTo(group, item)
      }
    },
    take(most) {
      const batch: Waiting[] = []
      const encoded = line.first?.record !== undefined
      let size = 0
      for (let item = line.first; item !== undefined; item = line.first) {
        if ((item.record !== undefined) !== encoded) break
        if (batch.length > 0 && (batch.length >= most.spans || size + item.bytes > most.bytes)) break
        size += item.bytes
        standDown(item)
        item.inFlight = true
        batch.push(item)
      }
      return batch
    },
    leave(item) {
      const { group } = item
      if (!item.inFlight && isIn(line, item)) standDown(item)
      bytes -= item.held
      held -= 1
      if (group === undefined) return
      item.group = undefined
      group.held -= 1
      if (group.held > 0) return
      bytes -= group.bytes
      groups.delete(group.trace)
    },
    oldestTrace() {
      const found: Waiting[] = []
      for (let item = order.first?.waiting; item !== undefined; item = item.older) found.push(item)
      return found.reverse()
    },
    first: () => line.first,
    items: () => line,
  }
}

const isIn = (line: Chain<Waiting>, item: Waiting): boolean =>
  item.before !== undefined || line.first === item
