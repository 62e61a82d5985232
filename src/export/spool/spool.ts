import { rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'
import { createBacklog, type Stored } from './backlog.ts'
import { createAccount } from './bounds.ts'
import * as files from './folder.ts'
import { VERSION } from './header.ts'
import { createInheritance } from './inherit.ts'
import { freshOwnerId, HEARTBEAT_MS, thisOwner } from './owner.ts'
import { frame, RecordKind } from './record.ts'
import { setAside } from './rejected.ts'
import { adoptSegment, createSegment, type Place, type Segment } from './segment.ts'
import { createSpoolDiagnostics, type DropReason } from './spool-diagnostics.ts'

export type { Stored } from './backlog.ts'
export type { Place } from './segment.ts'

/** Spans of one target on disk: what this process has not delivered yet, and what former ones left. */
export interface Spool<Tracker> {
  /**
   * Hands a span to the operating system: from then on it survives the death of this process.
   *
   * @param record - a complete `resource_spans` entry of an OTLP request
   * @param traceInfo - what follows the span by other means, as JSON text
   * @returns where it stands, or `undefined` when it is not on disk
   */
  push(record: Uint8Array, traceInfo?: Uint8Array): Place | undefined
  /** What stands at `places` needs to be sent no more. */
  done(places: readonly Place[]): void
  /** The span at `place` is no longer in memory. */
  defer(place: Place, tracker: Tracker | undefined): void
  /** The next spans that are on disk only; none when there are no more. */
  take(maxBytes: number, maxSpans: number): Promise<Stored<Tracker>[]>
  /** Spans that are on disk only; a segment of another process counts as one until it is read. */
  size(): number
  /** Spans of this process that are on disk only. */
  own(): number
  /** Looks for what processes that are gone have left, and makes it part of this spool. */
  adopt(): void
  /** Keeps a span that the receiver refuses. @returns where, or `undefined` when that did not work */
  reject(record: Uint8Array, reason: string): string | undefined
  /** Lets go of everything: what is left is for whoever comes next, in this process or another. */
  release(): void
}

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

export function createSpool<Tracker>(options: SpoolOptions<Tracker>): Spool<Tracker> {
  const { dir, key, target, maxBytes, maxAgeMs = MAX_AGE_MS, retryMs = RETRY_MS } = options
  const segmentBytes =
    options.segmentBytes ?? Math.min(SEGMENT_BYTES, Math.max(1024, Math.floor(maxBytes / MIN_SEGMENTS)))
  const folder = join(dir, key)
  const self = thisOwner()
  const diagnostics = createSpoolDiagnostics(dir, target)
  const mine = new Map<string, Segment>()
  let id: string | undefined
  let numbered = 0
  let active: Segment | undefined
  let offUntilMs: number | undefined
  /** There are more segments of others than were made part of this spool at once. */
  let more = false
  let timer: Timer | undefined

  const backlog = createBacklog<Tracker>({
    lost: (trackers) => options.lost(trackers, 'spool_damaged'),
    damaged: diagnostics.damaged,
  })

  /** ID under which this process writes; its file stands before the first segment does. */
  const owner = (): string => {
    if (id === undefined) {
      files.makePrivate(folder)
      const fresh = freshOwnerId()
      files.writeOwner(folder, fresh, self)
      id = fresh
      watch()
    }
    return id
  }

  const nextPath = (): string => {
    const path = files.segmentPath(folder, owner(), numbered)
    numbered += 1
    return path
  }

  const giveUp = (segments: readonly files.SegmentFile[], reason: DropReason): void => {
    diagnostics.dropped(segments, reason, { maxBytes, maxAgeMs })
    for (const { path } of segments) {
      const segment = mine.get(path)
      if (segment === undefined) continue
      mine.delete(path)
      segment.discard()
      const trackers = backlog.drop(segment)
      if (trackers.length > 0) options.lost(trackers, reason)
    }
  }

  const begin = (): Segment => {
    files.expectOwn(folder)
    if (!account.makeRoom(segmentBytes)) {
      throw new Error(`other processes fill its ${maxBytes} bytes`)
    }
    const segment = createSegment(nextPath(), { version: VERSION, key, createdMs: realTime.epochMs() })
    mine.set(segment.path, segment)
    return segment
  }

  const end = (): void => {
    active?.seal()
    active?.commit()
    active = undefined
  }

  /** Somebody deleted the folder, or took us for dead: what is written from now on must be ours again. */
  const startAnew = (): void => {
    id = undefined
    end()
  }

  const fail = (thrown: unknown): void => {
    const was = offUntilMs
    offUntilMs = realTime.epochMs() + retryMs
    try {
      end()
    } catch {
      active = undefined
    }
    if (was === undefined) diagnostics.off(thrown, retryMs)
  }

  const adopt = (): void => {
    more = false
    files.expectOwn(folder)
    let found = false
    for (const file of left.next()) {
      if (file.bytes > Math.max(MAX_SEGMENT_BYTES, 2 * segmentBytes)) {
        diagnostics.tooLong(file.path, file.bytes)
        continue
      }
      const readability = files.readability(file.path)
      if (readability === 'unknown-version') diagnostics.unknownVersion(file.path)
      if (readability !== 'readable') continue
      const path = nextPath()
      if (!files.claim(file.path, path)) continue
      account.forget(file.path)
      // Whoever was taken for dead may have written until then.
      const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
      const segment = adoptSegment(path, bytes, file.writtenMs)
      mine.set(path, segment)
      backlog.adopt(segment)
      found = true
    }
    more = left.more()
    if (!more) left.sweep()
    if (found) options.found()
  }

  /** Nothing here may throw into a timer. */
  const quietly = (work: () => void): void => {
    try {
      work()
    } catch (thrown) {
      fail(thrown)
    }
  }

  const account = createAccount({
    dir,
    maxBytes,
    maxAgeMs,
    owner: self,
    ours: mine,
    inUse: () => active?.path,
    deleted: giveUp,
    quietly,
  })
  const left = createInheritance(folder, {
    self,
    isOurs: (path, owner) => owner === id || mine.has(path),
  })

  const beat = (): void => {
    if (id !== undefined) {
      try {
        const now = new Date(realTime.epochMs())
        utimesSync(files.ownerPath(folder, id), now, now)
      } catch {
        startAnew()
      }
    }
    account.look()
    account.makeRoom(0)
    adopt()
  }

  const watch = (): void => {
    if (timer !== undefined) return
    timer = withoutHold(realTime.repeat(() => quietly(beat), HEARTBEAT_MS))
  }

  // What others left is looked for when the application has started.
  const soon = withoutHold(
    realTime.start(() => {
      quietly(adopt)
      if (files.hasSegments(folder)) watch()
    }, 0),
  )

  return {
    push(record, traceInfo) {
      if (offUntilMs !== undefined && realTime.epochMs() < offUntilMs) return undefined
      try {
        const parts = [frame(RecordKind.SPAN, record), record]
        if (traceInfo !== undefined) parts.push(frame(RecordKind.COMPLETION, traceInfo), traceInfo)
        if (active?.isGone()) startAnew()
        active ??= begin()
        const place = active.append(parts)
        if (offUntilMs !== undefined) diagnostics.on()
        offUntilMs = undefined
        if (active.size() >= segmentBytes) end()
        return place
      } catch (thrown) {
        fail(thrown)
        return undefined
      }
    },
    done(places) {
      const touched = new Set<Segment>()
      for (const place of places) {
        place.segment.done(place)
        touched.add(place.segment)
      }
      for (const segment of touched) {
        // An idle process leaves no file behind.
        if (segment === active && segment.waiting() === 0) end()
        else segment.commit()
        if (segment.isGone()) mine.delete(segment.path)
      }
    },
    defer: backlog.defer,
    async take(maxBytes, maxSpans) {
      while (more && backlog.size() === 0) {
        quietly(adopt)
        if (more && backlog.size() === 0) await new Promise<void>((resolve) => realTime.turn(resolve))
      }
      return backlog.take(maxBytes, maxSpans)
    },
    size: () => Math.max(backlog.size(), more ? 1 : 0),
    own: backlog.own,
    adopt: () => quietly(adopt),
    reject(record, reason) {
      try {
        files.makePrivate(folder)
        return setAside(folder, record, reason, maxBytes / MIN_SEGMENTS)
      } catch (thrown) {
        fail(thrown)
        return undefined
      }
    },
    release() {
      realTime.stop(soon)
      realTime.stop(timer)
      timer = undefined
      account.stop()
      left.stop()
      quietly(end)
      backlog.clear()
      mine.clear()
      if (id !== undefined) rmSync(files.ownerPath(folder, id), { force: true })
      id = undefined
    },
  }
}
