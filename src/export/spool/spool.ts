import { statSync } from 'node:fs'
import { join } from 'node:path'
import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'
import { Backlog, type Stored } from './backlog.ts'
import { Account } from './bounds.ts'
import * as files from './folder.ts'
import { createInheritance, type Inheritance } from './inherit.ts'
import { OwnSegments } from './own-segments.ts'
import { HEARTBEAT_MS, thisOwner } from './owner.ts'
import { partsOf, type SpoolSpan } from './record.ts'
import { setAside } from './rejected.ts'
import { adoptSegment, type Place } from './segment.ts'
import { createSpoolDiagnostics, type DropReason, type SpoolDiagnostics } from './spool-diagnostics.ts'

export type { Stored } from './backlog.ts'
export type { SpoolSpan } from './record.ts'
export type { Place } from './segment.ts'

/** What a spool tells those who use it. */
export interface SpoolEvents<Tracker> {
  /** Spans of this process that were on disk only, and are lost. */
  lost(trackers: readonly (Tracker | undefined)[], reason: string): void
  /** There is something to send that was not there before. */
  found(): void
}

export interface SpoolOptions<Tracker> extends SpoolEvents<Tracker> {
  /** Folder of all spools; this one's is in it, by its key. */
  readonly dir: string
  /** Bound of `dir`, for all targets and processes together. */
  readonly maxBytes: number
  /** Whom the spans are for; see `targetKey`. */
  readonly key: string
  /** The same for messages. */
  readonly target: string
  /** @defaultValue 7 days */
  readonly maxAgeMs?: number
  /** Size at which a new segment is begun. @defaultValue 4 MiB, or an eighth of `maxBytes` */
  readonly segmentBytes?: number
  /** How long the spool stays off after it could not be written. @defaultValue 30 s */
  readonly retryMs?: number
}

const SEGMENT_BYTES = 4 * 1024 * 1024
const MIN_SEGMENTS = 8
export const MAX_AGE_MS: number = 7 * 24 * 3_600_000
const RETRY_MS = 30_000
/** Whoever takes a segment over reads it whole. */
const MAX_SEGMENT_BYTES = 64 * 1024 * 1024

/** Spans of one target on disk: what this process has not delivered yet, and what former ones left. */
export class Spool<Tracker> {
  readonly #options: SpoolOptions<Tracker>
  readonly #folder: string
  readonly #segmentBytes: number
  readonly #maxAgeMs: number
  readonly #diagnostics: SpoolDiagnostics
  readonly #backlog: Backlog<Tracker>
  readonly #segments: OwnSegments
  readonly #account: Account
  readonly #left: Inheritance
  #offUntilMs: number | undefined
  /** There are more segments of others than were made part of this spool at once. */
  #more = false
  #timer: Timer | undefined
  readonly #soon: Timer

