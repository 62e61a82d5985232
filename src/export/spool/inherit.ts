import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'
import {
  leftoverNames,
  ownerLives,
  removeFile,
  type SegmentFile,
  segmentAt,
  segmentNames,
  writerLives,
} from './folder.ts'
import type { Owner } from './owner.ts'

/** What processes that are gone have left in a folder. Thousands of files are gone through a few at a time. */
export interface Inheritance {
  /** The next segments, the oldest first; when all of a list were looked at, the folder is listed anew. */
  next(): SegmentFile[]
  /** Whether some of the list were not looked at yet. */
  more(): boolean
  /** Deletes what lies beside segments. */
  sweep(): void
  stop(): void
}

/** To take a segment over takes a dozen calls of the system, during which nothing else runs. */
const MAX_TAKEN = 64
const MAX_LOOKED = 100

// Who claims a segment takes its acknowledgements a moment later.
const SETTLED_MS = 60_000

interface Whose {
  readonly self: Owner
  /** Whether this process wrote or took over what is there. */
  readonly isOurs: (path: string, owner: string) => boolean
}

export function createInheritance(folder: string, { self, isOurs }: Whose): Inheritance {
  let listed: { name: string; path: string; owner: string }[] = []
  let beside: { name: string; owner: string }[] = []
  let timer: Timer | undefined
  /** What cannot be taken over is not looked at again and again. */
  const passed = new Set<string>()

  const goneNow = (): ((owner: string) => boolean) => {
    const lives = new Map<string, boolean>()
    return (owner) => {
      const known = lives.get(owner) ?? (isOurs('', owner) || ownerLives(folder, owner, self))
      lives.set(owner, known)
      return !known
    }
  }

  const list = (): void => {
    listed = segmentNames(folder)
      .filter(({ path, owner }) => !passed.has(path) && !isOurs(path, owner))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  const sweepSome = (): void => {
    const isGone = goneNow()
    for (const { name, owner } of beside.splice(0, MAX_LOOKED)) {
      if (isGone(owner) && isLeft(join(folder, name), self)) removeFile(join(folder, name))
    }
    if (beside.length === 0) return
    timer ??= withoutHold(
      realTime.start(() => {
        timer = undefined
        try {
          sweepSome()
        } catch {
          // Nothing is lost by what stays.
        }
      }, 0),
    )
  }

  return {
    next() {
      if (listed.length === 0) list()
      const isGone = goneNow()
      const found: SegmentFile[] = []
      let looked = 0
      for (const { name, path, owner } of listed) {
        if (found.length === MAX_TAKEN || looked === MAX_LOOKED) break
        looked += 1
        if (isOurs(path, owner) || !isGone(owner)) continue
        passed.add(path)
        const file = segmentAt(folder, name, owner)
        if (file !== undefined) found.push(file)
      }
      listed.splice(0, looked)
      return found.sort((a, b) => a.writtenMs - b.writtenMs)
    },
    more: () => listed.length > 0,
    sweep() {
      if (beside.length > 0) return
      beside = leftoverNames(folder)
      sweepSome()
    },
    stop() {
      realTime.stop(timer)
      timer = undefined
      beside = []
      listed = []
    },
  }
}

/** Whether the file at `path`, of an owner that is gone, lies there for good. */
function isLeft(path: string, self: Owner): boolean {
  if (path.endsWith('.owner')) return true
  // Its name is not yet that of an owner's file, so that nobody could tell from that one whether the owner lives.
  if (path.endsWith('.owner.new')) return !writerLives(path, self)
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || Math.abs(realTime.epochMs() - stat.mtimeMs) <= SETTLED_MS) return false
  // Its segment may have come since the folder was listed.
  return !(path.endsWith('.ack') && existsSync(path.replace(/ack$/, 'seg')))
}
