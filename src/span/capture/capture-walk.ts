import { lengthOf } from '../../runtime/text-units.ts'
import { type Names, noNames } from '../snapshot/names.ts'
import { plainOf } from '../snapshot/plain.ts'
import { HEAD_SLOTS, isWide, LIST, LONG_TEXT, numberSlot, type TapeSlot } from '../snapshot/tape.ts'
import {
  className,
  describePrimitive,
  findData,
  itemsMark,
  propertiesMark,
  threwMark,
  unreadableMark,
} from './capture-marks.ts'
import { MAX_FIELDS, type Shape, shapeOf } from './capture-shapes.ts'
import { rewind, type Walk } from './capture-state.ts'
import { cutLength } from './capture-strings.ts'
import { MIN_MEDIA, mediaMark } from './media-mark.ts'
import { LIST_MESSAGES, OBJECT_MESSAGES } from './nesting.ts'

/** Values kept back for each neighbour that is still to come, so that the first one cannot take all. */
const VALUES_PER_NEIGHBOUR = 32
const MAX_KEY_LENGTH = 512

/**
 * Records `value`, inside `depth` containers. Never throws, but at the very end of the stack.
 *
 * @returns whether there is something: JSON leaves out `undefined`
 */
export function putValue(walk: Walk, value: unknown, depth: number): boolean {
  // One comparison after the other: the engine has a short way for each of them, and a long one for a switch.
  if (typeof value === 'string') putText(walk, value)
  else if (typeof value === 'number') putNumber(walk, value)
  else if (typeof value === 'object') {
    if (value !== null) return putObject(walk, value, depth, true)
    putNull(walk)
  } else if (typeof value === 'boolean') {
    walk.tape[walk.at++] = value
  } else if (value === undefined) return false
  else putText(walk, describeSafely(value as bigint | symbol))
  return true
}

function describeSafely(value: bigint | symbol): string {
  try {
    return describePrimitive(value)
  } catch (thrown) {
    return threwMark('function', thrown)
  }
}

/** @param around - the object of which it is a field, for there may stand what it is */
function putText(walk: Walk, given: string, around?: object): void {
  let text = given
  let length = lengthOf(given)
  if (length >= LONG_TEXT) {
    if (length >= MIN_MEDIA) {
      text = mediaMark(given, around) ?? given
      length = lengthOf(text)
    }
    if (isWide(text)) walk.wide += length
  }
  walk.units += length
  walk.tape[walk.at++] = text
}

function putNumber(walk: Walk, value: number): void {
  const slot = numberSlot(value)
  if (typeof slot === 'string') {
    putText(walk, slot)
    return
  }
  walk.tape[walk.at++] = slot
}

export function putNull(walk: Walk): void {
  walk.tape[walk.at++] = null
}

function putObject(walk: Walk, source: object, depth: number, mayCallToJson: boolean): boolean {
  const { around, at: start } = walk
  for (let i = around.length - 1; i >= 0; i -= 1) {
    if (around[i] !== source) continue
    putText(walk, '[Circular]')
    return true
  }
  const { messages } = walk
  around.push(source)
  try {
    return putContents(walk, source, depth, mayCallToJson)
  } catch (thrown) {
    rewind(walk, start)
    walk.messages = messages
    putText(walk, unreadableMark(source, thrown))
    return true
  } finally {
    around.pop()
  }
}

function putContents(walk: Walk, source: object, depth: number, mayCallToJson: boolean): boolean {
  if (Array.isArray(source)) {
    // In a place of its own, for the lists of a program have the same few forms.
    const own = mayCallToJson && (source as ToJsonHolder).toJSON !== undefined
    const toJson = own ? boundToJson(source) : undefined
    if (toJson !== undefined) return putJson(walk, source, toJson, depth)
    putItems(walk, source, 0, depth)
    return true
  }
  if (isPlain(source)) {
    const toJson = mayCallToJson ? toJsonOf(source) : undefined
    if (toJson !== undefined) return putJson(walk, source, toJson, depth)
    putFields(walk, source, 0, depth)
    return true
  }
  return putShape(walk, source, shapeOf(source, walk.room - walk.reserved, mayCallToJson), depth)
}

function isPlain(source: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(source)
  return prototype === Object.prototype || prototype === null
}

type ToJson = (key: string) => unknown

/**
 * Hardly anything has one, which a load finds out much faster than `in` does. The function that calls it is made
 * elsewhere, for its context costs memory.
 */
const toJsonOf = (source: ToJsonHolder): ToJson | undefined =>
  source.toJSON === undefined ? undefined : boundToJson(source)

interface ToJsonHolder {
  readonly toJSON?: unknown
}

function boundToJson(source: object): ToJson | undefined {
  const toJson = findData(source, 'toJSON')
  return typeof toJson === 'function' ? (key) => toJson.call(source, key) : undefined
}

function putShape(walk: Walk, source: object, shape: Shape, depth: number): boolean {
  if ('value' in shape) return putValue(walk, shape.value, depth)
  if ('toJson' in shape) return putJson(walk, source, shape.toJson, depth)
  if ('text' in shape) putText(walk, shape.text)
  else if ('items' in shape) putItems(walk, shape.items, shape.more, depth)
  else putFields(walk, shape.fields, shape.more, depth)
  return true
}

function putJson(walk: Walk, source: object, toJson: ToJson, depth: number): boolean {
  let json: unknown
  try {
    json = toJson('')
  } catch (thrown) {
    putText(walk, threwMark('toJSON', thrown))
    return true
  }
  if (typeof json !== 'object' || json === null) return putValue(walk, json, depth)
  return json === source ? putContents(walk, source, depth, false) : putObject(walk, json, depth, false)
}

