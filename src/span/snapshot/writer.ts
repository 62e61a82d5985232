import type { HrTime } from '../../runtime/clock.ts'
import { lengthOf, unitAt } from '../../runtime/text-units.ts'
import { FIXED32, FIXED64, LENGTH_DELIMITED, MAX_VARINT_LENGTH, VARINT } from './wire-types.ts'

/** Protobuf as it is being written: the bytes below `pos` count. Plain data, so that engines see one shape. */
export interface Writer {
  buffer: Buffer
  pos: number
  /** Of `buffer`; made when it is needed. */
  view: DataView | undefined
}

/** Tags of a field by its number; one byte for numbers below 16, which is all but one of those in OTLP. */
export const varintTag = (field: number): number => (field << 3) | VARINT
export const fixed64Tag = (field: number): number => (field << 3) | FIXED64
export const lengthTag = (field: number): number => (field << 3) | LENGTH_DELIMITED
export const fixed32Tag = (field: number): number => (field << 3) | FIXED32

/** Up to this length a loop over the characters is faster than a call into the engine (about 65 ns). */
export const SHORT_TEXT = 32
/** From this length on, the exact size of a text is worth a pass over it: three times its length is room to waste. */
const MIN_MEASURED = 65_536

/** Bytes of UTF-8 that one UTF-16 unit comes to at most. */
export const MAX_UNIT_BYTES = 3

export const createWriter = (bytes: number): Writer => writerIn(Buffer.allocUnsafeSlow(bytes))

/** A writer into `buffer`, which it leaves for a larger one where that is too small. */
export const writerIn = (buffer: Buffer): Writer => ({ buffer, pos: 0, view: undefined })

/** Bytes of `value`, an unsigned integer below 2^32, as a varint. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x200000) return 3
  return value < 0x10000000 ? 4 : 5
}

/** Makes sure that `bytes` more can be written by position. */
export function makeRoom(writer: Writer, bytes: number): void {
  if (writer.pos + bytes > writer.buffer.length) grow(writer, bytes)
}

function grow(writer: Writer, bytes: number): void {
  const needed = writer.pos + bytes
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, writer.buffer.length * 2))
  writer.buffer.copy(larger, 0, 0, writer.pos)
  writer.buffer = larger
  writer.view = undefined
}

export function writeByte(writer: Writer, byte: number): void {
  makeRoom(writer, 1)
  writer.buffer[writer.pos] = byte
  writer.pos += 1
}

/** `value`, an unsigned integer below 2^32. */
export function writeVarint(writer: Writer, value: number): void {
  makeRoom(writer, varintBytes(value))
  writer.pos = putVarint(writer.buffer, writer.pos, value)
}

/** {@link writeVarint} at `at`, where there is room; tells where it ends. */
export function putVarint(buffer: Buffer, at: number, value: number): number {
  let pos = at
  let rest = value
  while (rest > 0x7f) {
    buffer[pos] = (rest & 0x7f) | 0x80
    rest >>>= 7
    pos += 1
  }
  buffer[pos] = rest
  return pos + 1
}

/** `value`, an integer within int64, as protobuf's int64: two's complement, not zigzag. */
export function writeInt64(writer: Writer, value: number): void {
  makeRoom(writer, MAX_VARINT_LENGTH)
  writer.pos = putInt64(writer.buffer, writer.pos, value)
}

/** {@link writeInt64} at `at`, where there is room; tells where it ends. */
export function putInt64(buffer: Buffer, at: number, value: number): number {
  if (value >= 0 && value <= 0xffffffff) return putVarint(buffer, at, value)
  let low = value >>> 0
  let high = Math.floor(value / 0x1_0000_0000) >>> 0
  let pos = at
  while (high > 0 || low > 0x7f) {
    buffer[pos] = (low & 0x7f) | 0x80
    low = ((low >>> 7) | (high << 25)) >>> 0
    high >>>= 7
    pos += 1
  }
  buffer[pos] = low
  return pos + 1
}

export function writeFixed32(writer: Writer, value: number): void {
  makeRoom(writer, 4)
  putFixed32(writer.buffer, writer.pos, value)
  writer.pos += 4
}

function putFixed32(buffer: Buffer, pos: number, value: number): void {
  buffer[pos] = value
  buffer[pos + 1] = value >>> 8
  buffer[pos + 2] = value >>> 16
  buffer[pos + 3] = value >>> 24
}

/** Nanoseconds since the epoch as fixed64. */
export const writeTime = (writer: Writer, [seconds, nanos]: HrTime): void =>
  writeNanoseconds(writer, seconds, nanos)

/** {@link writeTime} of epoch milliseconds with a fraction; to the nanosecond as `hrTimeOfMs` has it. */
export function writeTimeOfMs(writer: Writer, ms: number): void {
  const seconds = Math.floor(ms / 1000)
  const nanos = Math.round((ms - seconds * 1000) * 1e6)
  if (nanos >= 1e9) writeNanoseconds(writer, seconds + 1, nanos - 1e9)
  else writeNanoseconds(writer, seconds, nanos)
}

function writeNanoseconds(writer: Writer, seconds: number, nanos: number): void {
  makeRoom(writer, 8)
  // 10^9 is 5^9 · 2^9: a quarter of the seconds times 5^9 stays an exact double up to the end of uint64, and what is
  // left of the product is a shift by 11 bits.
  const quarter = Math.floor(seconds / 4) * 1_953_125
  const low = (quarter % 0x20_0000) * 0x800 + (seconds & 3) * 1e9 + nanos
  const high = Math.floor(quarter / 0x20_0000) + Math.floor(low / 0x1_0000_0000)
  putFixed32(writer.buffer, writer.pos, low)
  putFixed32(writer.buffer, writer.pos + 4, high)
  writer.pos += 8
}

