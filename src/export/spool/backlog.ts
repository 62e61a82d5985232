import type { Stretch } from './ack.ts'
import { HEADER_BYTES } from './header.ts'
import { RecordKind, type SpoolRecord, scan } from './record.ts'
import type { Place, Segment } from './segment.ts'

/** A span that was read from disk. */
export interface Stored<Tracker> {
  /** A complete `resource_spans` entry of an OTLP request. */
  readonly record: Uint8Array
  /** What follows the span by other means, as JSON text. */
  readonly traceInfo: Uint8Array | undefined
  readonly place: Place
  /** What {@link Backlog.defer} was given; `own` tells whether it was called at all, or another process wrote this. */
  readonly tracker: Tracker | undefined
  readonly own: boolean
}

/** Spans that are on disk only, in the order in which they are to be sent. */
export interface Backlog<Tracker> {
  /** The span at `place` is on disk only from now on. */
  defer(place: Place, tracker: Tracker | undefined): void
  /** All of a segment that another process wrote. */
  adopt(segment: Segment): void
  /** The next spans, read from disk; none when there are no more. */
  take(maxBytes: number, maxSpans: number): Promise<Stored<Tracker>[]>
  /** Forgets the spans in `segment`, which is given up. @returns the trackers of those of this process */
  drop(segment: Segment): (Tracker | undefined)[]
  /** Spans of this process, and segments of others, that wait. */
  size(): number
  /** Spans of this process among them. */
  own(): number
  clear(): void
}

export interface BacklogEvents<Tracker> {
  /** Spans that should have been there, and are not. */
  lost(trackers: readonly (Tracker | undefined)[]): void
  /** Damage was found in the segment at `path`. */
  damaged(path: string, count: number): void
}

/** Neighbours in one segment. Their borders are found when they are read, so that a million of them cost nothing. */
interface Run<Tracker> {
  readonly segment: Segment
  readonly from: number
  to: number
  /** Spans in it; unknown in a segment of another process. */
  count: number
  readonly own: boolean
  /** By where the record begins; a span without one is not in it. */
  readonly trackers: Map<number, Tracker>
}

export function createBacklog<Tracker>(events: BacklogEvents<Tracker>): Backlog<Tracker> {
  let runs: Run<Tracker>[] = []
  let loaded: Stored<Tracker>[] = []
  /** What is just being read. */
  const reading = new Set<Run<Tracker>>()
  // Asked for with every span that ends.
  const waiting = { own: 0, adopted: 0 }

  const trackersOf = (run: Run<Tracker>, seen: number): (Tracker | undefined)[] => {
    const named = [...run.trackers.values()]
    return [
      ...named,
      ...Array.from({ length: Math.max(0, run.count - seen - named.length) }, () => undefined),
    ]
  }

  const load = async (run: Run<Tracker>): Promise<Stored<Tracker>[]> => {
    reading.add(run)
    const bytes = await run.segment.read(run).catch(() => undefined)
    // Given up meanwhile, and counted there.
    if (!reading.delete(run)) return []
    if (run.own) waiting.own -= run.count
    else waiting.adopted -= run.count
    if (bytes === undefined || run.segment.isGone()) {
      if (run.own) {
        events.damaged(run.segment.path, 1)
        events.lost(trackersOf(run, 0))
      }
      return []
    }
    const { records, damaged } = scan(bytes)
    if (damaged > 0) events.damaged(run.segment.path, damaged)
    const found = groups(records, run.from)
      .map(({ record, traceInfo, from, to }): Stored<Tracker> => {
        const tracker = run.trackers.get(from)
        run.trackers.delete(from)
        return { record, traceInfo, place: { segment: run.segment, from, to }, tracker, own: run.own }
      })
      .filter(({ place }) => !run.segment.isDone(place))
    if (run.own) {
      waiting.own += found.length
      if (found.length < run.count) {
        const missing = trackersOf(run, found.length)
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
    defer(place, tracker) {
      waiting.own += 1
      const last = runs.at(-1)
      if (last?.own && last.segment === place.segment && last.to === place.from) {
        last.to = place.to
        last.count += 1
        if (tracker !== undefined) last.trackers.set(place.from, tracker)
        return
      }
      const trackers = new Map<number, Tracker>(tracker === undefined ? [] : [[place.from, tracker]])
      runs.push({ segment: place.segment, from: place.from, to: place.to, count: 1, own: true, trackers })
    },
    adopt(segment) {
      waiting.adopted += 1
      runs.push({
        segment,
        from: HEADER_BYTES,
        to: segment.size(),
        count: 1,
        own: false,
        trackers: new Map(),
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
      return dropped.flatMap((run) => (run.own ? trackersOf(run, 0) : []))
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
  readonly traceInfo: Uint8Array | undefined
}

/** Span records, each with the traceInfo that stands right behind it; places count from the start of the segment. */
function groups(records: readonly SpoolRecord[], offset: number): Group[] {
  const found: Group[] = []
  for (const [index, { kind, body, from, to }] of records.entries()) {
    if (kind !== RecordKind.SPAN) continue
    const next = records[index + 1]
    const follows = next?.kind === RecordKind.COMPLETION && next.from === to ? next : undefined
    found.push({
      record: body,
      traceInfo: follows?.body,
      from: offset + from,
      to: offset + (follows?.to ?? to),
    })
  }
  return found
}
