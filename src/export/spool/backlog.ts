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

/** Spans that are on disk only, in the order in which they are to be sent. */
export class Backlog<Tracker> {
  readonly #events: BacklogEvents<Tracker>
  #runs: Run<Tracker>[] = []
  #loaded: Stored<Tracker>[] = []
  /** What is just being read. */
  readonly #reading = new Set<Run<Tracker>>()
  // Asked for with every span that ends.
  #own = 0
  #adopted = 0

  constructor(events: BacklogEvents<Tracker>) {
    this.#events = events
  }

  /** Spans of this process, and segments of others, that wait. */
  get size(): number {
    return this.#own + this.#adopted
  }

  /** Spans of this process among them. */
  get own(): number {
    return this.#own
  }

  /** The span at `place` is on disk only from now on. */
  defer(place: Place, tracker: Tracker | undefined): void {
    this.#own += 1
    const last = this.#runs.at(-1)
    if (last?.own && last.segment === place.segment && last.to === place.from) {
      last.to = place.to
      last.count += 1
      if (tracker !== undefined) last.trackers.set(place.from, tracker)
      return
    }
    const trackers = new Map<number, Tracker>(tracker === undefined ? [] : [[place.from, tracker]])
    this.#runs.push({
      segment: place.segment,
      from: place.from,
      to: place.to,
      count: 1,
      own: true,
      trackers,
    })
  }

  /** All of a segment that another process wrote. */
  adopt(segment: Segment): void {
    this.#adopted += 1
    this.#runs.push({
      segment,
      from: HEADER_BYTES,
      to: segment.size(),
      count: 1,
      own: false,
      trackers: new Map(),
    })
  }

  /** The next spans, read from disk; none when there are no more. */
  async take(maxBytes: number, maxSpans: number): Promise<Stored<Tracker>[]> {
    while (this.#loaded.length === 0) {
      const run = this.#runs.shift()
      if (run === undefined) {
        this.#own = 0
        this.#adopted = 0
        return []
      }
      const read = await this.#load(run)
      this.#loaded = this.#loaded.concat(read)
    }
    let bytes = 0
    let count = 0
    for (const { record } of this.#loaded) {
      if (count > 0 && (count >= maxSpans || bytes + record.length > maxBytes)) break
      bytes += record.length
      count += 1
    }
    const taken = this.#loaded.splice(0, count)
    const own = taken.filter((stored) => stored.own).length
    this.#own -= own
    this.#adopted -= count - own
    return taken
  }

  /** Forgets the spans in `segment`, which is given up. @returns the trackers of those of this process */
  drop(segment: Segment): (Tracker | undefined)[] {
    const dropped = [...this.#reading, ...this.#runs].filter((run) => run.segment === segment)
    for (const run of dropped) {
      this.#reading.delete(run)
      this.#count(run, -run.count)
    }
    this.#runs = this.#runs.filter((run) => run.segment !== segment)
    return dropped.flatMap((run) => (run.own ? trackersOf(run, 0) : []))
  }

  clear(): void {
    this.#runs = []
    this.#loaded = []
    this.#reading.clear()
    this.#own = 0
    this.#adopted = 0
  }

  /** So many more wait of where `run` is from. */
  #count({ own }: Run<Tracker>, more: number): void {
    if (own) this.#own += more
    else this.#adopted += more
  }

  async #load(run: Run<Tracker>): Promise<Stored<Tracker>[]> {
    this.#reading.add(run)
    const bytes = await run.segment.read(run).catch(() => undefined)
    // Given up meanwhile, and counted there.
    if (!this.#reading.delete(run)) return []
    this.#count(run, -run.count)
    if (bytes === undefined || run.segment.isGone()) {
      if (run.own) {
        this.#events.damaged(run.segment.path, 1)
        this.#events.lost(trackersOf(run, 0))
      }
      return []
    }
    const { records, damaged } = scan(bytes)
    if (damaged > 0) this.#events.damaged(run.segment.path, damaged)
    const found = storedIn(run, records)
    this.#count(run, found.length)
    if (run.own) this.#lose(run, found.length)
    else {
      run.segment.expect(found.length)
      if (found.length === 0) run.segment.commit()
    }
    return found
  }

  /** All but `found` of the spans in `run`, of this process, are not there. */
  #lose(run: Run<Tracker>, found: number): void {
    if (found >= run.count) return
    const missing = trackersOf(run, found)
    this.#events.lost(missing)
    for (const _ of missing) run.segment.done({ from: run.from, to: run.from })
  }
}

/** The trackers of the spans in `run` of which none was seen, beside `seen` others. */
function trackersOf<Tracker>(run: Run<Tracker>, seen: number): (Tracker | undefined)[] {
  const named = [...run.trackers.values()]
  const unnamed = Math.max(0, run.count - seen - named.length)
  return [...named, ...Array.from({ length: unnamed }, () => undefined)]
}

/** The spans of `run`, whose records were read, that were not delivered before. */
function storedIn<Tracker>(run: Run<Tracker>, records: readonly SpoolRecord[]): Stored<Tracker>[] {
  return groups(records, run.from)
    .map(({ record, traceInfo, from, to }): Stored<Tracker> => {
      const tracker = run.trackers.get(from)
      run.trackers.delete(from)
      return { record, traceInfo, place: { segment: run.segment, from, to }, tracker, own: run.own }
    })
    .filter(({ place }) => !run.segment.isDone(place))
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
