import { lengthOf, unitAt } from '../runtime/text-units.ts'
import { cleanText } from '../span/capture/capture-strings.ts'
import type { Names } from '../span/snapshot/names.ts'
import type { Snapshot } from '../span/snapshot/snapshot.ts'
import { endOf, HEAD_SLOTS, isNames, LIST, type Tape } from '../span/snapshot/tape.ts'
import {
  MAX_UNIT_BYTES,
  makeRoom,
  putDouble,
  putInt64,
  putUtf8,
  putVarint,
  SHORT_TEXT,
  varintBytes,
  type Writer,
} from '../span/snapshot/writer.ts'
import { ARRAY, BOOL, DOUBLE, INT, ITEM, KEY, KVLIST, STRING, VALUE } from './tags.ts'

/** What stands around a field, its name and a text at most. */
const SLOT_BYTES = 28
/** Above this, counting the bytes is cheaper than room for three times as many. */
const WORTH_COUNTING = 262_144
const MIN_COUNTED = 1_024

/**
 * Writes `snapshot` as the field `VALUE`. Room is made once for all of it, so that what follows goes by position alone:
 * most of what is ever sent comes by this way.
 */
export function writeSnapshot(writer: Writer, snapshot: Snapshot): void {
  const { tape, units } = snapshot
  makeRoom(writer, mostBytes(tape, units))
  writer.pos = putValue(writer.buffer, writer.pos, VALUE, tape, 0)
}

function mostBytes(tape: Tape, units: number): number {
  const frame = tape.length * SLOT_BYTES
  const most = units * MAX_UNIT_BYTES
  if (most < WORTH_COUNTING) return frame + most
  let bytes = frame
  for (const slot of tape) {
    if (isNames(slot)) for (const name of slot) bytes += lengthOf(name) * MAX_UNIT_BYTES
    if (typeof slot !== 'string') continue
    // One that is written at all is followed by a byte that is written over.
    const length = lengthOf(slot)
    bytes += length < MIN_COUNTED ? length * MAX_UNIT_BYTES : Buffer.byteLength(slot)
    // What is cleaned takes three bytes for each NUL.
    if (length >= MIN_COUNTED && slot.includes('\0')) bytes += length * 2
  }
  return bytes
}

function putValue(buffer: Buffer, pos: number, tag: number, tape: Tape, at: number): number {
  const slot = tape[at]
  if (typeof slot === 'string') return putText(buffer, pos, tag, slot)
  if (typeof slot === 'number') return putNumber(buffer, pos, tag, slot)
  if (slot === LIST) return putList(buffer, pos, tag, tape, at)
  if (isNames(slot)) return putObject(buffer, pos, tag, tape, at, slot)
  buffer[pos] = tag
  if (slot === null) {
    // A message without a field is OTLP's null.
    buffer[pos + 1] = 0
    return pos + 2
  }
  buffer[pos + 1] = 2
  buffer[pos + 2] = BOOL
  buffer[pos + 3] = slot ? 1 : 0
  return pos + 4
}

function putNumber(buffer: Buffer, pos: number, tag: number, value: number): number {
  buffer[pos] = tag
  if (Number.isSafeInteger(value)) {
    buffer[pos + 2] = INT
    const end = putInt64(buffer, pos + 3, value)
    buffer[pos + 1] = end - pos - 2
    return end
  }
  buffer[pos + 1] = 9
  buffer[pos + 2] = DOUBLE
  return putDouble(buffer, pos + 3, value)
}

function putText(buffer: Buffer, pos: number, tag: number, text: string): number {
  const length = lengthOf(text)
  if (length <= SHORT_TEXT && putAscii(buffer, pos + 4, text, length)) {
    buffer[pos] = tag
    buffer[pos + 1] = length + 2
    buffer[pos + 2] = STRING
    buffer[pos + 3] = length
    return pos + 4 + length
  }
  // The lengths are taken to be those of ASCII, and what follows is moved where they are not.
  const head = textHead(length)
  const bytes = putClean(buffer, pos + head, text)
  const needed = textHead(bytes)
  if (needed !== head) buffer.copyWithin(pos + needed, pos + head, pos + head + bytes)
  buffer[pos] = tag
  const inner = putVarint(buffer, pos + 1, 1 + varintBytes(bytes) + bytes)
  buffer[inner] = STRING
  putVarint(buffer, inner + 1, bytes)
  return pos + needed + bytes
}

