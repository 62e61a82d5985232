import {
  className,
  describePrimitive,
  findData,
  itemsMark,
  propertiesMark,
  setField,
  threwMark,
  unreadableMark,
} from './capture-marks.ts'
import { MAX_FIELDS, type Shape, shapeOf } from './capture-shapes.ts'
import { findMet, type Met, remember, type Walk } from './capture-state.ts'
import { cleanText, cutLength } from './capture-strings.ts'
import type { Captured } from './captured.ts'
import { mediaMark } from './media-mark.ts'

/** Values kept back for each neighbour that is still to come, so that the first one cannot take all. */
const VALUES_PER_NEIGHBOUR = 32
export const MAX_KEY_LENGTH = 512
/** JSON bytes that one UTF-16 unit can come to at worst (`\u0001`). */
const WORST_UNIT_BYTES = 6

/** A copy of `value`, inside `depth` containers; `undefined` for what JSON leaves out. Never throws. */
export function copyValue(walk: Walk, value: unknown, depth: number): Captured | undefined {
  switch (typeof value) {
    case 'string':
      return copyText(walk, value)
    case 'number':
      return copyNumber(walk, value)
    case 'boolean':
      walk.bytes += 6
      return value
    case 'object':
      if (value !== null) return copyObject(walk, value, depth, true)
      walk.bytes += 5
      return null
    case 'undefined':
      return undefined
    default:
      return copyText(walk, describeSafely(value as bigint | symbol))
  }
}

function describeSafely(value: bigint | symbol): string {
  try {
    return describePrimitive(value)
  } catch (thrown) {
    return threwMark('function', thrown)
  }
}

function copyText(walk: Walk, given: string, around?: object): string {
  const text = mediaMark(given, around) ?? given
  const short = text.length > walk.maxLength ? cutLength(text, walk.maxLength) : text
  walk.bytes += short.length * WORST_UNIT_BYTES + 3
  if (walk.bytes < walk.cleanBelow) return cleanText(short)
  walk.isUnclean = true
  return short
}

function copyNumber(walk: Walk, value: number): Captured {
  walk.bytes += 32
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value)
  return value
}

function copyObject(walk: Walk, source: object, depth: number, mayCallToJson: boolean): Captured | undefined {
  const before = findMet(walk, source)
  if (before) {
    if (!before.isDone) return copyText(walk, '[Circular]')
    if (!walk.visit) return copyAgain(walk, before, depth)
  }
  const met = before ?? remember(walk, source)
  const { room, bytes, height } = walk
  met.isDone = false
  walk.height = 0
  let copy: Captured | undefined
  try {
    copy = copyContents(walk, source, depth, mayCallToJson)
  } catch (thrown) {
    copy = copyText(walk, unreadableMark(source, thrown))
  }
  met.copy = copy
  met.isDone = true
  met.values = room - walk.room
  met.bytes = walk.bytes - bytes
  met.height = walk.height
  walk.height = Math.max(height, walk.height + 1)
  return copy
}

/** A container that was copied before is not read again: its getters and its `toJSON` have had their one call. */
function copyAgain(walk: Walk, met: Met, depth: number): Captured | undefined {
  const { copy } = met
  const isContainer = copy !== null && typeof copy === 'object'
  if (isContainer && (depth + met.height + 1 > walk.maxDepth || walk.room - met.values <= walk.reserved)) {
    return copyText(walk, Array.isArray(copy) ? `[Array(${copy.length})]` : '[Object]')
  }
  walk.room -= met.values
  walk.bytes += met.bytes
  walk.height = Math.max(walk.height, met.height + 1)
  return copy
}

function copyContents(
  walk: Walk,
  source: object,
  depth: number,
  mayCallToJson: boolean,
): Captured | undefined {
  const isArray = Array.isArray(source)
  if (isArray || isPlain(source)) {
    const toJson = mayCallToJson && 'toJSON' in source ? findData(source, 'toJSON') : undefined
    if (typeof toJson === 'function') return copyJson(walk, source, (key) => toJson.call(source, key), depth)
    return isArray ? copyItems(walk, source, 0, depth) : copyFields(walk, source, 0, depth)
  }
  return copyShape(walk, source, shapeOf(source, walk.room - walk.reserved, mayCallToJson), depth)
}

function isPlain(source: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(source)
  return prototype === Object.prototype || prototype === null
}

