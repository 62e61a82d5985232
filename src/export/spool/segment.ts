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

/** What is written of a span, one after the other. */
export type Parts = readonly Uint8Array[]

const lengthOf = (parts: Parts): number => parts.reduce((sum, part) => sum + part.length, 0)

/** Those of `spans` from `start` on that a segment takes which has room for so many bytes: one at least. */
export function fittingIn(room: number, spans: readonly Parts[], start: number): readonly Parts[] {
  let bytes = 0
  let end = start
  do {
    bytes += lengthOf(spans[end] ?? [])
    end += 1
  } while (end < spans.length && bytes < room)
  return spans.slice(start, end)
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
  return new Segment(path, { file, bytes: HEADER_BYTES, acked: [] })
}

/** A segment that somebody else has written, sealed; the last time at `writtenMs`, epoch milliseconds. */
export function adoptSegment(path: string, bytes: number, writtenMs: number): Segment {
  return new Segment(path, {
    file: undefined,
    bytes: Math.max(bytes, HEADER_BYTES),
    acked: readAcks(ackPath(path)),
    writtenMs,
  })
}

interface Start {
  readonly file: number | undefined
  readonly bytes: number
  readonly acked: Stretch[]
  readonly writtenMs?: number
}

/** A file of records. It is gone when all of them are delivered. */
export class Segment {
  readonly path: string
  readonly #start: Start
  #file: number | undefined
  #bytes: number
  #waiting = 0
  #gone = false
  // The clock may be set while this process runs.
  #writtenMs: number = realTime.uptimeMs()
  #fresh: Stretch[] = []

  constructor(path: string, start: Start) {
    this.path = path
    this.#start = start
    this.#file = start.file
    this.#bytes = start.bytes
  }

  /** Bytes written. */
  size(): number {
    return this.#bytes
  }

  /**
   * Writes spans by one call of the system, each as the parts that it is made of. Throws what the file system says; then
   * none of them is there.
   *
   * @returns where each is
   */
  append(spans: readonly Parts[]): Place[] {
    if (this.#file === undefined) throw new Error('the segment is sealed')
    const start = this.#bytes
    this.#bytes += writeAll(this.#file, spans.flat(), start)
    this.#writtenMs = realTime.uptimeMs()
    this.#waiting += spans.length
    let to = start
    return spans.map((parts) => {
      const from = to
      to += lengthOf(parts)
      return { segment: this, from, to }
    })
  }

  /** No more is written; the file goes when nothing in it waits. */
  seal(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  /** What stands there needs to be sent no more. */
  done(stretch: Stretch): void {
    this.#waiting -= 1
    this.#fresh.push(stretch)
  }

  /** Makes {@link Segment.done} known to who comes after, or removes the file when all is done. */
  commit(): void {
    if (this.#gone) return
    try {
      if (this.#file === undefined && this.#waiting <= 0) this.#remove()
      else if (this.#fresh.length > 0) {
        const acks = Buffer.concat(merge(this.#fresh).map(encodeAck))
        appendFileSync(ackPath(this.path), acks, { mode: PRIVATE })
      }
    } catch {
      // What is not acknowledged is sent again, which receivers bear; it is not lost.
    }
    this.#fresh = []
  }

  /** How many spans wait in it; of a segment of another process it is known when it has been read. */
  waiting(): number {
    return this.#waiting
  }

  expect(spans: number): void {
    this.#waiting = spans
  }

  /** Whether it was delivered before, by whoever had this segment then. */
  isDone(stretch: Stretch): boolean {
    return covers(this.#start.acked, stretch)
  }

  async read({ from, to }: Stretch): Promise<Uint8Array> {
    const handle = await open(this.path, 'r')
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
  }

  /** Deletes it with everything in it. */
  discard(): void {
    this.seal()
    try {
      this.#remove()
    } catch {
      // It cannot be deleted, but it is ours no more.
    }
  }

  /** Whether it is not there any more: delivered, given up, or deleted by somebody. */
  isGone(): boolean {
    this.#gone ||= this.#file === undefined ? !existsSync(this.path) : fstatSync(this.#file).nlink === 0
    return this.#gone
  }

  /** How long nothing was written to it, ms; of what this process wrote by a clock that is never set. */
  idleMs(): number {
    const { writtenMs } = this.#start
    return writtenMs === undefined ? realTime.uptimeMs() - this.#writtenMs : realTime.epochMs() - writtenMs
  }

  #remove(): void {
    this.#gone = true
    rmSync(this.path, { force: true })
    rmSync(ackPath(this.path), { force: true })
  }
}

/** Writes all of `parts` at the end of the file, which has `bytes`, or none of them. @returns how many bytes */
function writeAll(file: number, parts: Parts, bytes: number): number {
  const total = lengthOf(parts)
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
