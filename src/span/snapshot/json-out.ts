import { lengthOf, unitAt } from '../../runtime/text-units.ts'
import { cleanText } from '../capture/capture-strings.ts'
import { MAX_UNIT_BYTES, makeRoom, type Writer, writeByte } from './writer.ts'

/** What is always the same, in ASCII, as bytes: faster to copy than the characters of a string. */
export const literal = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0))

/** Adds `bytes` as they are. */
export function putLiteral(writer: Writer, bytes: Uint8Array): void {
  const { length } = bytes
  makeRoom(writer, length)
  const { buffer, pos } = writer
  for (let i = 0; i < length; i += 1) buffer[pos + i] = bytes[i] as number
  writer.pos = pos + length
}

/** Adds `text`, which is short and ASCII, as it is. */
export function putAscii(writer: Writer, text: string): void {
  const length = lengthOf(text)
  makeRoom(writer, length)
  const { buffer, pos } = writer
  for (let i = 0; i < length; i += 1) buffer[pos + i] = unitAt(text, i)
  writer.pos = pos + length
}

/** Adds `text` as it is. */
export function putText(writer: Writer, text: string): void {
  const length = lengthOf(text)
  makeRoom(writer, length < PIECE ? length * MAX_UNIT_BYTES : Buffer.byteLength(text))
  writer.pos += writer.buffer.write(text, writer.pos, 'utf8')
}

/** So many units of a text are written at a time, so that room is made for the worst of it only. */
const PIECE = 4_096

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Stands for `\u00` and two digits. */
const LETTER_U = 0x75
const MAX_ESCAPE_LENGTH = 6
/** Up to this length a text is quoted byte by byte. */
const SHORT_QUOTED = 24

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

/** A text before it is escaped, and a view of it by four bytes at a time, at any place. */
let plain: { readonly bytes: Buffer; readonly view: DataView } | undefined

function plainRoom(): { readonly bytes: Buffer; readonly view: DataView } {
  if (plain !== undefined) return plain
  const bytes = Buffer.allocUnsafeSlow(PIECE * MAX_UNIT_BYTES + 1)
  plain = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) }
  return plain
}

/** Adds `text` as JSON has it, cleaned. */
export function putQuoted(writer: Writer, text: string): void {
  if (putQuotedAscii(writer, text)) return
  writeByte(writer, QUOTE)
  putLong(writer, text)
  writeByte(writer, QUOTE)
}

/** {@link putQuoted} for short ASCII. @returns whether it could */
export function putQuotedAscii(writer: Writer, text: string): boolean {
  const length = lengthOf(text)
  if (length > SHORT_QUOTED) return false
  makeRoom(writer, length * MAX_ESCAPE_LENGTH + 2)
  const { buffer } = writer
  let pos = writer.pos + 1
  for (let i = 0; i < length; i += 1) {
    const unit = unitAt(text, i)
    if (unit > 0x7f || unit === 0) return false
    if (ESCAPES[unit] === 0) {
      buffer[pos] = unit
      pos += 1
    } else pos = putEscape(unit, buffer, pos)
  }
  buffer[writer.pos] = QUOTE
  buffer[pos] = QUOTE
  writer.pos = pos + 1
  return true
}

function putLong(writer: Writer, text: string): void {
  const length = lengthOf(text)
  let at = 0
  while (at < length) {
    let end = Math.min(length, at + PIECE)
    // The halves of a pair stay together.
    if (end < length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end -= 1
    putPiece(writer, length <= PIECE ? text : text.slice(at, end))
    at = end
  }
}

function putPiece(writer: Writer, piece: string): void {
  const { bytes: buffer, view: source } = plainRoom()
  let end = buffer.write(piece, 0, 'utf8')
  // A zero behind the text ends the search in it.
  buffer[end] = 0
  if (buffer.indexOf(0) !== end) end = buffer.write(cleanText(piece), 0, 'utf8')
  makeRoom(writer, end * MAX_ESCAPE_LENGTH)
  const to = writer.buffer
  const target = viewOfTarget(writer)
  const last = end - 8
  let at = 0
  let { pos } = writer
  // Eight bytes at a time are copied, and then looked at: one that has to be escaped is written over.
  while (at <= last) {
    const low = source.getInt32(at, true)
    const high = source.getInt32(at + 4, true)
    target.setInt32(pos, low, true)
    target.setInt32(pos + 4, high, true)
    let marks = escapeMarks(low)
    let clear = 0
    if (marks === 0) {
      marks = escapeMarks(high)
      if (marks === 0) {
        at += 8
        pos += 8
        continue
      }
      clear = 4
    }
    clear += (31 - Math.clz32(marks & -marks)) >>> 3
    at += clear
    pos = putEscape(buffer[at] as number, to, pos + clear)
    at += 1
  }
  writer.pos = putBytes(buffer, at, end, to, pos)
}

function viewOfTarget(writer: Writer): DataView {
  const { buffer } = writer
  writer.view ??= new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
  return writer.view
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
