import { className, describePrimitive, findData, threwMark } from '../capture-marks.ts'
import { MAX_FIELDS } from '../capture-shapes.ts'
import { remember, startWalk } from '../capture-state.ts'
import { cutLength, textBytes } from '../capture-strings.ts'
import { copyValue, MAX_KEY_LENGTH } from '../capture-walk.ts'
import { MIN_MEDIA, mediaMark } from '../media-mark.ts'
import { LIST_MESSAGES, MAX_NATIVE, OBJECT_MESSAGES } from '../nesting.ts'
import { ARRAY, ITEM, KVLIST, VALUE } from '../otlp/tags.ts'
import { putName, putPairStart, putTextPair } from './put-pair.ts'
import { putBoolean, putDouble, putInteger, putNull } from './put-plain.ts'
import { BYTES_PER_UNIT, HEAD_BYTES, LONG_TEXT, putTextValue } from './put-text.ts'
import { closeLength, openLength, reserve, type Scratch } from './scratch.ts'

/** One value as it is being written. */
export interface Writing {
  readonly scratch: Scratch
  maxDepth: number
  maxLength: number
  /** Longer names of fields are cut. */
  readonly maxKeyLength: number
  /** Objects around the place that is being written. */
  readonly around: object[]
  /** Somebody gave properties to all objects, so that those of one have to be told from its own. */
  objectsInherit: boolean
  /** Values that may still be written. */
  room: number
  /** At least as many bytes as the JSON text of what was written. */
  bytes: number
}

/** Beyond so many values a copy is made first, which leaves out the right ones. */
const MAX_VALUES = 20_000
/** JSON bytes that one UTF-16 unit can come to at worst (`\u0001`). */
const WORST_UNIT_BYTES = 6

/** A value has too many parts to be written as it comes. Not an error: it has no stack, which would be expensive. */
export const TOO_MANY: unique symbol = Symbol('too many values')

let last: Writing | undefined

/** Within the bounds of a capture. */
export function startWriting(scratch: Scratch, maxDepth: number, maxLength: number): Writing {
  // A scratch serves one value at a time, so what was used for its last one is free.
  if (last?.scratch !== scratch) last = { ...startWritingCopy(scratch), maxKeyLength: MAX_KEY_LENGTH }
  last.maxDepth = maxDepth
  last.maxLength = maxLength
  last.objectsInherit = allObjectsInherit()
  last.room = MAX_VALUES
  last.bytes = 0
  last.around.length = 0
  return last
}

/** For a value that is within bounds already. */
export function startWritingCopy(scratch: Scratch, around: readonly object[] = []): Writing {
  const none = Number.POSITIVE_INFINITY
  const objectsInherit = allObjectsInherit()
  return {
    scratch,
    maxDepth: none,
    maxLength: none,
    // What was cut is longer than that by the mark, and would be cut again.
    maxKeyLength: none,
    around: [...around],
    objectsInherit,
    room: none,
    bytes: 0,
  }
}

/**
 * Writes `value` as the field `tag` (an `AnyValue`), as {@link copyValue} would copy it: the same values, marks and
 * limits, without a copy between. @throws TOO_MANY
 */
export function writeValue(writing: Writing, tag: number, value: unknown): void {
  switch (typeof value) {
    case 'string':
      writeText(writing, tag, value)
      break
    case 'number':
      writeNumber(writing, tag, value)
      break
    case 'boolean':
      writing.bytes += 6
      putBoolean(writing.scratch, tag, value)
      break
    case 'object':
      if (value === null) writeNull(writing, tag)
      else writeObject(writing, tag, value)
      break
    case 'undefined':
      writeNull(writing, tag)
      break
    default:
      writeText(writing, tag, describeSafely(value as bigint | symbol))
  }
}

function writeNull(writing: Writing, tag: number): void {
  writing.bytes += 5
  putNull(writing.scratch, tag)
}

function writeNumber(writing: Writing, tag: number, value: number): void {
  writing.bytes += 32
  if (Number.isSafeInteger(value)) putInteger(writing.scratch, tag, value)
  else if (!Number.isFinite(value) || Number.isInteger(value)) writeText(writing, tag, String(value))
  else putDouble(writing.scratch, tag, value)
}

function writeText(writing: Writing, tag: number, whole: string): void {
  const given = mediaMark(whole) ?? whole
  const text = given.length > writing.maxLength ? cutLength(given, writing.maxLength) : given
  const worst = text.length * WORST_UNIT_BYTES + 3
  const isCertain = text.length < LONG_TEXT || writing.bytes + worst <= writing.maxLength
  writing.bytes += isCertain ? worst : textBytes(text) + 3
  putTextValue(writing.scratch, tag, text)
}

