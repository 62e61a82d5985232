import type { Stretch } from './ack.ts'
import { HEADER_BYTES } from './header.ts'
import { RecordKind, type SpoolRecord, scan } from './record.ts'
import type { Place, Segment } from './segment.ts'

/** A span that was read from disk. */
export interface Stored<Ticket> {
  /** A complete `resource_spans` entry of an OTLP request. */
  readonly record: Uint8Array
  /** What follows the span by other means, as JSON text. */
  readonly completion: Uint8Array | undefined
  readonly place: Place
  /** What {@link Backlog.defer} was given; `own` tells whether it was called at all, or another process wrote this. */
  readonly ticket: Ticket | undefined
  readonly own: boolean
}

/** Spans that are on disk only, in the order in which they are to be sent. */
export interface Backlog<Ticket> {
  /** The span at `place` is on disk only from now on. */
  defer(place: Place, ticket: Ticket | undefined): void
  /** All of a segment that another process wrote. */
  adopt(segment: Segment): void
  /** The next spans, read from disk; none when there are no more. */
  take(maxBytes: number, maxSpans: number): Promise<Stored<Ticket>[]>
  /** Forgets the spans in `segment`, which is given up. @returns the tickets of those of this process */
  drop(segment: Segment): (Ticket | undefined)[]
  /** Spans of this process, and segments of others, that wait. */
  size(): number
  /** Spans of this process among them. */
  own(): number
  clear(): void
}

export interface BacklogEvents<Ticket> {
  /** Spans that should have been there, and are not. */
  lost(tickets: readonly (Ticket | undefined)[]): void
  /** Damage was found in the segment at `path`. */
  damaged(path: string, count: number): void
}

/** Neighbours in one segment. Their borders are found when they are read, so that a million of them cost nothing. */
interface Run<Ticket> {
  readonly segment: Segment
  readonly from: number
  to: number
  /** Spans in it; unknown in a segment of another process. */
  count: number
  readonly own: boolean
  /** By where the record begins; a span without one is not in it. */
  readonly tickets: Map<number, Ticket>
}

export function createBacklog<Ticket>(events: BacklogEvents<Ticket>): Backlog<Ticket> {
  let runs: Run<Ticket>[] = []
  let loaded: Stored<Ticket>[] = []
  /** What is just being read. */
  const reading = new Set<Run<Ticket>>()
  // Asked for with every span that ends.
  const waiting = { own: 0, adopted: 0 }

  const ticketsOf = (run: Run<Ticket>, seen: number): (Ticket | undefined)[] => {
    const named = [...run.tickets.values()]
    return [
      ...named,
      ...Array.from({ length: Math.max(0, run.count - seen - named.length) }, () => undefined),
    ]
  }

  const load = async (run: Run<Ticket>): Promise<Stored<Ticket>[]> => {
    reading.add(run)
    const bytes = await run.segment.read(run).catch(() => undefined)
    // Given up meanwhile, and counted there.
    if (!reading.delete(run)) return []
    if (run.own) waiting.own -= run.count
    else waiting.adopted -= run.count
    if (bytes === undefined || run.segment.isGone()) {
      if (run.own) {
        events.damaged(run.segment.path, 1)
        events.lost(ticketsOf(run, 0))
      }
      return []
    }
    const { records, damaged } = scan(bytes)
    if (damaged > 0) events.damaged(run.segment.path, damaged)
    const found = groups(records, run.from)
      .map(({ record, completion, from, to }): Stored<Ticket> => {
        const ticket = run.tickets.get(from)
        run.tickets.delete(from)
        return { record, completion, place: { segment: run.segment, from, to }, ticket, own: run.own }
      })
      .filter(({ place }) => !run.segment.isDone(place))
    if (run.own) {
      waiting.own += found.length
      if (found.length < run.count) {
        const missing = ticketsOf(run, found.length)
        events.lost(missing)
        for (const _ of missing) run.segment.done({ from: run.from, to: run.from })
      }
    } else {
      waiting.adopted += found.length
      run.segment.expect(found.length)
      if (found.length === 0) run.segment.commit()
    }
    return found
  }

  return {
    defer(place, ticket) {
      waiting.own += 1
      const last = runs.at(-1)
      if (last?.own && last.segment === place.segment && last.to === place.from) {
        last.to = place.to
        last.count += 1
        if (ticket !== undefined) last.tickets.set(place.from, ticket)
        return
      }
      const tickets = new Map<number, Ticket>(ticket === undefined ? [] : [[place.from, ticket]])
      runs.push({ segment: place.segment, from: place.from, to: place.to, count: 1, own: true, tickets })
    },
    adopt(segment) {
      waiting.adopted += 1
      runs.push({
        segment,
        from: HEADER_BYTES,
        to: segment.size(),
        count: 1,
        own: false,
        tickets: new Map(),
      })
    },
    async take(maxBytes, maxSpans) {
      while (loaded.length === 0) {
        const run = runs.shift()
        if (run === undefined) {
          waiting.own = 0
          waiting.adopted = 0
          return []
        }
        const read = await load(run)
        loaded = loaded.concat(read)
      }
      let bytes = 0
      let count = 0
      for (const { record } of loaded) {
        if (count > 0 && (count >= maxSpans || bytes + record.length > maxBytes)) break
        bytes += record.length
        count += 1
      }
      const taken = loaded.splice(0, count)
      const own = taken.filter((stored) => stored.own).length
      waiting.own -= own
      waiting.adopted -= count - own
      return taken
    },
    drop(segment) {
      const dropped = [...reading, ...runs].filter((run) => run.segment === segment)
      for (const run of dropped) reading.delete(run)
      runs = runs.filter((run) => run.segment !== segment)
      waiting.own -= dropped.reduce((sum, run) => sum + (run.own ? run.count : 0), 0)
      waiting.adopted -= dropped.reduce((sum, run) => sum + (run.own ? 0 : run.count), 0)
      return dropped.flatMap((run) => (run.own ? ticketsOf(run, 0) : []))
    },
    size: () => waiting.own + waiting.adopted,
    own: () => waiting.own,
    clear() {
      runs = []
      loaded = []
      reading.clear()
      waiting.own = 0
      waiting.adopted = 0
    },
  }
}

interface Group extends Stretch {
  readonly record: Uint8Array
  readonly completion: Uint8Array | undefined
}

/** Span records, each with the completion that stands right behind it; places count from the start of the segment. */
function groups(records: readonly SpoolRecord[], offset: number): Group[] {
  const found: Group[] = []
  for (const [index, { kind, body, from, to }] of records.entries()) {
    if (kind !== RecordKind.SPAN) continue
    const next = records[index + 1]
    const follows = next?.kind === RecordKind.COMPLETION && next.from === to ? next : undefined
    found.push({
      record: body,
      completion: follows?.body,
      from: offset + from,
      to: offset + (follows?.to ?? to),
    })
  }
  return found
}
