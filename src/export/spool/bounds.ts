import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'
import { removeFile, type SegmentFile } from './folder.ts'
import type { Owner } from './owner.ts'
import { ackPath, type Segment } from './segment.ts'
import type { DropReason } from './spool-diagnostics.ts'
import { createSurvey } from './survey.ts'

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

/**
 * What a spool holds, in bytes: what this process wrote is known, at the rest it looks at first, and again before others
 * may have filled what was free then. Where there are thousands of files, that takes some turns of the event loop.
 */
export interface Account {
  /**
   * Has segments deleted that nobody has written to for too long, then the oldest until `needed` bytes fit, for the segment
   * that is written to next; of whichever target, but never those of another process that lives.
   *
   * @returns whether they fit, as far as is known: not all may have been looked at
   */
  makeRoom(needed: number): boolean
  /** Looks at what others have. */
  look(): void
  /** The segment at `path` is not another's any more. */
  forget(path: string): void
  stop(): void
}

const AT_ONCE = 200
/** So many processes can write at once, each without a look at what the others do. */
const WRITERS = 8

interface Candidate extends SegmentFile {
  readonly idleMs: number
}

export function createAccount(options: AccountOptions): Account {
  const { maxBytes, maxAgeMs, ours, atOnce = AT_ONCE } = options
  const survey = createSurvey(options.dir, options.owner, ours)
  /** To be deleted, and not counted any more. */
  const condemned = new Map<string, { file: SegmentFile; reason: DropReason }>()
  /** Bytes of our own at the last look, and by how many they may grow before the next: others may grow as fast. */
  let before = 0
  let allowed = -1
  /** What the segment in use may grow to. */
  let reserved = 0
  let timer: Timer | undefined

  const ownBytes = (): number => {
    let own = 0
    for (const segment of ours.values()) own += segment.size()
    return own
  }

  /** What may be deleted, and the bytes of all. */
  const count = (): { held: number; candidates: Candidate[] } => {
    const now = realTime.epochMs()
    const inUse = options.inUse()
    const candidates: Candidate[] = []
    let held = 0
    for (const [path, segment] of ours) {
      if (condemned.has(path)) continue
      const [bytes, idleMs] = [segment.size(), segment.idleMs()]
      held += path === inUse ? Math.max(bytes, reserved) : bytes
      if (path !== inUse) candidates.push({ path, owner: '', bytes, writtenMs: now - idleMs, idleMs })
    }
    for (const file of survey.files.values()) {
      if (condemned.has(file.path)) continue
      held += file.bytes
      if (survey.isLeft(file)) candidates.push({ ...file, idleMs: now - file.writtenMs })
    }
    return { held, candidates }
  }

  const condemn = (needed: number): boolean => {
    const { held, candidates } = count()
    let left = held
    const give = (file: Candidate, reason: DropReason): void => {
      condemned.set(file.path, { file, reason })
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

  const deleteSome = (): void => {
    const gone: Record<DropReason, SegmentFile[]> = { spool_expired: [], spool_full: [] }
    try {
      for (const [path, { file, reason }] of [...condemned].slice(0, atOnce / 2)) {
        condemned.delete(path)
        survey.forget(path)
        if (!removeFile(path)) continue
        gone[reason].push(file)
        removeFile(ackPath(path))
      }
    } finally {
      for (const reason of ['spool_expired', 'spool_full'] as const) {
        if (gone[reason].length > 0) options.deleted(gone[reason], reason)
      }
    }
  }

  const allow = (): void => {
    before = ownBytes()
    allowed = Math.max(0, maxBytes - count().held) / WRITERS
  }

  const goOn = (): void => {
    const wasUnderWay = survey.isUnderWay()
    survey.goOn(atOnce)
    if (wasUnderWay && !survey.isUnderWay()) {
      allow()
      condemn(0)
    }
    deleteSome()
  }

  const later = (): void => {
    if (timer !== undefined || !(survey.isUnderWay() || condemned.size > 0)) return
    timer = withoutHold(
      realTime.start(() => {
        timer = undefined
        options.quietly(goOn)
        later()
      }, 0),
    )
  }

  const look = (): void => {
    if (!survey.isUnderWay()) survey.list()
    survey.goOn(atOnce)
    allow()
    later()
  }

  return {
    look,
    makeRoom(needed) {
      const own = ownBytes()
      const isDue = own - before > allowed
      before = Math.min(before, own)
      if (isDue) look()
      let room = condemn(needed)
      if (!room && !isDue) {
        look()
        room = condemn(needed)
      }
      if (needed > 0) reserved = needed
      deleteSome()
      later()
      return room
    },
    forget: survey.forget,
    stop() {
      realTime.stop(timer)
      timer = undefined
    },
  }
}

/** Makes room at once, for a process that ends: it has no other turn. */
export function makeRoomAtOnce(
  options: Omit<AccountOptions, 'ours' | 'inUse' | 'quietly' | 'atOnce'>,
  needed: number,
): boolean {
  const account = createAccount({
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