function writeObject(writing: Writing, tag: number, source: object): void {
  const { around } = writing
  const isArray = Array.isArray(source)
  if (around.includes(source)) {
    writeText(writing, tag, '[Circular]')
  } else if ((!isArray && !isPlain(source)) || hasToJson(source)) {
    writeCopy(writing, tag, source)
  } else if (around.length >= writing.maxDepth) {
    writeText(writing, tag, isArray ? `[Array(${source.length})]` : `[${className(source)}]`)
  } else {
    // Where native nesting is deeper than MLflow can take, a walk over the whole value finds it out.
    if (around.length >= MAX_NATIVE_DEPTH && messagesAround(around, isArray) > MAX_NATIVE) throw TOO_MANY
    around.push(source)
    writing.bytes += 3
    if (isArray) writeList(writing, tag, source)
    else writeFields(writing, tag, source as Readonly<Record<string, unknown>>)
    around.pop()
  }
}

// A load is much faster than `in`, and nearly always finds nothing.
const hasToJson = (source: object): boolean =>
  (source as { toJSON?: unknown }).toJSON !== undefined && typeof findData(source, 'toJSON') === 'function'

const MAX_NATIVE_DEPTH = Math.floor(MAX_NATIVE / OBJECT_MESSAGES)

function messagesAround(around: readonly object[], isArray: boolean): number {
  let messages = isArray ? LIST_MESSAGES : OBJECT_MESSAGES
  for (const each of around) messages += Array.isArray(each) ? LIST_MESSAGES : OBJECT_MESSAGES
  return messages
}

function isPlain(source: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(source)
  return prototype === Object.prototype || prototype === null
}

function writeList(writing: Writing, tag: number, items: readonly unknown[]): void {
  const { scratch } = writing
  reserve(scratch, HEAD_BYTES)
  scratch.buffer[scratch.at++] = tag
  const value = openLength(scratch)
  scratch.buffer[scratch.at++] = ARRAY
  const list = openLength(scratch)
  const { length } = items
  takeRoom(writing, length)
  for (let i = 0; i < length; i += 1) {
    let item: unknown
    try {
      item = items[i]
    } catch (thrown) {
      item = threwMark('getter', thrown)
    }
    writeValue(writing, ITEM, item)
  }
  closeLength(scratch, list)
  closeLength(scratch, value)
}

function allObjectsInherit(): boolean {
  for (const _ in Object.prototype) return true
  return false
}

function takeRoom(writing: Writing, values: number): void {
  writing.room -= values
  if (writing.room < 0) throw TOO_MANY
}

function writeFields(writing: Writing, tag: number, source: Readonly<Record<string, unknown>>): void {
  const { scratch } = writing
  reserve(scratch, HEAD_BYTES)
  scratch.buffer[scratch.at++] = tag
  const value = openLength(scratch)
  scratch.buffer[scratch.at++] = KVLIST
  const list = openLength(scratch)
  let count = 0
  // Faster than to make a list of the keys.
  for (const key in source) {
    if (writing.objectsInherit && !Object.hasOwn(source, key)) continue
    count += 1
    if (count > MAX_FIELDS) throw TOO_MANY
    let field: unknown
    try {
      field = source[key]
    } catch (thrown) {
      field = threwMark('getter', thrown)
    }
    if (typeof field === 'string' && field.length >= MIN_MEDIA) field = mediaMark(field, source) ?? field
    if (field !== undefined) writeField(writing, key, field)
  }
  takeRoom(writing, count)
  closeLength(scratch, list)
  closeLength(scratch, value)
}

function writeField(writing: Writing, key: string, value: unknown): void {
  const { scratch } = writing
  writing.bytes += key.length * WORST_UNIT_BYTES + 4
  if (typeof value === 'string' && value.length <= writing.maxLength) {
    if (putTextPair(scratch, key, value)) {
      writing.bytes += value.length * WORST_UNIT_BYTES + 3
      return
    }
  } else if (typeof value === 'number' || typeof value === 'boolean') {
    const start = scratch.at - scratch.base
    if (putPairStart(scratch, key)) {
      writeValue(writing, VALUE, value)
      const from = scratch.base + start
      scratch.buffer[from + 1] = scratch.at - from - 2
      return
    }
  }
  writeAnyField(writing, key, value)
}

function writeAnyField(writing: Writing, key: string, value: unknown): void {
  const { scratch, maxKeyLength } = writing
  const name = key.length > maxKeyLength ? cutLength(key, maxKeyLength) : key
  reserve(scratch, HEAD_BYTES + name.length * BYTES_PER_UNIT)
  scratch.buffer[scratch.at] = ITEM
  scratch.at += 1
  const pair = openLength(scratch)
  putName(scratch, name)
  writeValue(writing, VALUE, value)
  closeLength(scratch, pair)
}

/** What is neither a list nor a plain object, as the walk over it describes it. */
function writeCopy(writing: Writing, tag: number, source: object): void {
  const { around } = writing
  const walk = startWalk(writing.maxDepth, writing.maxLength)
  for (const each of around) remember(walk, each)
  const room = walk.room
  const copy = copyValue(walk, source, around.length) ?? null
  takeRoom(writing, room - walk.room)
  writing.bytes += walk.bytes
  // A copy is plain data, nests no deeper than it may, and holds no circles.
  writeValue(startWritingCopy(writing.scratch, around), tag, copy)
}

function describeSafely(value: bigint | symbol): string {
  try {
    return describePrimitive(value)
  } catch (thrown) {
    return threwMark('function', thrown)
  }
}
