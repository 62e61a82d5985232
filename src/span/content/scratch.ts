import { putVarint, varintBytes } from '../otlp/writer.ts'
import type { Content } from './content.ts'

// Where captured values are written. Most are a few kilobytes, and a buffer for each would cost more than its bytes;
// so they stand one behind the other in slabs. A slab lives as long as the last value in it, so it is kept small: a
// span that stays open for hours must not hold much more than its own.
export const SLAB_BYTES = 32_768
/** A value that grows beyond its buffer gets so many times what it needs. */
const GROWTH = 1.4
/** A buffer that is larger than its value by more than this is given up for one that fits: what is kept is counted by its bytes. */
const MAX_UNUSED = 1.1
/** A new slab is begun where less than this is left. */
const MIN_ROOM = 4_096
/** A slab that a value has outgrown is used on where at least this is left, or a long answer would cost all of it. */
const WORTH_KEEPING = SLAB_BYTES / 4

/**
 * The place where a value is being written: `at` is the next free byte of `buffer`, and the value began at `base`.
 * Places inside the value are counted from `base`, for it moves when the value outgrows its slab.
 */
export interface Scratch {
  buffer: Buffer
  base: number
  at: number
  /** A value is being written, and code of the application may run meanwhile. */
  busy: boolean
  /** The slab that the value has outgrown. */
  outgrown: Buffer | undefined
  /** Where the value began in it. */
  outgrownAt: number
}

const fresh = (bytes: number): Scratch => ({
  buffer: Buffer.allocUnsafeSlow(bytes),
  base: 0,
  at: 0,
  busy: false,
  outgrown: undefined,
  outgrownAt: 0,
})

let slab: Scratch | undefined

/** A place for a value; {@link finish} or {@link abandon} give it back. */
export function begin(): Scratch {
  slab ??= fresh(SLAB_BYTES)
  // A getter or `toJSON` of the application that traces something itself must not write between our bytes.
  if (slab.busy) return fresh(MIN_ROOM)
  if (slab.buffer.length - slab.at < MIN_ROOM) {
    slab.buffer = Buffer.allocUnsafeSlow(SLAB_BYTES)
    slab.at = 0
  }
  slab.base = slab.at
  slab.busy = true
  return slab
}

/** What was written since {@link begin}. */
export function finish(scratch: Scratch): Content {
  const { buffer, base, at } = scratch
  scratch.busy = false
  if (buffer.length <= SLAB_BYTES) return { buffer, start: base, end: at }
  // It has outgrown the slab and has a buffer of its own, of which it keeps no more than it needs.
  backToSlab(scratch)
  const end = at - base
  return buffer.length <= end * MAX_UNUSED
    ? { buffer, start: base, end: at }
    : { buffer: copyOf(buffer, base, at), start: 0, end }
}

/** As if nothing had been written since {@link begin}. */
export function abandon(scratch: Scratch): void {
  scratch.busy = false
  if (scratch.buffer.length > SLAB_BYTES) backToSlab(scratch)
  else scratch.at = scratch.base
}

function backToSlab(scratch: Scratch): void {
  const { outgrown, outgrownAt } = scratch
  scratch.outgrown = undefined
  const isOfUse = outgrown !== undefined && outgrown.length - outgrownAt >= WORTH_KEEPING
  scratch.buffer = isOfUse ? outgrown : emptyBuffer()
  scratch.at = isOfUse ? outgrownAt : 0
  scratch.base = scratch.at
}

let none: Buffer | undefined

/** A buffer without bytes; not made at import, which must not fail where there is no Node. */
export const emptyBuffer = (): Buffer => {
  none ??= Buffer.alloc(0)
  return none
}

function copyOf(buffer: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(to - from)
  buffer.copy(copy, 0, from, to)
  return copy
}

/** `content` in a buffer of its own, where it shares a slab with others. */
export function isolated(content: Content): Content {
  const { buffer, start, end } = content
  if (buffer.length > SLAB_BYTES || buffer.length === end - start) return content
  return { buffer: copyOf(buffer, start, end), start: 0, end: end - start }
}

/** Makes sure that `bytes` more can be written by position. */
export function reserve(scratch: Scratch, bytes: number): void {
  if (scratch.at + bytes <= scratch.buffer.length) return
  const used = scratch.at - scratch.base
  const larger = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES + 1, Math.ceil((used + bytes) * GROWTH)))
  scratch.buffer.copy(larger, 0, scratch.base, scratch.at)
  if (scratch.buffer.length <= SLAB_BYTES) {
    scratch.outgrown = scratch.buffer
    scratch.outgrownAt = scratch.base
  }
  scratch.buffer = larger
  scratch.base = 0
  scratch.at = used
}

/** Bytes that are left for a length that is not known yet: enough for 16 kB. */
const LENGTH_ROOM = 2

/**
 * Leaves room for the length of a message. @returns its place, for {@link closeLength}
 *
 * A length below 128 would fit into one byte; it takes two all the same, which protobuf allows, and every reader
 * reads. To move what follows instead would cost more than writing it.
 */
export function openLength(scratch: Scratch): number {
  const place = scratch.at - scratch.base
  scratch.at += LENGTH_ROOM
  return place
}

/** Writes the length of the message that began at `place` and ends here. */
export function closeLength(scratch: Scratch, place: number): void {
  const { buffer, base, at } = scratch
  const from = base + place
  const length = at - from - LENGTH_ROOM
  if (length < 0x4000) {
    buffer[from] = (length & 0x7f) | 0x80
    buffer[from + 1] = length >>> 7
    return
  }
  const needed = varintBytes(length)
  reserve(scratch, needed - LENGTH_ROOM)
  const start = scratch.base + place
  scratch.buffer.copyWithin(start + needed, start + LENGTH_ROOM, scratch.at)
  scratch.at += needed - LENGTH_ROOM
  putVarint(scratch.buffer, start, length)
}
