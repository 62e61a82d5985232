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
import type { Walk } from './capture-state.ts'
import { cutLength } from './capture-strings.ts'
import { MIN_MEDIA, mediaMark } from './media-mark.ts'
import { LIST_MESSAGES, OBJECT_MESSAGES } from './nesting.ts'
import { plainOf } from './snapshot/plain.ts'
import { closeContainer, numberSlot, openContainer, type TapeSlot } from './snapshot/tape.ts'

/** Values kept back for each neighbour that is still to come, so that the first one cannot take all. */
const VALUES_PER_NEIGHBOUR = 32
const MAX_KEY_LENGTH = 512
/** JSON bytes that one UTF-16 unit can come to at worst (`\u0001`). */
const WORST_UNIT_BYTES = 6

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
    walk.bytes += 6
    walk.tape.push(value)
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

function putText(walk: Walk, given: string): void {
  const text = given.length < MIN_MEDIA ? given : (mediaMark(given) ?? given)
  const { length } = text
  walk.bytes += length * WORST_UNIT_BYTES + 3
  walk.units += length
  walk.tape.push(text)
}

function putNumber(walk: Walk, value: number): void {
  const slot = numberSlot(value)
  if (typeof slot === 'string') {
    putText(walk, slot)
    return
  }
  walk.bytes += 32
  walk.tape.push(slot)
}

function putNull(walk: Walk): void {
  walk.bytes += 5
  walk.tape.push(null)
}

function putObject(walk: Walk, source: object, depth: number, mayCallToJson: boolean): boolean {
  const { around, tape } = walk
  for (let i = around.length - 1; i >= 0; i -= 1) {
    if (around[i] !== source) continue
    putText(walk, '[Circular]')
    return true
  }
  const start = tape.length
  const { messages } = walk
  const outside = around.push(source) - 1
  try {
    return putContents(walk, source, depth, mayCallToJson)
  } catch (thrown) {
    tape.length = start
    walk.messages = messages
    putText(walk, unreadableMark(source, thrown))
    return true
  } finally {
    around.length = outside
  }
}

function putContents(walk: Walk, source: object, depth: number, mayCallToJson: boolean): boolean {
  const isArray = Array.isArray(source)
  if (isArray || isPlain(source)) {
    const toJson = mayCallToJson ? toJsonOf(source) : undefined
    if (toJson !== undefined) return putJson(walk, source, toJson, depth)
    if (isArray) putItems(walk, source, 0, depth)
    else putFields(walk, source, 0, depth)
    return true
  }
  return putShape(walk, source, shapeOf(source, walk.room - walk.reserved, mayCallToJson), depth)
}

function isPlain(source: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(source)
  return prototype === Object.prototype || prototype === null
}

function toJsonOf(source: object): ((key: string) => unknown) | undefined {
  if (!('toJSON' in source)) return undefined
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

function putJson(walk: Walk, source: object, toJson: (key: string) => unknown, depth: number): boolean {
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
  const { reserved, tape } = walk
  if (isFull(walk, depth)) {
    putText(walk, `[Array(${length + more})]`)
    return
  }
  const head = openContainer(tape)
  walk.bytes += 3
  walk.messages += LIST_MESSAGES
  walk.reserved += reserve(walk, length - 1)
  let next = 0
  for (; next < length && walk.room > walk.reserved; next += 1) putItem(walk, items, next, depth)
  walk.reserved = reserved
  if (next < length || more > 0) putRest(walk, items, next, more, depth)
  closeContainer(tape, head, true)
  endMessages(walk, head, LIST_MESSAGES)
}

/** Items from the end, and a mark for those between. */
function putRest(walk: Walk, items: readonly unknown[], next: number, more: number, depth: number): void {
  const { tape, reserved } = walk
  const start = tape.length
  const ends: TapeSlot[][] = []
  let end = items.length
  for (; end > next && walk.room > reserved; end -= 1) {
    putItem(walk, items, end - 1, depth)
    ends.push(tape.splice(start))
  }
  const cut = end - next + Math.max(0, more)
  if (more <= 0 && cut > 0) putText(walk, itemsMark(cut))
  for (let i = ends.length - 1; i >= 0; i -= 1) for (const slot of ends[i] as TapeSlot[]) tape.push(slot)
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
  const { reserved, tape } = walk
  if (isFull(walk, depth)) {
    putText(walk, `[${className(source)}]`)
    return
  }
  const keys = Object.keys(source)
  const head = openContainer(tape)
  let cut = more
  walk.bytes += 3
  walk.messages += OBJECT_MESSAGES
  for (let i = 0; i < keys.length; i += 1) {
    if (walk.room <= reserved || i === MAX_FIELDS) {
      cut += keys.length - i
      break
    }
    walk.reserved = reserved + reserve(walk, keys.length - 1 - i)
    putField(walk, source as Record<string, unknown>, keys[i] as string, depth)
    walk.reserved = reserved
  }
  if (cut > 0) {
    putName(walk, '…')
    putText(walk, propertiesMark(cut))
  }
  closeContainer(tape, head, false)
  endMessages(walk, head, OBJECT_MESSAGES)
}

function putField(walk: Walk, source: Record<string, unknown>, key: string, depth: number): void {
  walk.room -= 1
  let value: unknown
  try {
    value = source[key]
  } catch (thrown) {
    value = threwMark('getter', thrown)
  }
  if (walk.visit !== undefined) {
    walk.path.push(key)
    value = walk.visit(value, walk.path)
  }
  if (value !== undefined) {
    const { tape } = walk
    const before = tape.length
    putName(walk, key)
    if (typeof value === 'string' && value.length >= MIN_MEDIA) value = mediaMark(value, source) ?? value
    if (!putValue(walk, value, depth + 1)) tape.length = before
  }
  if (walk.visit !== undefined) walk.path.pop()
}

function putName(walk: Walk, key: string): void {
  const name = key.length > MAX_KEY_LENGTH ? cutLength(key, MAX_KEY_LENGTH) : key
  walk.bytes += name.length * WORST_UNIT_BYTES + 4
  walk.units += name.length
  walk.tape.push(name)
}

/** The container that began at `head` has ended; where it nests too deep for MLflow, it becomes its JSON text. */
function endMessages(walk: Walk, head: number, own: number): void {
  const { tape } = walk
  walk.messages -= own
  if (walk.messages > walk.maxMessages || walk.messages + own <= walk.maxMessages) return
  const text = JSON.stringify(plainOf({ tape, at: head }))
  tape.length = head
  putText(walk, text)
}

const isFull = (walk: Walk, depth: number): boolean => depth >= walk.maxDepth || walk.room <= walk.reserved

const reserve = (walk: Walk, neighbours: number): number =>
  Math.min((walk.room - walk.reserved) >> 1, neighbours * VALUES_PER_NEIGHBOUR)