  constructor(options: SpoolOptions<Tracker>) {
    const { dir, key, target, maxBytes, maxAgeMs = MAX_AGE_MS } = options
    const owner = thisOwner()
    this.#options = options
    this.#folder = join(dir, key)
    this.#maxAgeMs = maxAgeMs
    this.#segmentBytes =
      options.segmentBytes ?? Math.min(SEGMENT_BYTES, Math.max(1024, Math.floor(maxBytes / MIN_SEGMENTS)))
    this.#diagnostics = createSpoolDiagnostics(dir, target)
    this.#backlog = new Backlog<Tracker>({
      lost: (trackers) => options.lost(trackers, 'spool_damaged'),
      damaged: this.#diagnostics.damaged,
    })
    this.#segments = new OwnSegments({
      folder: this.#folder,
      key,
      owner,
      segmentBytes: this.#segmentBytes,
      makeRoom: () => this.#makeRoom(),
      began: () => this.#watch(),
    })
    this.#account = new Account({
      dir,
      maxBytes,
      maxAgeMs,
      owner,
      ours: this.#segments.all,
      inUse: () => this.#segments.active?.path,
      deleted: (gone, reason) => this.#giveUp(gone, reason),
      quietly: (work) => this.#quietly(work),
    })
    this.#left = createInheritance(this.#folder, {
      self: owner,
      isOurs: (path, writer) => writer === this.#segments.id || this.#segments.all.has(path),
    })
    // What others left is looked for when the application has started.
    this.#soon = withoutHold(
      realTime.start(() => {
        this.adopt()
        if (files.hasSegments(this.#folder)) this.#watch()
      }, 0),
    )
  }

  /** Spans that are on disk only; a segment of another process counts as one until it is read. */
  get size(): number {
    return Math.max(this.#backlog.size, this.#more ? 1 : 0)
  }

  /** Spans of this process that are on disk only. */
  get own(): number {
    return this.#backlog.own
  }

  /**
   * Hands spans to the operating system: from then on they survive the death of this process.
   *
   * @returns where each stands; fewer places than spans when the last of them are not on disk
   */
  push(spans: readonly SpoolSpan[]): readonly Place[] {
    if (this.#offUntilMs !== undefined && realTime.epochMs() < this.#offUntilMs) return []
    const places: Place[] = []
    try {
      this.#segments.append(spans.map(partsOf), (place) => places.push(place))
      if (this.#offUntilMs !== undefined) this.#diagnostics.on()
      this.#offUntilMs = undefined
    } catch (thrown) {
      this.#fail(thrown)
    }
    return places
  }

  /** What stands at `places` needs to be sent no more. */
  done(places: readonly Place[]): void {
    this.#segments.done(places)
  }

  /** The span at `place` is no longer in memory. */
  defer(place: Place, tracker: Tracker | undefined): void {
    this.#backlog.defer(place, tracker)
  }

  /** The next spans that are on disk only; none when there are no more. */
  async take(maxBytes: number, maxSpans: number): Promise<Stored<Tracker>[]> {
    const mustAdopt = (): boolean => this.#more && this.#backlog.size === 0
    while (mustAdopt()) {
      this.adopt()
      if (mustAdopt()) await new Promise<void>((resolve) => realTime.turn(resolve))
    }
    return this.#backlog.take(maxBytes, maxSpans)
  }

  /** Looks for what processes that are gone have left, and makes it part of this spool. */
  adopt(): void {
    this.#quietly(() => this.#adoptSome())
  }

  /** Keeps a span that the receiver refuses. @returns where, or `undefined` when that did not work */
  reject(record: Uint8Array, reason: string): string | undefined {
    try {
      files.makePrivate(this.#folder)
      return setAside(this.#folder, record, reason, this.#options.maxBytes / MIN_SEGMENTS)
    } catch (thrown) {
      this.#fail(thrown)
      return undefined
    }
  }

  /** Lets go of everything: what is left is for whoever comes next, in this process or another. */
  release(): void {
    realTime.stop(this.#soon)
    realTime.stop(this.#timer)
    this.#timer = undefined
    this.#account.stop()
    this.#left.stop()
    this.#quietly(() => this.#segments.end())
    this.#backlog.clear()
    this.#segments.release()
  }

  #makeRoom(): void {
    if (this.#account.makeRoom(this.#segmentBytes)) return
    throw new Error(`other processes take up all of its ${this.#options.maxBytes} bytes`)
  }

  #giveUp(gone: readonly files.SegmentFile[], reason: DropReason): void {
    this.#diagnostics.dropped(gone, reason, {
      maxBytes: this.#options.maxBytes,
      maxAgeMs: this.#maxAgeMs,
    })
    for (const { path } of gone) {
      const segment = this.#segments.all.get(path)
      if (segment === undefined) continue
      this.#segments.all.delete(path)
      segment.discard()
      const trackers = this.#backlog.drop(segment)
      if (trackers.length > 0) this.#options.lost(trackers, reason)
    }
  }

  #adoptSome(): void {
    this.#more = false
    files.expectOwn(this.#folder)
    let found = false
    for (const file of this.#left.next()) found = this.#takeOver(file) || found
    this.#more = this.#left.more()
    if (!this.#more) this.#left.sweep()
    if (found) this.#options.found()
  }

  /** Makes what somebody else has written ours. @returns whether it is */
  #takeOver(file: files.SegmentFile): boolean {
    if (file.bytes > Math.max(MAX_SEGMENT_BYTES, 2 * this.#segmentBytes)) {
      this.#diagnostics.tooLong(file.path, file.bytes)
      return false
    }
    const readability = files.readability(file.path)
    if (readability === 'unknown-version') this.#diagnostics.unknownVersion(file.path)
    if (readability !== 'readable') return false
    const path = this.#segments.nextPath()
    if (!files.claim(file.path, path)) return false
    this.#account.forget(file.path)
    // Whoever was taken for dead may have written until then.
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    const segment = adoptSegment(path, bytes, file.writtenMs)
    this.#segments.all.set(path, segment)
    this.#backlog.adopt(segment)
    return true
  }

  /** It could not be written: the spool is off for a while. */
  #fail(thrown: unknown): void {
    const { retryMs = RETRY_MS } = this.#options
    const was = this.#offUntilMs
    this.#offUntilMs = realTime.epochMs() + retryMs
    try {
      this.#segments.end()
    } catch {
      // It is ended all the same.
    }
    if (was === undefined) this.#diagnostics.off(thrown, retryMs)
  }

  /** Nothing here may throw into a timer. */
  #quietly(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      this.#fail(thrown)
    }
  }

  #beat(): void {
    this.#segments.beat()
    this.#account.look()
    this.#account.makeRoom(0)
    this.#adoptSome()
  }

  #watch(): void {
    if (this.#timer !== undefined) return
    this.#timer = withoutHold(realTime.repeat(() => this.#quietly(() => this.#beat()), HEARTBEAT_MS))
  }
}
