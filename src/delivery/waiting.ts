import type { EndedSpan } from '../span/ended-span.ts'
import type { Place, Stored } from './spool/spool.ts'
import type { Ticket } from './ticket.ts'

/** A span on its way to one target: as it ended, or as it was read from disk. */
export interface Waiting {
  readonly span: EndedSpan | undefined
  readonly stored: Stored<Ticket> | undefined
  /** Where it is on disk, if it is. */
  readonly place: Place | undefined
  /** Its bytes, where they were made already. */
  record: Uint8Array | undefined
  readonly bytes: number
  /** In the request that is on its way. */
  flying: boolean
  settled: boolean
  /** What waits with it of its trace, while anybody asks for that. */
  group: Group | undefined
}

// By position, for one is made for each span.
export function waitingFor(
  span: Waiting['span'],
  stored: Waiting['stored'],
  place: Waiting['place'],
  record: Waiting['record'],
  bytes: number,
): Waiting {
  return { span, stored, place, record, bytes, flying: false, settled: false, group: undefined }
}

/** What waits of one trace. */
interface Group {
  readonly traceId: string
  items: Waiting[]
  /** How many are not settled. */
  left: number
}

/** What waits, by trace, the oldest trace first: a full queue gives up whole traces. */
export interface TraceGroups {
  add(item: Waiting): void
  settled(item: Waiting): void
  /** What of the oldest traces could be given up, trace by trace. */
  [Symbol.iterator](): Iterator<readonly Waiting[]>
}

/** A long trace always has something waiting; so many settled ones are kept of it. */
const MOST_SETTLED = 64

export function groupByTrace(items: Iterable<Waiting>): TraceGroups {
  const groups = new Map<string, Group>()

  const add = (item: Waiting): void => {
    if (item.span === undefined || item.settled) return
    const { traceId } = item.span
    const group = groups.get(traceId) ?? { traceId, items: [], left: 0 }
    if (group.left === 0) groups.set(traceId, group)
    group.items.push(item)
    group.left += 1
    item.group = group
    if (group.items.length > 2 * group.left + MOST_SETTLED) {
      group.items = group.items.filter((kept) => !kept.settled)
    }
  }

  for (const item of items) add(item)
  return {
    add,
    settled({ group }) {
      if (group === undefined) return
      group.left -= 1
      if (group.left === 0) groups.delete(group.traceId)
    },
    *[Symbol.iterator]() {
      for (const { items: all } of groups.values()) yield all.filter((item) => !item.settled && !item.flying)
    },
  }
}

/** Takes one request's worth off the front of `waiting`: spans, or records, never both. */
export function takeBatch(
  waiting: Waiting[],
  most: { readonly bytes: number; readonly spans: number },
): Waiting[] {
  const encoded = waiting[0]?.record !== undefined
  let size = 0
  let count = 0
  for (const item of waiting) {
    if ((item.record !== undefined) !== encoded) break
    if (count > 0 && (count >= most.spans || size + item.bytes > most.bytes)) break
    size += item.bytes
    count += 1
  }
  const batch = waiting.splice(0, count)
  for (const item of batch) item.flying = true
  return batch
}

/** Takes `count` settled spans off the front part of `waiting`, where the oldest are. */
export function forgetSettled(waiting: Waiting[], count: number): void {
  const others: Waiting[] = []
  let seen = 0
  for (let found = 0; found < count && seen < waiting.length; seen += 1) {
    const item = waiting[seen] as Waiting
    if (item.settled) found += 1
    else others.push(item)
  }
  waiting.splice(0, seen, ...others)
}
