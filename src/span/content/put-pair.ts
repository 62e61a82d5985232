import { cleanText } from '../capture-strings.ts'
import { ITEM, KEY, STRING, VALUE } from '../otlp/tags.ts'
import { putVarint } from '../otlp/writer.ts'
import { BYTES_PER_UNIT, HEAD_BYTES, putText, SMALL_TEXT, utf8Write } from './put-text.ts'
import { reserve, type Scratch } from './scratch.ts'

/** Names up to this length are written by a loop over their characters, faster than by a call into the engine. */
const SHORT_KEY = 24
/** Below this a text in any script, with what is around it, has lengths of two bytes at most. */
const PAIR_TEXT = 5_000
/** What a short name and a small ASCII text have around them: all lengths take one byte. */
const SMALL_HEAD = 8

/**
 * A name and its text in one go, of which most of what is captured consists. @returns whether it could: both are
 * short, and neither has what needs cleaning
 */
export function putTextPair(scratch: Scratch, key: string, text: string): boolean {
  const { length } = text
  const keyLength = key.length
  if (keyLength > SHORT_KEY || length >= PAIR_TEXT) return false
  reserve(scratch, HEAD_BYTES + keyLength + length * BYTES_PER_UNIT)
  return (length < SMALL_TEXT && putSmallPair(scratch, key, text)) || putLargerPair(scratch, key, text)
}

function putSmallPair(scratch: Scratch, key: string, text: string): boolean {
  const { buffer, at } = scratch
  const { length } = text
  const keyLength = key.length
  if (!putKey(buffer, at + 4, key)) return false
  if (putText(buffer, at + SMALL_HEAD + keyLength, text) !== length) return false
  const valueAt = at + 4 + keyLength
  buffer[at] = ITEM
  buffer[at + 1] = keyLength + length + (SMALL_HEAD - 2)
  buffer[at + 2] = KEY
  buffer[at + 3] = keyLength
  buffer[valueAt] = VALUE
  buffer[valueAt + 1] = length + 2
  buffer[valueAt + 2] = STRING
  buffer[valueAt + 3] = length
  scratch.at = valueAt + 4 + length
  return true
}

function putLargerPair(scratch: Scratch, key: string, text: string): boolean {
  const { buffer, at } = scratch
  const { length } = text
  const expected = pairHeadBytes(key.length, length)
  const written = putText(buffer, at + expected, text)
  if (written < 0) return false
  let needed = expected
  if (written !== length) {
    needed = pairHeadBytes(key.length, written)
    if (needed !== expected) buffer.copyWithin(at + needed, at + expected, at + expected + written)
  }
  if (!putPairHead(buffer, at, key, written)) return false
  scratch.at = at + needed + written
  return true
}

/** Bytes of the tags, lengths and the key before a text of `length` bytes; both lengths take at most two bytes. */
function pairHeadBytes(keyLength: number, length: number): number {
  const own = length < 0x80 ? 2 : 3
  const value = own + length < 0x80 ? 2 : 3
  return (2 + keyLength + value + own + length < 0x80 ? 2 : 3) + 2 + keyLength + value + own
}

/** @returns whether it could: `key` is ASCII */
function putPairHead(buffer: Buffer, start: number, key: string, length: number): boolean {
  const keyLength = key.length
  const own = (length < 0x80 ? 2 : 3) + length
  const value = (own < 0x80 ? 2 : 3) + own
  buffer[start] = ITEM
  let at = putShort(buffer, start + 1, 2 + keyLength + value)
  buffer[at] = KEY
  buffer[at + 1] = keyLength
  at += 2
  if (!putKey(buffer, at, key)) return false
  at += keyLength
  buffer[at] = VALUE
  at = putShort(buffer, at + 1, own)
  buffer[at] = STRING
  putShort(buffer, at + 1, length)
  return true
}

/** @returns whether `key` is ASCII */
function putKey(buffer: Buffer, at: number, key: string): boolean {
  const { length } = key
  for (let i = 0; i < length; i += 1) {
    const unit = key.charCodeAt(i)
    if (unit > 0x7f || unit === 0) return false
    buffer[at + i] = unit
  }
  return true
}

/** `length`, below 2^14, as a varint. @returns where it ends */
function putShort(buffer: Buffer, at: number, length: number): number {
  if (length < 0x80) {
    buffer[at] = length
    return at + 1
  }
  buffer[at] = (length & 0x7f) | 0x80
  buffer[at + 1] = length >>> 7
  return at + 2
}

/** The beginning of a pair of `key` and a value of one-byte length, without its length. @returns whether it could */
export function putPairStart(scratch: Scratch, key: string): boolean {
  const { length } = key
  if (length > SHORT_KEY) return false
  reserve(scratch, HEAD_BYTES * 2)
  const { buffer, at } = scratch
  if (!putKey(buffer, at + 4, key)) return false
  buffer[at] = ITEM
  buffer[at + 2] = KEY
  buffer[at + 3] = length
  scratch.at = at + 4 + length
  return true
}

/** `name` as the key of a pair; there is room for it. */
export function putName(scratch: Scratch, name: string): void {
  const { buffer, at } = scratch
  const { length } = name
  buffer[at] = KEY
  if (length <= SHORT_KEY) {
    let i = 0
    for (; i < length; i += 1) {
      const unit = name.charCodeAt(i)
      if (unit > 0x7f || unit === 0) break
      buffer[at + 2 + i] = unit
    }
    if (i === length) {
      buffer[at + 1] = length
      scratch.at = at + 2 + length
      return
    }
  }
  const clean = name.includes('\0') ? cleanText(name) : name
  const bytes = Buffer.byteLength(clean)
  scratch.at = putVarint(buffer, at + 1, bytes)
  utf8Write(buffer, clean, scratch.at)
  scratch.at += bytes
}
