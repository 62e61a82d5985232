import { cleanText } from '../capture-strings.ts'
import { STRING } from '../otlp/tags.ts'
import { putVarint, varintBytes } from '../otlp/writer.ts'
import { reserve, type Scratch } from './scratch.ts'

/**
 * Up to this length a loop over the characters is faster than a call into the engine. Longer texts may be slices or
 * concatenations inside the engine, whose characters are slow to get one by one.
 */
const SHORT_TEXT = 12
/** From this length on, the exact size of a text is worth a pass over it. */
export const LONG_TEXT = 16_384
export const BYTES_PER_UNIT = 3
/** Below this, to look at the bytes of a text is faster than to search it. */
export const SMALL_TEXT = 64
/** Tags and lengths around one value. */
export const HEAD_BYTES = 24

/** `text` as the field `tag`, an `AnyValue`. */
export function putTextValue(scratch: Scratch, tag: number, text: string): void {
  if (text.length > SHORT_TEXT || !putShortValue(scratch, tag, text)) putLongValue(scratch, tag, text)
}

/** @returns whether it could: only ASCII, where the length is that of the string */
function putShortValue(scratch: Scratch, tag: number, text: string): boolean {
  const { length } = text
  reserve(scratch, HEAD_BYTES + length)
  const { buffer, at } = scratch
  const from = at + 4
  for (let i = 0; i < length; i += 1) {
    const unit = text.charCodeAt(i)
    // NUL is refused by some stores, so cleaning has to deal with it.
    if (unit > 0x7f || unit === 0) return false
    buffer[from + i] = unit
  }
  buffer[at] = tag
  buffer[at + 1] = length + 2
  buffer[at + 2] = STRING
  buffer[at + 3] = length
  scratch.at = from + length
  return true
}

function putLongValue(scratch: Scratch, tag: number, given: string): void {
  // The engine writes U+FFFD for a lone surrogate by itself.
  const text = given.includes('\0') ? cleanText(given) : given
  const isLong = text.length >= LONG_TEXT
  const expected = isLong ? Buffer.byteLength(text) : text.length
  reserve(scratch, HEAD_BYTES + (isLong ? expected : text.length * BYTES_PER_UNIT))
  const { buffer, at } = scratch
  const room = headOf(expected)
  const length = utf8Write(buffer, text, at + room)
  const needed = headOf(length)
  if (needed !== room) buffer.copyWithin(at + needed, at + room, at + room + length)
  buffer[at] = tag
  const inner = putVarint(buffer, at + 1, 1 + varintBytes(length) + length)
  buffer[inner] = STRING
  putVarint(buffer, inner + 1, length)
  scratch.at = at + needed + length
}

/** Bytes of the tags and lengths before a text of `length` bytes. */
function headOf(length: number): number {
  const own = varintBytes(length)
  return 2 + own + varintBytes(1 + own + length)
}

interface Utf8Buffer {
  utf8Write(text: string, offset: number): number
}

/** `Buffer.write` without the search for the encoding, where Node has it. */
export function utf8Write(buffer: Buffer, text: string, at: number): number {
  const direct = buffer as unknown as Partial<Utf8Buffer>
  return direct.utf8Write === undefined ? buffer.write(text, at, 'utf8') : direct.utf8Write(text, at)
}

/** Writes `text` where there is room for it. @returns its bytes, or -1 where it has to be cleaned first */
export function putText(buffer: Buffer, at: number, text: string): number {
  const { length } = text
  if (length > SHORT_TEXT) return putLongText(buffer, at, text)
  for (let i = 0; i < length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f || unit === 0) return unit === 0 ? -1 : utf8Write(buffer, text, at)
    buffer[at + i] = unit
  }
  return length
}

function putLongText(buffer: Buffer, at: number, text: string): number {
  if (text.length >= SMALL_TEXT && text.includes('\0')) return -1
  const written = utf8Write(buffer, text, at)
  // To look at the bytes is faster than to search a short text.
  if (text.length < SMALL_TEXT) for (let i = at; i < at + written; i += 1) if (buffer[i] === 0) return -1
  return written
}
