import { lengthOf, unitAt } from '../runtime/text-units.ts'
import type { Attributes, AttributeValue } from '../span/attributes.ts'
import { isMessages, type JsonContent, writeJson } from '../span/semconv/message-json.ts'
import { type Snapshot, wireBytes } from '../span/snapshot/snapshot.ts'
import {
  closeMessage,
  makeRoom,
  openMessage,
  putVarint,
  varintBytes,
  type Writer,
  writeByte,
  writeDouble,
  writeInt64,
  writeText,
  writeTextPair,
} from '../span/snapshot/writer.ts'
import { writeSnapshot } from './snapshot-value.ts'
import { ARRAY, BOOL, DOUBLE, INT, ITEM, KEY, STRING, VALUE } from './tags.ts'

const INT64_END = 2 ** 63
/** The longest number: a tag and a varint of ten bytes. */
const NUMBER_BYTES = 11
/** What a list is taken to have; a wrong guess moves its bytes by one. */
const USUAL_LIST_BYTES = 64

type Item = string | number | boolean | null | undefined

const PAIR = { key: KEY, value: VALUE, text: STRING } as const

/** `key` and `value` as the field `tag` (a `KeyValue`) of the message that is being written. */
export function writeAttribute(writer: Writer, tag: number, key: string, value: AttributeValue): void {
  if (typeof value === 'string' && writeTextPair(writer, tag, PAIR, key, value)) return
  const bytes = typeof value === 'object' ? USUAL_LIST_BYTES : plainBytes(value)
  const expected = fieldBytes(key.length) + fieldBytes(bytes)
  writeByte(writer, tag)
  const start = openMessage(writer, expected)
  writeByte(writer, KEY)
  writeText(writer, key)
  if (typeof value === 'object') writeList(writer, value)
  else writeAnyValue(writer, VALUE, value)
  closeMessage(writer, start, expected)
}

/** Each of `attributes` by {@link writeAttribute}. */
export function writeAttributes(writer: Writer, tag: number, attributes: Attributes): void {
  for (const key of Object.keys(attributes))
    writeAttribute(writer, tag, key, attributes[key] as AttributeValue)
}

/** `key` and what was captured. `key` is ASCII. */
export function writeSnapshotAttribute(writer: Writer, tag: number, key: string, snapshot: Snapshot): void {
  const expected = fieldBytes(key.length) + fieldBytes(wireBytes(snapshot))
  writeByte(writer, tag)
  const start = openMessage(writer, expected)
  writeByte(writer, KEY)
  writeText(writer, key)
  writeSnapshot(writer, snapshot)
  closeMessage(writer, start, expected)
}

/** What lies around a JSON text of so many bytes is right for most of them; the others are moved a little. */
const USUAL_JSON_BYTES = 4_096

/** `key` and JSON text as its value, written right where it goes. `key` is short and ASCII. */
export function writeJsonAttribute(writer: Writer, tag: number, key: string, json: JsonContent): void {
  const start = writer.pos
  const expected = jsonHeadBytes(key.length, usualBytes(json))
  makeRoom(writer, expected)
  writer.pos += expected
  writeJson(writer, json)
  const bytes = writer.pos - start - expected
  const needed = jsonHeadBytes(key.length, bytes)
  if (needed !== expected) {
    makeRoom(writer, needed)
    writer.buffer.copyWithin(start + needed, start + expected, writer.pos)
    writer.pos += needed - expected
  }
  putJsonHead(writer.buffer, start, tag, key, bytes)
}

/** Writes what stands before `bytes` of text. By position alone: to make room would lose the text, which is there already. */
function putJsonHead(buffer: Buffer, start: number, tag: number, key: string, bytes: number): void {
  const value = fieldBytes(bytes)
  buffer[start] = tag
  let at = putVarint(buffer, start + 1, fieldBytes(key.length) + fieldBytes(value))
  buffer[at] = KEY
  at = putVarint(buffer, at + 1, key.length)
  for (let i = 0; i < key.length; i += 1) buffer[at + i] = unitAt(key, i)
  at += key.length
  buffer[at] = VALUE
  at = putVarint(buffer, at + 1, value)
  buffer[at] = STRING
  putVarint(buffer, at + 1, bytes)
}

const usualBytes = (json: JsonContent): number => (isMessages(json) ? USUAL_JSON_BYTES : wireBytes(json))

/** Bytes before the text. */
function jsonHeadBytes(keyLength: number, bytes: number): number {
  const value = fieldBytes(bytes)
  return fieldBytes(fieldBytes(keyLength) + fieldBytes(value)) - bytes
}

function writeAnyValue(writer: Writer, tag: number, value: Item): void {
  const expected = plainBytes(value)
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

function writeList(writer: Writer, items: readonly Item[]): void {
  const expected = fieldBytes(USUAL_LIST_BYTES)
  writeByte(writer, VALUE)
  const value = openMessage(writer, expected)
  writeByte(writer, ARRAY)
  const list = openMessage(writer, USUAL_LIST_BYTES)
  for (const item of items) writeAnyValue(writer, ITEM, item)
  closeMessage(writer, list, USUAL_LIST_BYTES)
  closeMessage(writer, value, expected)
}

function plainBytes(value: Item): number {
  switch (typeof value) {
    case 'string':
      return fieldBytes(lengthOf(value))
    case 'number':
      return value >= 0 && value < 0x80 ? 2 : NUMBER_BYTES
    case 'boolean':
      return 2
    default:
      return 0
  }
}

/** Bytes of a field with a body of `bytes`: tag, length and body. */
const fieldBytes = (bytes: number): number => 1 + varintBytes(bytes) + bytes
