import { setField } from '../capture-marks.ts'
import type { Captured } from '../captured.ts'
import { ARRAY, BOOL, DOUBLE, INT, KVLIST, STRING } from '../otlp/tags.ts'
import type { Content } from './content.ts'

/** Where reading stands. */
export interface Reading {
  readonly buffer: Buffer
  at: number
}

/** The value that was written. */
export function readContent({ buffer, start }: Content): Captured {
  const reading: Reading = { buffer, at: start }
  return readField(reading)
}

/** Whether `content` is a text that begins, blanks aside, with one of `units`. */
export function textBeginsWith(content: Content, isWanted: (unit: number) => boolean): boolean {
  const reading: Reading = { buffer: content.buffer, at: content.start + 1 }
  readVarint(reading)
  if (content.buffer[reading.at] !== STRING) return false
  reading.at += 1
  readVarint(reading)
  for (let { at } = reading; at < content.end; at += 1) {
    const unit = content.buffer[at] as number
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return isWanted(unit)
  }
  return false
}

/** A field whose value is an `AnyValue`. */
function readField(reading: Reading): Captured {
  reading.at += 1
  const end = readEnd(reading)
  if (reading.at === end) return null
  const tag = reading.buffer[reading.at]
  reading.at += 1
  switch (tag) {
    case STRING:
      return readText(reading)
    case INT:
      return readInt(reading)
    case DOUBLE:
      reading.at += 8
      return reading.buffer.readDoubleLE(reading.at - 8)
    case BOOL:
      reading.at += 1
      return reading.buffer[reading.at - 1] === 1
    case ARRAY:
      return readList(reading)
    case KVLIST:
      return readFields(reading)
    default:
      reading.at = end
      return null
  }
}

function readList(reading: Reading): Captured[] {
  const end = readEnd(reading)
  const items: Captured[] = []
  while (reading.at < end) items.push(readField(reading))
  return items
}

function readFields(reading: Reading): Captured {
  const end = readEnd(reading)
  const fields: { [key: string]: Captured } = {}
  while (reading.at < end) {
    // Tag and length of the pair, then the tag of its key.
    reading.at += 1
    readVarint(reading)
    reading.at += 1
    setField(fields, readText(reading), readField(reading))
  }
  return fields
}

function readText(reading: Reading): string {
  const end = readEnd(reading)
  const text = reading.buffer.toString('utf8', reading.at, end)
  reading.at = end
  return text
}

function readEnd(reading: Reading): number {
  const length = readVarint(reading)
  return reading.at + length
}

/** An unsigned integer below 2^53. */
export function readVarint(reading: Reading): number {
  const { buffer, at } = reading
  const first = buffer[at] as number
  if (first < 0x80) {
    reading.at = at + 1
    return first
  }
  const second = buffer[at + 1] as number
  if (second < 0x80) {
    reading.at = at + 2
    return (first & 0x7f) | (second << 7)
  }
  return readLongVarint(reading)
}

function readLongVarint(reading: Reading): number {
  let value = 0
  let scale = 1
  for (;;) {
    const byte = reading.buffer[reading.at] as number
    reading.at += 1
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    scale *= 0x80
  }
}

/** A safe integer in a varint of up to eight bytes is not negative. */
const MAX_POSITIVE_BYTES = 8

/** An int64 that is a safe integer: negative ones stand there as 2^64 more. */
export function readInt(reading: Reading): number {
  const { buffer, at } = reading
  let last = at
  while ((buffer[last] as number) > 0x7f) last += 1
  if (last - at < MAX_POSITIVE_BYTES) return readVarint(reading)
  let value = 0n
  for (let i = last; i >= at; i -= 1) value = (value << 7n) | BigInt((buffer[i] as number) & 0x7f)
  reading.at = last + 1
  return Number(BigInt.asIntN(64, value))
}