/** Bytes before a text of so many bytes: two tags, two lengths. */
function textHead(bytes: number): number {
  const own = varintBytes(bytes)
  return 2 + own + varintBytes(1 + own + bytes)
}

/** Writes `text` cleaned. @returns how many bytes it took */
function putClean(buffer: Buffer, pos: number, text: string): number {
  // Lone surrogates become U+FFFD by that alone.
  const bytes = putUtf8(buffer, pos, text)
  // To look for a zero in bytes is many times faster than in characters of two bytes; one behind the text ends it.
  buffer[pos + bytes] = 0
  return buffer.indexOf(0, pos) === pos + bytes ? bytes : putUtf8(buffer, pos, cleanText(text))
}

/** Whether all of `text` is ASCII without NUL, and then it is written. */
function putAscii(buffer: Buffer, pos: number, text: string, length: number): boolean {
  for (let i = 0; i < length; i += 1) {
    const unit = unitAt(text, i)
    if (unit > 0x7f || unit === 0) return false
    buffer[pos + i] = unit
  }
  return true
}

/** Two tags and two lengths of two bytes: what nearly every list or object needs. */
const CONTAINER_HEAD = 6
const MAX_TWO_BYTES = 0x4000

function putList(buffer: Buffer, pos: number, tag: number, tape: Tape, head: number): number {
  let to = pos + CONTAINER_HEAD
  const end = endOf(tape, head)
  for (let at = head + HEAD_SLOTS; at < end; at = endOf(tape, at)) to = putValue(buffer, to, ITEM, tape, at)
  return closeContainer(buffer, pos, tag, ARRAY, to)
}

function putObject(buffer: Buffer, pos: number, tag: number, tape: Tape, head: number, names: Names): number {
  let to = pos + CONTAINER_HEAD
  let at = head + HEAD_SLOTS
  for (let i = 0; i < names.length; i += 1) {
    to = putField(buffer, to, names[i] as string, tape, at)
    at = endOf(tape, at)
  }
  return closeContainer(buffer, pos, tag, KVLIST, to)
}

/**
 * Writes what stands before a container that ends at `end`. A length below 128 would fit into one byte; it takes two all
 * the same, which protobuf allows, and every reader reads. To move what follows instead would cost more than writing it.
 */
function closeContainer(buffer: Buffer, pos: number, tag: number, kind: number, end: number): number {
  const from = pos + CONTAINER_HEAD
  const length = end - from
  buffer[pos] = tag
  if (length + 3 < MAX_TWO_BYTES) {
    putTwoBytes(buffer, pos + 1, length + 3)
    buffer[pos + 3] = kind
    putTwoBytes(buffer, pos + 4, length)
    return end
  }
  const outer = 1 + varintBytes(length) + length
  const start = pos + 2 + varintBytes(outer) + varintBytes(length)
  buffer.copyWithin(start, from, end)
  const inner = putVarint(buffer, pos + 1, outer)
  buffer[inner] = kind
  putVarint(buffer, inner + 1, length)
  return start + length
}

function putTwoBytes(buffer: Buffer, pos: number, value: number): void {
  buffer[pos] = (value & 0x7f) | 0x80
  buffer[pos + 1] = value >>> 7
}

/** A name up to this length is written by a loop. */
const SHORT_NAME = 64

function putField(buffer: Buffer, pos: number, name: string, tape: Tape, at: number): number {
  // Tag and two bytes of length, then tag and length of the name.
  const from = pos + 3
  let to = from + 2
  const length = lengthOf(name)
  if (length <= SHORT_NAME && putAscii(buffer, to, name, length)) {
    buffer[from + 1] = length
    to += length
  } else {
    const clean = cleanText(name)
    to = putVarint(buffer, from + 1, Buffer.byteLength(clean))
    to += putUtf8(buffer, to, clean)
  }
  buffer[from] = KEY
  const end = putValue(buffer, to, VALUE, tape, at)
  return closeField(buffer, pos, end)
}

function closeField(buffer: Buffer, pos: number, end: number): number {
  const from = pos + 3
  const length = end - from
  buffer[pos] = ITEM
  if (length < MAX_TWO_BYTES) {
    putTwoBytes(buffer, pos + 1, length)
    return end
  }
  const needed = varintBytes(length)
  buffer.copyWithin(pos + 1 + needed, from, end)
  putVarint(buffer, pos + 1, length)
  return pos + 1 + needed + length
}