/**
 * The items from the start for as long as there is room, less what is kept for the rest; then the items from
 * the end. In a conversation that is the system prompt, and the newest messages.
 */
function putItems(walk: Walk, items: readonly unknown[], more: number, depth: number): void {
  const length = Math.max(0, Math.trunc(Number(items.length)) || 0)
  const { reserved } = walk
  if (isFull(walk, depth)) {
    putText(walk, `[Array(${length + more})]`)
    return
  }
  const head = openContainer(walk, LIST_MESSAGES)
  walk.reserved += reserve(walk, length - 1)
  let next = 0
  for (; next < length && walk.room > walk.reserved; next += 1) putItem(walk, items, next, depth)
  walk.reserved = reserved
  if (next < length || more > 0) putRest(walk, items, next, more, depth)
  closeContainer(walk, head, LIST, LIST_MESSAGES)
}

/** Items from the end, and a mark for those between. */
function putRest(walk: Walk, items: readonly unknown[], next: number, more: number, depth: number): void {
  const { reserved, at: start } = walk
  const ends: TapeSlot[][] = []
  let end = items.length
  for (; end > next && walk.room > reserved; end -= 1) {
    putItem(walk, items, end - 1, depth)
    ends.push(walk.tape.slice(start, walk.at))
    rewind(walk, start)
  }
  const cut = end - next + Math.max(0, more)
  if (more <= 0 && cut > 0) putText(walk, itemsMark(cut))
  for (const slot of ends.reverse().flat()) walk.tape[walk.at++] = slot
  if (more > 0) putText(walk, itemsMark(cut))
}

function putItem(walk: Walk, items: readonly unknown[], index: number, depth: number): void {
  walk.room -= 1
  let item: unknown
  try {
    item = items[index]
  } catch (thrown) {
    item = threwMark('getter', thrown)
  }
  if (walk.visit === undefined) {
    if (!putValue(walk, item, depth + 1)) putNull(walk)
    return
  }
  walk.path.push(index)
  item = walk.visit(item, walk.path)
  if (item !== undefined && !putValue(walk, item, depth + 1)) putNull(walk)
  walk.path.pop()
}

function putFields(walk: Walk, source: object, more: number, depth: number): void {
  const { reserved } = walk
  if (isFull(walk, depth)) {
    putText(walk, `[${className(source)}]`)
    return
  }
  const head = openContainer(walk, OBJECT_MESSAGES)
  let names = noNames()
  let count = 0
  let cut = more
  // Unlike a list of the keys, this takes no memory. What is asked of a key stands in the loop itself, where the engine knows
  // which property it is; elsewhere it would have to look for it.
  for (const key in source) {
    // biome-ignore lint/suspicious/noPrototypeBuiltins: the engine knows the answer of this one, and not that of `Object.hasOwn`
    if (!Object.prototype.hasOwnProperty.call(source, key)) continue
    if (walk.room <= reserved || count === MAX_FIELDS) {
      cut += Object.keys(source).length - count
      break
    }
    count += 1
    walk.room -= 1
    let value: unknown
    try {
      value = (source as Record<string, unknown>)[key]
    } catch (thrown) {
      value = threwMark('getter', thrown)
    }
    if (walk.visit !== undefined) {
      walk.path.push(key)
      value = walk.visit(value, walk.path)
    }
    if (typeof value === 'object' && value !== null) {
      // Only what is inside a value can take what the values behind it need. To count those would take memory.
      walk.reserved = reserved + reserve(walk, USUAL_NEIGHBOURS)
    }
    if (putField(walk, source, value, depth)) names = names.and(nameOf(key))
    walk.reserved = reserved
  }
  if (cut > 0) {
    putText(walk, propertiesMark(cut))
    names = names.and('…')
  }
  walk.units += names.units
  closeContainer(walk, head, names.list, OBJECT_MESSAGES)
}

/** Fields that are taken to stand behind one. */
const USUAL_NEIGHBOURS = 64

/** @returns whether there is something of it */
function putField(walk: Walk, source: object, value: unknown, depth: number): boolean {
  let isThere = true
  if (typeof value === 'string') putText(walk, value, source)
  else isThere = putValue(walk, value, depth + 1)
  if (walk.visit !== undefined) walk.path.pop()
  return isThere
}

const nameOf = (key: string): string =>
  lengthOf(key) > MAX_KEY_LENGTH ? cutLength(key, MAX_KEY_LENGTH) : key

/** @returns where it begins, for {@link closeContainer} */
function openContainer(walk: Walk, messages: number): number {
  const head = walk.at
  walk.messages += messages
  walk.tape[head] = LIST
  walk.at = head + HEAD_SLOTS
  // A tape that grows does so by one slot after the other.
  if (walk.at > walk.tape.length) walk.tape[head + 1] = 0
  return head
}

/** The container that began at `head` has ended; where it nests too deep for MLflow, it becomes its JSON text. */
function closeContainer(walk: Walk, head: number, kind: Names | typeof LIST, around: number): void {
  const { tape, messages, maxMessages } = walk
  tape[head] = kind
  tape[head + 1] = walk.at - head - HEAD_SLOTS
  walk.messages = messages - around
  if (messages <= maxMessages || walk.messages > maxMessages) return
  const text = JSON.stringify(plainOf({ tape, at: head }))
  rewind(walk, head)
  putText(walk, text)
}

const isFull = (walk: Walk, depth: number): boolean => depth >= walk.maxDepth || walk.room <= walk.reserved

const reserve = (walk: Walk, neighbours: number): number =>
  Math.min((walk.room - walk.reserved) >> 1, neighbours * VALUES_PER_NEIGHBOUR)
