import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'
import { removeFile, type SegmentFile } from './folder.ts'
import type { Owner } from './owner.ts'
import { ackPath, type Segment } from './segment.ts'
import type { DropReason } from './spool-diagnostics.ts'
import { createSurvey, type Survey } from './survey.ts'

/** How much the spool may hold. */
export interface Bounds {
  readonly dir: string
  readonly maxBytes: number
  readonly maxAgeMs: number
}

export interface AccountOptions extends Bounds {
  readonly owner: Owner
  /** Segments of this process; those that somebody deleted are taken out. */
  readonly ours: Map<string, Segment>
  /** The one that it writes to, which stays. */
  readonly inUse: () => string | undefined
  /** Those are deleted. */
  readonly deleted: (files: readonly SegmentFile[], reason: DropReason) => void
  /** Does `work`, which may throw, in a turn of its own. */
  readonly quietly: (work: () => void) => void
  /** How many files are looked at in one turn of the event loop. @defaultValue 200 */
  readonly atOnce?: number
}

const AT_ONCE = 200
/** So many processes can write at once, each without a look at what the others do. */
const WRITERS = 8

interface Candidate extends SegmentFile {
  readonly idleMs: number
}

/**
 * What a spool holds, in bytes: what this process wrote is known, at the rest it looks at first, and again before others
 * may have filled what was free then. Where there are thousands of files, that takes some turns of the event loop.
 */
export class Account {
  readonly #options: AccountOptions
  readonly #atOnce: number
  readonly #survey: Survey
  /** To be deleted, and not counted any more. */
  readonly #condemned = new Map<string, { file: SegmentFile; reason: DropReason }>()
  /** Bytes of our own at the last look, and by how many they may grow before the next: others may grow as fast. */
  #before = 0
  #allowed = -1
  /** What the segment in use may grow to. */
  #reserved = 0
  #timer: Timer | undefined

  constructor(options: AccountOptions) {
    this.#options = options
    this.#atOnce = options.atOnce ?? AT_ONCE
    this.#survey = createSurvey(options.dir, options.owner, options.ours)
  }

  /**
   * Has segments deleted that nobody has written to for too long, then the oldest until `needed` bytes fit, for the segment
   * that is written to next; of whichever target, but never those of another process that lives.
   *
   * @returns whether they fit, as far as is known: not all may have been looked at
   */
  makeRoom(needed: number): boolean {
    const own = this.#ownBytes()
    const isDue = own - this.#before > this.#allowed
    this.#before = Math.min(this.#before, own)
    if (isDue) this.look()
    let room = this.#condemn(needed)
    if (!room && !isDue) {
      this.look()
      room = this.#condemn(needed)
    }
    if (needed > 0) this.#reserved = needed
    this.#deleteSome()
    this.#later()
    return room
  }

  /** Looks at what others have. */
  look(): void {
    if (!this.#survey.isUnderWay()) this.#survey.list()
    this.#survey.goOn(this.#atOnce)
    this.#allow()
    this.#later()
  }

  /** The segment at `path` is not another's any more. */
  forget(path: string): void {
    this.#survey.forget(path)
  }

  stop(): void {
    realTime.stop(this.#timer)
    this.#timer = undefined
  }

  #ownBytes(): number {
    let own = 0
    for (const segment of this.#options.ours.values()) own += segment.size()
    return own
  }

  /** What may be deleted, and the bytes of all. */
  #count(): { held: number; candidates: Candidate[] } {
    const now = realTime.epochMs()
    const inUse = this.#options.inUse()
    const candidates: Candidate[] = []
    let held = 0
    for (const [path, segment] of this.#options.ours) {
      if (this.#condemned.has(path)) continue
      const [bytes, idleMs] = [segment.size(), segment.idleMs()]
      held += path === inUse ? Math.max(bytes, this.#reserved) : bytes
      if (path !== inUse) candidates.push({ path, owner: '', bytes, writtenMs: now - idleMs, idleMs })
    }
    for (const file of this.#survey.files.values()) {
      if (this.#condemned.has(file.path)) continue
      held += file.bytes
      if (this.#survey.isLeft(file)) candidates.push({ ...file, idleMs: now - file.writtenMs })
    }
    return { held, candidates }
  }

  #condemn(needed: number): boolean {
    const { maxBytes, maxAgeMs } = this.#options
    const { held, candidates } = this.#count()
    let left = held
    const give = (file: Candidate, reason: DropReason): void => {
      this.#condemned.set(file.path, { file, reason })
      left -= file.bytes
    }
    const isOld = ({ idleMs }: Candidate): boolean => idleMs > maxAgeMs
    for (const file of candidates) if (isOld(file)) give(file, 'spool_expired')
    if (left + needed > maxBytes) {
      const others = candidates.filter((file) => !isOld(file)).sort((a, b) => b.idleMs - a.idleMs)
      for (const file of others) if (left + needed > maxBytes) give(file, 'spool_full')
    }
    return left + needed <= maxBytes
  }

  #deleteSome(): void {
    const gone: Record<DropReason, SegmentFile[]> = { spool_expired: [], spool_full: [] }
    try {
      for (const [path, { file, reason }] of [...this.#condemned].slice(0, this.#atOnce / 2)) {
        this.#condemned.delete(path)
        this.#survey.forget(path)
        if (!removeFile(path)) continue
        gone[reason].push(file)
        removeFile(ackPath(path))
      }
    } finally {
      for (const reason of ['spool_expired', 'spool_full'] as const) {
        if (gone[reason].length > 0) this.#options.deleted(gone[reason], reason)
      }
    }
  }

  #allow(): void {
    this.#before = this.#ownBytes()
    this.#allowed = Math.max(0, this.#options.maxBytes - this.#count().held) / WRITERS
  }

  #goOn(): void {
    const wasUnderWay = this.#survey.isUnderWay()
    this.#survey.goOn(this.#atOnce)
    if (wasUnderWay && !this.#survey.isUnderWay()) {
      this.#allow()
      this.#condemn(0)
    }
    this.#deleteSome()
  }

  #later(): void {
    if (this.#timer !== undefined || !(this.#survey.isUnderWay() || this.#condemned.size > 0)) return
    this.#timer = withoutHold(
      realTime.start(() => {
        this.#timer = undefined
        this.#options.quietly(() => this.#goOn())
        this.#later()
      }, 0),
    )
  }
}

/** Makes room at once, for a process that ends: it has no other turn. */
export function makeRoomAtOnce(
  options: Omit<AccountOptions, 'ours' | 'inUse' | 'quietly' | 'atOnce'>,
  needed: number,
): boolean {
  const account = new Account({
    ...options,
    ours: new Map(),
    inUse: () => undefined,
    quietly: () => {},
    atOnce: Number.POSITIVE_INFINITY,
  })
  const room = account.makeRoom(needed)
  account.stop()
  return room
}
