import { rmSync } from 'node:fs'
import { realTime } from '../../runtime/real-time.ts'
import { ownerLives, type SegmentFile, segmentsIn, targetFolders } from './folder.ts'
import type { Owner } from './owner.ts'
import { ackPath, type Segment } from './segment.ts'

/** How much the spool may hold. */
export interface Bounds {
  readonly dir: string
  readonly maxBytes: number
  readonly maxAgeMs: number
}

/** What had to go, and whether there is room now. */
export interface Enforced {
  readonly expired: readonly SegmentFile[]
  readonly crowdedOut: readonly SegmentFile[]
  readonly room: boolean
}

/**
 * Deletes segments that nobody has written to for too long, then the oldest until `needed` bytes fit; of whichever
 * target, but never those of another process that lives.
 *
 * @param mine - segments that this process owns
 * @param inUse - the one that it writes to, which stays
 */
export function enforce(
  bounds: Bounds,
  needed: number,
  self: { readonly owner: Owner; readonly mine: ReadonlyMap<string, Segment>; readonly inUse?: string },
): Enforced {
  const expired: SegmentFile[] = []
  const crowdedOut: SegmentFile[] = []
  const removable: SegmentFile[] = []
  let total = 0
  for (const folder of targetFolders(bounds.dir)) {
    const lives = new Map<string, boolean>()
    for (const file of segmentsIn(folder)) {
      total += file.bytes
      if (file.path === self.inUse) continue
      if (!self.mine.has(file.path)) {
        const known = lives.get(file.owner) ?? ownerLives(folder, file.owner, self.owner)
        lives.set(file.owner, known)
        if (known) continue
      }
      removable.push(file)
    }
  }
  const remove = (file: SegmentFile, from: SegmentFile[]): void => {
    rmSync(file.path, { force: true })
    rmSync(ackPath(file.path), { force: true })
    total -= file.bytes
    from.push(file)
  }
  for (const file of removable.sort((a, b) => a.writtenMs - b.writtenMs)) {
    // The clock may have been set since this process wrote what it has.
    const idleMs = self.mine.get(file.path)?.idleMs() ?? realTime.epochMs() - file.writtenMs
    if (idleMs > bounds.maxAgeMs) remove(file, expired)
    else if (total + needed > bounds.maxBytes) remove(file, crowdedOut)
  }
  return { expired, crowdedOut, room: total + needed <= bounds.maxBytes }
}
