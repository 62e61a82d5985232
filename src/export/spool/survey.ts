import { ownerLives, type SegmentFile, segmentAt, segmentNames, targetFolders } from './folder.ts'
import type { Owner } from './owner.ts'
import type { Segment } from './segment.ts'

/** What lies in a spool beside the segments of this process, of all targets. */
export interface Survey {
  /** The segments of others that were looked at, by path. */
  readonly files: ReadonlyMap<string, SegmentFile>
  /** Whether nobody writes to `file` any more. */
  isLeft(file: SegmentFile): boolean
  /** Lists the files anew. Those that are known and that nobody can have changed are not looked at again. */
  list(): void
  /** Looks at the next `most` files of the list. */
  goOn(most: number): void
  /** Whether there are some in the list yet. */
  isUnderWay(): boolean
  /** The file at `path` is gone, or ours. */
  forget(path: string): void
}

/** @param ours - segments of this process, from which those are taken out that somebody deleted */
export function createSurvey(dir: string, self: Owner, ours: Map<string, Segment>): Survey {
  const files = new Map<string, SegmentFile>()
  /** By owner. One that is gone never comes back. */
  const lives = new Map<string, boolean>()
  let listed: { folder: string; name: string; owner: string }[] = []

  const forgetAllBut = (paths: ReadonlySet<string>, owners: ReadonlySet<string>): void => {
    for (const path of files.keys()) if (!paths.has(path) || ours.has(path)) files.delete(path)
    for (const [owner, alive] of lives) if (alive || !owners.has(owner)) lives.delete(owner)
    for (const [path, segment] of ours) if (!paths.has(path) && segment.isGone()) ours.delete(path)
  }

  return {
    files,
    isLeft: ({ owner }) => lives.get(owner) === false,
    list() {
      const paths = new Set<string>()
      const owners = new Set<string>()
      listed = []
      for (const folder of targetFolders(dir)) {
        for (const { name, path, owner } of segmentNames(folder)) {
          paths.add(path)
          owners.add(owner)
          const isKnown = files.has(path) && lives.get(owner) === false
          if (!isKnown && !ours.has(path)) listed.push({ folder, name, owner })
        }
      }
      forgetAllBut(paths, owners)
    },
    goOn(most) {
      for (const { folder, name, owner } of listed.splice(0, most)) {
        if (!lives.has(owner)) lives.set(owner, ownerLives(folder, owner, self))
        const file = segmentAt(folder, name, owner)
        if (file !== undefined && !ours.has(file.path)) files.set(file.path, file)
      }
    },
    isUnderWay: () => listed.length > 0,
    forget: (path) => void files.delete(path),
  }
}