export function writeDouble(writer: Writer, value: number): void {
  makeRoom(writer, 8)
  writer.pos = putDouble(writer.buffer, writer.pos, value)
}

const DOUBLE = new Float64Array(1)
const DOUBLE_BYTES = new Uint8Array(DOUBLE.buffer)

/** {@link writeDouble} at `at`, where there is room; tells where it ends. */
export function putDouble(buffer: Buffer, at: number, value: number): number {
  DOUBLE[0] = value
  for (let i = 0; i < 8; i += 1) buffer[at + i] = DOUBLE_BYTES[i] as number
  return at + 8
}

/** `text` in UTF-8 at `at`, where there is room; tells how many bytes it took. Lone surrogates become U+FFFD. */
export const putUtf8 = (buffer: Buffer, at: number, text: string): number =>
  (buffer as unknown as { utf8Write(text: string, at: number): number }).utf8Write(text, at)

/** Hexadecimal `digits` as bytes with their length. */
export function writeHex(writer: Writer, digits: string): void {
  const bytes = lengthOf(digits) >>> 1
  makeRoom(writer, MAX_VARINT_LENGTH + bytes)
  const { buffer } = writer
  let pos = putVarint(buffer, writer.pos, bytes)
  for (let i = 0; i < bytes; i += 1) {
    buffer[pos] = (nibble(unitAt(digits, 2 * i)) << 4) | nibble(unitAt(digits, 2 * i + 1))
    pos += 1
  }
  writer.pos = pos
}

// Digits have their value in the low four bits; letters of either case have bit 6 set, and one there for ten.
const nibble = (unit: number): number => (unit & 15) + (unit >>> 6) * 9

/** `text` in UTF-8 with its length; lone surrogates become U+FFFD. */
export function writeText(writer: Writer, text: string): void {
  const length = lengthOf(text)
  const expected = length < MIN_MEASURED ? length : Buffer.byteLength(text)
  makeRoom(writer, MAX_VARINT_LENGTH + (length < MIN_MEASURED ? length * MAX_UNIT_BYTES : expected))
  const start = openMessage(writer, expected)
  writer.pos += putText(writer.buffer, start, text)
  closeMessage(writer, start, expected)
}

/** Writes `text` at `pos` and tells how many bytes it took; there must be room for it. */
function putText(buffer: Buffer, pos: number, text: string): number {
  const length = lengthOf(text)
  if (length > SHORT_TEXT) return buffer.write(text, pos, 'utf8')
  for (let i = 0; i < length; i += 1) {
    const unit = unitAt(text, i)
    if (unit > 0x7f) return buffer.write(text, pos, 'utf8')
    buffer[pos + i] = unit
  }
  return length
}

/** Tags of the messages around a text that is the value of a key. */
export interface PairTags {
  readonly key: number
  readonly value: number
  readonly text: number
}

/**
 * A key and its text, the messages around them included: what most of every request consists of, in one go. Tells
 * whether it could; it cannot where a length needs more bytes than it would for ASCII, and then nothing is written.
 */
export function writeTextPair(
  writer: Writer,
  tag: number,
  tags: PairTags,
  key: string,
  text: string,
): boolean {
  const keyLength = lengthOf(key)
  const units = lengthOf(text)
  if (keyLength > 0x7f || units >= MIN_MEASURED) return false
  const lengthBytes = varintBytes(units)
  const valueLengthBytes = varintBytes(1 + lengthBytes + units)
  const keyEnd = 2 + keyLength
  const textStart = keyEnd + 1 + valueLengthBytes + 1 + lengthBytes
  const pairLengthBytes = varintBytes(textStart + units)
  makeRoom(writer, 1 + pairLengthBytes + textStart + (keyLength + units) * MAX_UNIT_BYTES)
  const { buffer } = writer
  const start = writer.pos + 1 + pairLengthBytes
  if (putText(buffer, start + 2, key) !== keyLength) return false
  const length = putText(buffer, start + textStart, text)
  const valueLength = 1 + lengthBytes + length
  const pairLength = textStart + length
  if (
    length !== units &&
    (varintBytes(length) !== lengthBytes ||
      varintBytes(valueLength) !== valueLengthBytes ||
      varintBytes(pairLength) !== pairLengthBytes)
  ) {
    return false
  }
  buffer[writer.pos] = tag
  putVarint(buffer, writer.pos + 1, pairLength)
  buffer[start] = tags.key
  buffer[start + 1] = keyLength
  buffer[start + keyEnd] = tags.value
  const valueStart = putVarint(buffer, start + keyEnd + 1, valueLength)
  buffer[valueStart] = tags.text
  putVarint(buffer, valueStart + 1, length)
  writer.pos = start + pairLength
  return true
}

/**
 * Leaves room for the length of a message that is `expected` to be so long, and tells where its body begins.
 * {@link closeMessage} with the same two ends it.
 */
export function openMessage(writer: Writer, expected: number): number {
  makeRoom(writer, MAX_VARINT_LENGTH)
  writer.pos += varintBytes(expected)
  return writer.pos
}

/** Writes the length of the message whose body began at `start`, and moves the body where the room does not fit. */
export function closeMessage(writer: Writer, start: number, expected: number): void {
  const length = writer.pos - start
  const room = varintBytes(expected)
  const needed = varintBytes(length)
  if (needed !== room) {
    makeRoom(writer, MAX_VARINT_LENGTH)
    writer.buffer.copyWithin(start + needed - room, start, writer.pos)
    writer.pos += needed - room
  }
  putVarint(writer.buffer, start - room, length)
}
