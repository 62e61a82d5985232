import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { realTime } from '../../runtime/real-time.ts'
import { type AccountOptions, makeRoomAtOnce } from './bounds.ts'
import { makePrivate, segmentPath } from './folder.ts'
import { VERSION } from './header.ts'
import { freshOwnerId, thisOwner } from './owner.ts'
import { partsOf, type SpoolSpan } from './record.ts'
import { createSegment, fittingIn } from './segment.ts'
import { createSpoolDiagnostics } from './spool-diagnostics.ts'

export interface LeaveOptions {
  /** Folder of all spools. */
  readonly dir: string
  readonly maxBytes: number
  readonly maxAgeMs: number
  /** Whom the spans are for; see `targetKey`. */
  readonly key: string
  /** The same for messages. */
  readonly target: string
}

/** How many of the records are on disk, the first ones, and why not all. */
export interface Left {
  readonly kept: number
  readonly error?: unknown
}

/** A segment is read whole by whoever takes it over. */
const SEGMENT_BYTES = 4 * 1024 * 1024

/**
 * Writes `records` into segments of a spool, as a process that is gone would have left them. They stand under another
 * name until they are whole: a process that looks for what others have left takes what has a segment's name.
 */
export function leaveBehind(options: LeaveOptions, records: readonly SpoolSpan[]): Left {
  const { dir, key, maxBytes, maxAgeMs, target } = options
  let kept = 0
  try {
    const folder = join(dir, key)
    makePrivate(folder)
    const id = freshOwnerId()
    const bytes = records.reduce((sum, { record }) => sum + record.length, 0)
    const diagnostics = createSpoolDiagnostics(dir, target)
    const deleted: AccountOptions['deleted'] = (files, reason) => diagnostics.dropped(files, reason, options)
    const hasRoom = makeRoomAtOnce({ dir, maxBytes, maxAgeMs, owner: thisOwner(), deleted }, bytes)
    if (!hasRoom) throw new Error(`it has no room for another ${bytes} bytes`)
    for (let number = 0; kept < records.length; number += 1) {
      kept += writeSegment(segmentPath(folder, id, number), key, records.slice(kept))
    }
    return { kept }
  } catch (error) {
    return { kept, error }
  }
}

/** @returns how many of `records` it has */
function writeSegment(path: string, key: string, records: readonly SpoolSpan[]): number {
  const unfinished = `${path}.new`
  const segment = createSegment(unfinished, { version: VERSION, key, createdMs: realTime.epochMs() })
  try {
    const fitting = fittingIn(SEGMENT_BYTES - segment.size(), records.map(partsOf), 0)
    segment.append(fitting)
    segment.seal()
    renameSync(unfinished, path)
    return fitting.length
  } catch (thrown) {
    segment.seal()
    rmSync(unfinished, { force: true })
    throw thrown
  }
}
