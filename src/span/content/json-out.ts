import { makeRoom, type Writer } from '../otlp/writer.ts'
import { emptyBuffer, SLAB_BYTES } from './scratch.ts'

/** JSON text that is being written, in UTF-8. Texts come from `buffer`, where reading stands `at`. */
export interface JsonOut {
  readonly writer: Writer
  buffer: Buffer
  at: number
}

/** JSON text to be written by `writer`. */
export const startJson = (writer: Writer): JsonOut => ({ writer, buffer: emptyBuffer(), at: 0 })

// A view costs as much as the bytes of a short text, and most values stand in the same slab as the one before.
let lastBuffer: Buffer | undefined
let lastView: DataView = new DataView(new ArrayBuffer(0))

/** By four bytes at a time, at any place. */
function viewOf(buffer: Buffer): DataView {
  if (buffer === lastBuffer) return lastView
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
  // Nothing larger than a slab is kept from being freed by it.
  if (buffer.length <= SLAB_BYTES) {
    lastBuffer = buffer
    lastView = view
  }
  return view
}

function viewOfTarget(writer: Writer): DataView {
  const { buffer } = writer
  writer.view ??= new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
  return writer.view
}

/** Goes on with values in `buffer`, from `at`. */
export function readFrom(out: JsonOut, buffer: Buffer, at: number): void {
  out.buffer = buffer
  out.at = at
}

/** What is always the same, in ASCII, as bytes: faster to copy than the characters of a string. */
export const literal = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0))

/** Adds `bytes` as they are. */
export function putLiteral({ writer }: JsonOut, bytes: Uint8Array): void {
  const { length } = bytes
  makeRoom(writer, length)
  const { buffer, pos } = writer
  for (let i = 0; i < length; i += 1) buffer[pos + i] = bytes[i] as number
  writer.pos = pos + length
}

/** Adds `text`, which is short and ASCII, as it is. */
export function putAscii({ writer }: JsonOut, text: string): void {
  const { length } = text
  makeRoom(writer, length)
  const { buffer, pos } = writer
  for (let i = 0; i < length; i += 1) buffer[pos + i] = text.charCodeAt(i)
  writer.pos = pos + length
}

/** Adds `text` as it is. */
export function putText({ writer }: JsonOut, text: string): void {
  const { length } = text
  makeRoom(writer, length < LONG_TEXT ? length * BYTES_PER_UNIT : Buffer.byteLength(text))
  writer.pos += writer.buffer.write(text, writer.pos, 'utf8')
}

/** From this length on, the exact size of a text is worth a pass over it. */
const LONG_TEXT = 4_096
const BYTES_PER_UNIT = 3

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Stands for `\u00` and two digits. */
const LETTER_U = 0x75
const MAX_ESCAPE_LENGTH = 6
/** So much of a text is written at a time, so that room is made for the worst of it only. */
const PIECE = 2_048
/** Below this a text is written byte by byte. */
const SHORT_TEXT = 16

/** What follows the backslash where a byte is escaped; UTF-8 beyond ASCII is not. */
const ESCAPES = /* @__PURE__ */ escapes()

function escapes(): Uint8Array {
  const table = new Uint8Array(256).fill(LETTER_U, 0, 0x20)
  for (const [letter, byte] of Object.entries({
    b: 8,
    t: 9,
    n: 10,
    f: 12,
    r: 13,
    '"': QUOTE,
    '\\': BACKSLASH,
  }))
    table[byte] = letter.charCodeAt(0)
  return table
}

/** Adds the text of `length` bytes where reading stands, as JSON has it, and reads on behind it. */
export function putQuoted(out: JsonOut, length: number): void {
  const { writer } = out
  let { at } = out
  const end = at + length
  out.at = end
  makeRoom(writer, 2 + length)
  writer.buffer[writer.pos++] = QUOTE
  if (length < SHORT_TEXT) {
    makeRoom(writer, length * MAX_ESCAPE_LENGTH + 1)
    writer.pos = putBytes(out.buffer, at, end, writer.buffer, writer.pos)
  } else {
    while (at < end) {
      const stop = Math.min(end, at + PIECE)
      makeRoom(writer, (stop - at) * MAX_ESCAPE_LENGTH + 1)
      putPiece(out, at, stop)
      at = stop
    }
  }
  writer.buffer[writer.pos++] = QUOTE
}

function putPiece(out: JsonOut, from: number, end: number): void {
  const { writer, buffer } = out
  const to = writer.buffer
  const source = viewOf(buffer)
  const target = viewOfTarget(writer)
  const last = end - 8
  let at = from
  let { pos } = writer
  // Eight bytes at a time are copied, and then looked at: one that has to be escaped is written over.
  while (at <= last) {
    const low = source.getInt32(at, true)
    const high = source.getInt32(at + 4, true)
    target.setInt32(pos, low, true)
    target.setInt32(pos + 4, high, true)
    let marks = escapeMarks(low)
    let plain = 0
    if (marks === 0) {
      marks = escapeMarks(high)
      if (marks === 0) {
        at += 8
        pos += 8
        continue
      }
      plain = 4
    }
    plain += (31 - Math.clz32(marks & -marks)) >>> 3
    at += plain
    pos = putEscape(buffer[at] as number, to, pos + plain)
    at += 1
  }
  writer.pos = putBytes(buffer, at, end, to, pos)
}

/**
 * Four bytes at once: of each that has to be escaped the highest bit, and none where no byte has to. Below the lowest
 * mark no byte has to be escaped; above it there may be marks too many. Less 0x21, only what is below turns negative:
 * control characters, and the quote, for which two changes places with the blank.
 */
const escapeMarks = (bytes: number): number =>
  (((bytes ^ 0x02020202) - 0x21212121) | ((bytes ^ 0x5c5c5c5c) - 0x01010101)) & ~bytes & 0x80808080

function putBytes(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  let pos = at
  for (let i = start; i < end; i += 1) {
    const byte = from[i] as number
    if (ESCAPES[byte] === 0) {
      to[pos] = byte
      pos += 1
    } else pos = putEscape(byte, to, pos)
  }
  return pos
}

/** @returns where it ends */
function putEscape(byte: number, to: Buffer, at: number): number {
  const letter = ESCAPES[byte] as number
  to[at] = BACKSLASH
  to[at + 1] = letter
  if (letter !== LETTER_U) return at + 2
  to[at + 2] = 0x30
  to[at + 3] = 0x30
  to[at + 4] = 0x30 + (byte >>> 4)
  const digit = byte & 15
  to[at + 5] = digit < 10 ? 0x30 + digit : 0x57 + digit
  return at + MAX_ESCAPE_LENGTH
}