function copyShape(walk: Walk, source: object, shape: Shape, depth: number): Captured | undefined {
  if ('text' in shape) return copyText(walk, shape.text)
  if ('items' in shape) return copyItems(walk, shape.items, shape.more, depth)
  if ('fields' in shape) return copyFields(walk, shape.fields, shape.more, depth)
  if ('value' in shape) return copyValue(walk, shape.value, depth)
  return copyJson(walk, source, shape.toJson, depth)
}

function copyJson(
  walk: Walk,
  source: object,
  toJson: (key: string) => unknown,
  depth: number,
): Captured | undefined {
  let json: unknown
  try {
    json = toJson('')
  } catch (thrown) {
    return copyText(walk, threwMark('toJSON', thrown))
  }
  if (typeof json !== 'object' || json === null) return copyValue(walk, json, depth)
  return json === source ? copyContents(walk, source, depth, false) : copyObject(walk, json, depth, false)
}

/**
 * The items from the start for as long as there is room, less what is kept for the rest; then the items from
 * the end. In a conversation that is the system prompt, and the newest messages.
 */
function copyItems(walk: Walk, items: readonly unknown[], more: number, depth: number): Captured {
  const length = Math.max(0, Math.trunc(Number(items.length)) || 0)
  const { reserved } = walk
  if (isFull(walk, depth)) return copyText(walk, `[Array(${length + more})]`)
  const copies: Captured[] = []
  walk.bytes += 3
  walk.reserved += reserve(walk, length - 1)
  let next = 0
  for (; next < length && walk.room > walk.reserved; next += 1) copyItem(walk, items, next, depth, copies)
  walk.reserved = reserved
  if (next === length && more <= 0) return copies
  const last: Captured[] = []
  let end = length
  for (; end > next && walk.room > reserved; end -= 1) copyItem(walk, items, end - 1, depth, last)
  const cut = end - next + Math.max(0, more)
  if (more <= 0 && cut > 0) copies.push(copyText(walk, itemsMark(cut)))
  for (let i = last.length - 1; i >= 0; i -= 1) copies.push(last[i] as Captured)
  if (more > 0) copies.push(copyText(walk, itemsMark(cut)))
  return copies
}

function copyItem(walk: Walk, items: readonly unknown[], index: number, depth: number, to: Captured[]): void {
  walk.room -= 1
  let item: unknown
  try {
    item = items[index]
  } catch (thrown) {
    item = threwMark('getter', thrown)
  }
  if (!walk.visit) {
    to.push(copyValue(walk, item, depth + 1) ?? noValue(walk))
    return
  }
  walk.path.push(index)
  item = walk.visit(item, walk.path)
  if (item !== undefined) to.push(copyValue(walk, item, depth + 1) ?? noValue(walk))
  walk.path.pop()
}

function noValue(walk: Walk): null {
  walk.bytes += 5
  return null
}

function copyFields(walk: Walk, source: object, more: number, depth: number): Captured {
  const { reserved } = walk
  if (isFull(walk, depth)) return copyText(walk, `[${className(source)}]`)
  const keys = Object.keys(source)
  const copies: { [key: string]: Captured } = {}
  let cut = more
  walk.bytes += 3
  for (let i = 0; i < keys.length; i += 1) {
    if (walk.room <= reserved || i === MAX_FIELDS) {
      cut += keys.length - i
      break
    }
    walk.reserved = reserved + reserve(walk, keys.length - 1 - i)
    copyField(walk, source as Record<string, unknown>, keys[i] as string, depth, copies)
    walk.reserved = reserved
  }
  if (cut > 0) setField(copies, '…', copyText(walk, propertiesMark(cut)))
  return copies
}

function copyField(
  walk: Walk,
  source: Record<string, unknown>,
  key: string,
  depth: number,
  to: { [key: string]: Captured },
): void {
  walk.room -= 1
  let value: unknown
  try {
    value = source[key]
  } catch (thrown) {
    value = threwMark('getter', thrown)
  }
  if (walk.visit) {
    walk.path.push(key)
    value = walk.visit(value, walk.path)
  }
  const copy = typeof value === 'string' ? copyText(walk, value, source) : copyValue(walk, value, depth + 1)
  if (walk.visit) walk.path.pop()
  if (copy === undefined) return
  const name = cleanText(key.length > MAX_KEY_LENGTH ? cutLength(key, MAX_KEY_LENGTH) : key)
  walk.bytes += name.length * WORST_UNIT_BYTES + 4
  setField(to, name, copy)
}

const isFull = (walk: Walk, depth: number): boolean => depth >= walk.maxDepth || walk.room <= walk.reserved

const reserve = (walk: Walk, neighbours: number): number =>
  Math.min((walk.room - walk.reserved) >> 1, neighbours * VALUES_PER_NEIGHBOUR)
