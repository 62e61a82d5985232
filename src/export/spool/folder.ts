import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { decodeHeader, HEADER_BYTES, VERSION } from './header.ts'
import { isAlive, type Owner } from './owner.ts'
import { ackPath } from './segment.ts'

/** A segment as it lies in a folder. */
export interface SegmentFile {
  readonly path: string
  /** ID of the owner, the first part of its name. */
  readonly owner: string
  readonly bytes: number
  /** Last write, epoch milliseconds. */
  readonly writtenMs: number
}

const SEGMENT = /^([\w-]+)\.\d+\.seg$/
const LEFTOVER = /^([\w-]+)(?:\.\d+\.ack|\.\d+\.seg\.new|\.owner|\.owner\.new)$/
const KEY = /^[0-9a-f]{16}$/

export const ownerPath = (folder: string, owner: string): string => join(folder, `${owner}.owner`)
export const segmentPath = (folder: string, owner: string, number: number): string =>
  join(folder, `${owner}.${number}.seg`)

const OTHERS_WRITE = 0o002

/**
 * Makes `folder`, for this user alone. Throws what the file system says, and when the folder is another user's, who
 * could read there what agents were asked.
 */
export function makePrivate(folder: string): void {
  makeFolder(folder)
  const mode = expectOwn(folder)
  refusePlanted(folder)
  if (process.platform !== 'win32' && ((mode ?? 0) & 0o077) !== 0) chmodSync(folder, 0o700)
}

/**
 * Throws where `folder` is not this user's alone to write in: somebody may have put it in the place of ours meanwhile.
 *
 * @returns its mode; `undefined` where there is none
 */
export function expectOwn(folder: string): number | undefined {
  const found = lstatSync(folder, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder`)
  if (process.getuid !== undefined && found.uid !== process.getuid()) {
    throw new Error(`${folder} belongs to another user`)
  }
  if (process.platform !== 'win32' && (found.mode & OTHERS_WRITE) !== 0) {
    throw new Error(`${folder} is writable by every user`)
  }
  return found.mode
}

/**
 * Refuses a folder below one of another user's in a place where everybody may make one, such as `/tmp`: its owner could
 * put something else in the place of what we make in it.
 */
function refusePlanted(folder: string): void {
  const self = process.getuid?.()
  if (self === undefined) return
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    if ((statSync(dirname(at)).mode & OTHERS_WRITE) === 0) continue
    const { uid } = lstatSync(at)
    if (uid !== self && uid !== 0)
      throw new Error(`${at} belongs to another user, and is in a folder that every user can write to`)
  }
}

/** Not by `recursive`, with which Node never returns where a folder can be reached but nothing made in it, as in /proc. */
function makeFolder(folder: string): void {
  const make = (): void => {
    try {
      mkdirSync(folder, { mode: 0o700 })
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    }
  }
  try {
    make()
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw thrown
    makeFolder(dirname(folder))
    make()
  }
}

/** Says who owns the segments whose names begin with `id`. Whoever reads it finds all of it or nothing. */
export function writeOwner(folder: string, id: string, owner: Owner): void {
  const path = ownerPath(folder, id)
  writeFileSync(`${path}.new`, JSON.stringify(owner), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** A segment by its name: nothing was looked at. */
export interface SegmentName {
  readonly name: string
  readonly path: string
  readonly owner: string
}

/** What is called as segments are in `folder`; nothing where there is no folder. */
export function segmentNames(folder: string): SegmentName[] {
  return namesIn(folder).flatMap((name) => {
    const owner = SEGMENT.exec(name)?.[1]
    return owner === undefined ? [] : [{ name, path: join(folder, name), owner }]
  })
}

/** The segment of that name; `undefined` where there is none of this user's. */
export function segmentAt(folder: string, name: string, owner: string): SegmentFile | undefined {
  const path = join(folder, name)
  const self = process.getuid?.()
  // Not through links, which lead to whatever somebody wants to have read.
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (!stat?.isFile() || (self !== undefined && stat.uid !== self)) return undefined
  return { path, owner, bytes: stat.size, writtenMs: stat.mtimeMs }
}

/** Whether there are segments in `folder`. */
export const hasSegments = (folder: string): boolean => namesIn(folder).some((name) => SEGMENT.test(name))

/** The folders of all targets in the spool `dir`. */
export function targetFolders(dir: string): string[] {
  return namesIn(dir)
    .filter((name) => KEY.test(name))
    .map((name) => join(dir, name))
}

/** Whether the owner of segments may still write. Its file stands before the first of them, so without one it is gone. */
export const ownerLives = (folder: string, owner: string, self: Owner): boolean =>
  writerLives(ownerPath(folder, owner), self)

/** Whether the owner may still write that the file at `path` names. */
export function writerLives(path: string, self: Owner): boolean {
  try {
    return isAlive(readFileSync(path, 'utf8'), statSync(path).mtimeMs, self)
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

/** What this version can do with a segment of another process. */
export function readability(path: string): 'readable' | 'unknown-version' | 'gone' {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(HEADER_BYTES)
      const header = decodeHeader(bytes.subarray(0, readSync(file, bytes, 0, HEADER_BYTES, 0)))
      // A damaged header says nothing of the version; the records speak for themselves.
      return header === undefined || header.version === VERSION ? 'readable' : 'unknown-version'
    } finally {
      closeSync(file)
    }
  } catch {
    return 'gone'
  }
}

/** Makes the segment at `from` the one at `to`. Of all who try, one succeeds. */
export function claim(from: string, to: string): boolean {
  try {
    renameSync(from, to)
  } catch {
    return false
  }
  try {
    renameSync(ackPath(from), ackPath(to))
  } catch {
    // Nothing of it was delivered.
  }
  return true
}

/** What owners have beside segments, where they have no segments in `folder` any more. */
export function leftoverNames(folder: string): { name: string; owner: string }[] {
  const names = namesIn(folder)
  const inUse = new Set(names.flatMap((name) => SEGMENT.exec(name)?.[1] ?? []))
  return names.flatMap((name) => {
    const owner = LEFTOVER.exec(name)?.[1]
    return owner === undefined || inUse.has(owner) ? [] : [{ name, owner }]
  })
}

/** @returns whether there was a file at `path`: of all who try, one is told so */
export function removeFile(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
    return false
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
