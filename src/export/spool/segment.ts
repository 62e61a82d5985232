import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writevSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { realTime } from '../../runtime/real-time.ts'
import { covers, decodeAcks, encodeAck, merge, type Stretch } from './ack.ts'
import { encodeHeader, HEADER_BYTES, type SegmentHeader } from './header.ts'

/** Where a span stands on disk: its record, and that of the trace data that follows it. */
export interface Place extends Stretch {
  readonly segment: Segment
}

/** A file of records. It is gone when all of them are delivered. */
export interface Segment {
  readonly path: string
  /** Bytes written. */
  size(): number
  /** Writes `parts` one after the other. Throws what the file system says; then none of them is there. */
  append(parts: readonly Uint8Array[]): Place
  /** No more is written; the file goes when nothing in it waits. */
  seal(): void
  /** What stands there needs to be sent no more. */
  done(stretch: Stretch): void
  /** Makes {@link Segment.done} known to who comes after, or removes the file when all is done. */
  commit(): void
  /** How many spans wait in it; of a segment of another process it is known when it has been read. */
  waiting(): number
  expect(spans: number): void
  /** Whether it was delivered before, by whoever had this segment then. */
  isDone(stretch: Stretch): boolean
  read(stretch: Stretch): Promise<Uint8Array>
  /** Deletes it with everything in it. */
  discard(): void
  /** Whether it is not there any more: delivered, given up, or deleted by somebody. */
  isGone(): boolean
  /** How long nothing was written to it, ms; of what this process wrote by a clock that is never set. */
  idleMs(): number
}

/** File that tells what of a segment has been delivered. */
export const ackPath = (path: string): string => path.replace(/\.seg$/, '.ack')

const PRIVATE = 0o600

/** Starts a segment at `path`, where there must be none. Throws what the file system says. */
export function createSegment(path: string, header: SegmentHeader): Segment {
  const file = openSync(path, 'ax', PRIVATE)
  try {
    writeAll(file, [encodeHeader(header)], 0)
  } catch (thrown) {
    closeSync(file)
    rmSync(path, { force: true })
    throw thrown
  }
  return segmentOf(path, { file, bytes: HEADER_BYTES, acked: [] })
}

/** A segment that somebody else has written, sealed; the last time at `writtenMs`, epoch milliseconds. */
export function adoptSegment(path: string, bytes: number, writtenMs: number): Segment {
  return segmentOf(path, {
    file: undefined,
    bytes: Math.max(bytes, HEADER_BYTES),
    acked: readAcks(ackPath(path)),
    writtenMs,
  })
}

function segmentOf(
  path: string,
  start: { file: number | undefined; bytes: number; acked: Stretch[]; writtenMs?: number },
): Segment {
  let { file, bytes } = start
  let waiting = 0
  let gone = false
  // The clock may be set while this process runs.
  let writtenMs = realTime.uptimeMs()
  let fresh: Stretch[] = []

  const remove = (): void => {
    gone = true
    rmSync(path, { force: true })
    rmSync(ackPath(path), { force: true })
  }

  const segment: Segment = {
    path,
    size: () => bytes,
    append(parts) {
      if (file === undefined) throw new Error('the segment is sealed')
      const from = bytes
      bytes += writeAll(file, parts, bytes)
      writtenMs = realTime.uptimeMs()
      waiting += 1
      return { segment, from, to: bytes }
    },
    seal() {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
    done(stretch) {
      waiting -= 1
      fresh.push(stretch)
    },
    commit() {
      if (gone) return
      try {
        if (file === undefined && waiting <= 0) remove()
        else if (fresh.length > 0) {
          appendFileSync(ackPath(path), Buffer.concat(merge(fresh).map(encodeAck)), { mode: PRIVATE })
        }
      } catch {
        // What is not acknowledged is sent again, which receivers bear; it is not lost.
      }
      fresh = []
    },
    waiting: () => waiting,
    expect(spans) {
      waiting = spans
    },
    isDone: (stretch) => covers(start.acked, stretch),
    async read({ from, to }) {
      const handle = await open(path, 'r')
      try {
        const buffer = Buffer.allocUnsafe(to - from)
        let read = 0
        while (read < buffer.length) {
          const { bytesRead } = await handle.read(buffer, read, buffer.length - read, from + read)
          if (bytesRead === 0) break
          read += bytesRead
        }
        return buffer.subarray(0, read)
      } finally {
        await handle.close()
      }
    },
    discard() {
      segment.seal()
      try {
        remove()
      } catch {
        // It cannot be deleted, but it is ours no more.
      }
    },
    isGone() {
      gone ||= file === undefined ? !existsSync(path) : fstatSync(file).nlink === 0
      return gone
    },
    idleMs: () =>
      start.writtenMs === undefined ? realTime.uptimeMs() - writtenMs : realTime.epochMs() - start.writtenMs,
  }
  return segment
}

/** Writes all of `parts` at the end of the file, which has `bytes`, or none of them. @returns how many bytes */
function writeAll(file: number, parts: readonly Uint8Array[], bytes: number): number {
  const total = parts.reduce((sum, part) => sum + part.length, 0)
  try {
    let written = writevSync(file, parts)
    // A disk that has room for a part of it takes that part silently.
    while (written < total) written += writevSync(file, [Buffer.concat(parts).subarray(written)])
    return total
  } catch (thrown) {
    ftruncateSync(file, bytes)
    throw thrown
  }
}

function readAcks(path: string): Stretch[] {
  try {
    return decodeAcks(readFileSync(path))
  } catch {
    return []
  }
}
