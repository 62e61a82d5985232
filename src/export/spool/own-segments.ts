import { rmSync, utimesSync } from 'node:fs'
import { realTime } from '../../runtime/real-time.ts'
import * as files from './folder.ts'
import { VERSION } from './header.ts'
import { freshOwnerId, type Owner } from './owner.ts'
import { createSegment, fittingIn, type Parts, type Place, type Segment } from './segment.ts'

interface OwnSegmentsOptions {
  readonly folder: string
  readonly key: string
  readonly owner: Owner
  /** Size at which a new segment is begun. */
  readonly segmentBytes: number
  /** Makes room for a segment, or throws. */
  readonly makeRoom: () => void
  /** This process has begun to write. */
  readonly began: () => void
}

/** The segments of one folder that this process writes, and those that it has taken over. */
export class OwnSegments {
  readonly #options: OwnSegmentsOptions
  /** By their paths. */
  readonly all: Map<string, Segment> = new Map()
  /** ID under which this process writes. */
  #id: string | undefined
  #numbered = 0
  #active: Segment | undefined

  constructor(options: OwnSegmentsOptions) {
    this.#options = options
  }

  get id(): string | undefined {
    return this.#id
  }

  /** The one that is written to. */
  get active(): Segment | undefined {
    return this.#active
  }

  /** Where the next segment is. */
  nextPath(): string {
    const path = files.segmentPath(this.#options.folder, this.#owner(), this.#numbered)
    this.#numbered += 1
    return path
  }

  /**
   * Writes spans, by as few calls of the system as their segments allow. Throws what the file system says.
   *
   * @param wrote - called for each with where it is; of what was not written because this throws it is not called
   */
  append(spans: readonly Parts[], wrote: (place: Place) => void): void {
    let next = 0
    while (next < spans.length) {
      if (this.#active?.isGone()) this.#startAnew()
      this.#active ??= this.#begin()
      const fitting = fittingIn(this.#options.segmentBytes - this.#active.size(), spans, next)
      next += fitting.length
      for (const place of this.#active.append(fitting)) wrote(place)
      if (this.#active.size() >= this.#options.segmentBytes) this.end()
    }
  }

  /** No more is written to the active segment. */
  end(): void {
    const active = this.#active
    this.#active = undefined
    active?.seal()
    active?.commit()
  }

  /** What stands at `places` needs to be sent no more. */
  done(places: readonly Place[]): void {
    const touched = new Set<Segment>()
    for (const place of places) {
      place.segment.done(place)
      touched.add(place.segment)
    }
    for (const segment of touched) {
      // An idle process leaves no file behind.
      if (segment === this.#active && segment.waiting() === 0) this.end()
      else segment.commit()
      if (segment.isGone()) this.all.delete(segment.path)
    }
  }

  /** Shows others that this process lives. */
  beat(): void {
    if (this.#id === undefined) return
    try {
      const now = new Date(realTime.epochMs())
      utimesSync(files.ownerPath(this.#options.folder, this.#id), now, now)
    } catch {
      this.#startAnew()
    }
  }

  /** Leaves all of them to whoever comes next. */
  release(): void {
    this.all.clear()
    if (this.#id !== undefined) rmSync(files.ownerPath(this.#options.folder, this.#id), { force: true })
    this.#id = undefined
  }

  /** The ID; its file stands before the first segment does. */
  #owner(): string {
    if (this.#id === undefined) {
      const { folder, owner, began } = this.#options
      files.makePrivate(folder)
      const fresh = freshOwnerId()
      files.writeOwner(folder, fresh, owner)
      this.#id = fresh
      began()
    }
    return this.#id
  }

  #begin(): Segment {
    const { folder, key, makeRoom } = this.#options
    files.expectOwn(folder)
    makeRoom()
    const segment = createSegment(this.nextPath(), { version: VERSION, key, createdMs: realTime.epochMs() })
    this.all.set(segment.path, segment)
    return segment
  }

  /** Somebody deleted the folder, or took us for dead: what is written from now on must be ours again. */
  #startAnew(): void {
    this.#id = undefined
    this.end()
  }
}
