import type { Captured } from '../captured.ts'
import type { Attributes } from '../ended-span.ts'
import type { WireValue } from '../wire.ts'
import {
  closeMessage,
  fixed64Tag,
  lengthTag,
  openMessage,
  varintBytes,
  varintTag,
  type Writer,
  writeByte,
  writeDouble,
  writeInt64,
  writeText,
  writeTextPair,
} from './writer.ts'

// Field numbers of common/v1/common.proto.
const KEY = lengthTag(1)
const VALUE = lengthTag(2)
const STRING = lengthTag(1)
const BOOL = varintTag(2)
const INT = varintTag(3)
const DOUBLE = fixed64Tag(4)
const ARRAY = lengthTag(5)
const KVLIST = lengthTag(6)
const ITEM = lengthTag(1)

const INT64_END = 2 ** 63
/** The longest number: a tag and a varint of ten bytes. */
const NUMBER_BYTES = 11

type Value = WireValue | undefined
type List = readonly Value[]
type Fields = Readonly<Record<string, Captured>>

/**
 * Bytes of the lists and objects within a value, in the order in which they are written. Lengths stand before what
 * they count, so a wrong guess at one moves all bytes after it, once for every level; a walk over the value
 * beforehand is cheaper. The bytes are exact for ASCII text and small numbers, and a good guess for the rest.
 */
interface Plan {
  readonly sizes: number[]
  next: number
}

const FLAT: Plan = Object.freeze({ sizes: [], next: 0 })

/** `key` and `value` as the field `tag` (a `KeyValue`) of the message that is being written. */
export function writeAttribute(writer: Writer, tag: number, key: string, value: WireValue): void {
  if (typeof value !== 'object' || value === null) {
    writeKeyValue(writer, tag, key, value, FLAT)
    return
  }
  const plan: Plan = { sizes: [], next: 0 }
  measure(value, plan.sizes)
  writeKeyValue(writer, tag, key, value, plan)
}

/** Each of `attributes` by {@link writeAttribute}. */
export function writeAttributes(writer: Writer, tag: number, attributes: Attributes): void {
  for (const key of Object.keys(attributes)) writeAttribute(writer, tag, key, attributes[key] as WireValue)
}

const PAIR = { key: KEY, value: VALUE, text: STRING } as const

function writeKeyValue(writer: Writer, tag: number, key: string, value: Value, plan: Plan): void {
  if (typeof value === 'string' && writeTextPair(writer, tag, PAIR, key, value)) return
  const bytes = plannedBytes(value, plan)
  const expected = fieldBytes(key.length) + fieldBytes(bytes)
  writeByte(writer, tag)
  const start = openMessage(writer, expected)
  writeByte(writer, KEY)
  writeText(writer, key)
  writeAnyValue(writer, VALUE, value, bytes, plan)
  closeMessage(writer, start, expected)
}

function writeAnyValue(writer: Writer, tag: number, value: Value, expected: number, plan: Plan): void {
  writeByte(writer, tag)
  const start = openMessage(writer, expected)
  switch (typeof value) {
    case 'string':
      writeByte(writer, STRING)
      writeText(writer, value)
      break
    case 'number':
      writeNumber(writer, value)
      break
    case 'boolean':
      writeByte(writer, BOOL)
      writeByte(writer, value ? 1 : 0)
      break
    case 'object':
      if (value !== null) writeContainer(writer, value, plan)
      break
    default:
    // A message without a field is OTLP's null.
  }
  closeMessage(writer, start, expected)
}

function writeNumber(writer: Writer, value: number): void {
  if (Number.isInteger(value) && value >= -INT64_END && value < INT64_END) {
    writeByte(writer, INT)
    writeInt64(writer, value)
  } else {
    writeByte(writer, DOUBLE)
    writeDouble(writer, value)
  }
}

function writeContainer(writer: Writer, value: List | Fields, plan: Plan): void {
  const expected = plan.sizes[plan.next] as number
  plan.next += 1
  const isArray = isList(value)
  writeByte(writer, isArray ? ARRAY : KVLIST)
  const start = openMessage(writer, expected)
  if (isArray) {
    for (const item of value) writeAnyValue(writer, ITEM, item, plannedBytes(item, plan), plan)
  } else {
    for (const key of Object.keys(value)) writeKeyValue(writer, ITEM, key, value[key], plan)
  }
  closeMessage(writer, start, expected)
}

/** Bytes of `value`, the next to be written, inside its `AnyValue`. */
function plannedBytes(value: Value, plan: Plan): number {
  if (typeof value === 'object' && value !== null) return fieldBytes(plan.sizes[plan.next] as number)
  return plainBytes(value)
}

function plainBytes(value: Value): number {
  switch (typeof value) {
    case 'string':
      return fieldBytes(value.length)
    case 'number':
      return value >= 0 && value < 0x80 ? 2 : NUMBER_BYTES
    case 'boolean':
      return 2
    default:
      return 0
  }
}

/** Bytes of `value` inside its `AnyValue`; adds those of the lists and objects in it to `sizes`. */
function measure(value: Value, sizes: number[]): number {
  if (typeof value !== 'object' || value === null) return plainBytes(value)
  const place = sizes.push(0) - 1
  let bytes = 0
  if (isList(value)) {
    for (const item of value) bytes += fieldBytes(measure(item, sizes))
  } else {
    for (const key of Object.keys(value)) {
      bytes += fieldBytes(fieldBytes(key.length) + fieldBytes(measure(value[key], sizes)))
    }
  }
  sizes[place] = bytes
  return fieldBytes(bytes)
}

/** Bytes of a field with a body of `bytes`: tag, length and body. */
const fieldBytes = (bytes: number): number => 1 + varintBytes(bytes) + bytes

const isList = (value: List | Fields): value is List => Array.isArray(value)
