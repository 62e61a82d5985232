import { types } from 'node:util'
import { copyData } from './copied-data.ts'

// What a program puts into a request is its own: getters, `toJSON`, proxies, and arrays with methods of their own run when
// the client reads them, as often as the client does, and never because of us.

type FindGetter = (this: object, key: PropertyKey) => unknown

/** Where a hardened runtime has taken the former away. */
const ownGetter: FindGetter = function (key) {
  return Object.getOwnPropertyDescriptor(this, key)?.get
}

/** Finds a getter without running it; twice as fast as asking for the descriptor. */
const getterOf: FindGetter =
  (Reflect.get(Object.prototype, '__lookupGetter__') as FindGetter | undefined) ?? ownGetter

/**
 * The value at the end of a path of own data properties of somebody else's object. `undefined` where there is none: a
 * getter, a member of a prototype, and what a proxy would answer are not asked for.
 */
export function dataAt(value: unknown, a: PropertyKey, b?: PropertyKey, c?: PropertyKey): unknown {
  let at = ownData(value, a)
  if (b !== undefined) at = ownData(at, b)
  return c === undefined ? at : ownData(at, c)
}

function ownData(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' ? typeof value !== 'function' : value === null) return undefined
  if (types.isProxy(value)) return undefined
  return Object.getOwnPropertyDescriptor(value, key)?.value
}

/**
 * {@link dataAt} for a parameter of a request, as it may become an attribute: text, a number, a truth value, or a list of
 * these.
 */
export function settingAt(value: unknown, a: PropertyKey, b?: PropertyKey, c?: PropertyKey): unknown {
  const found = dataAt(value, a, b, c)
  if (typeof found === 'object')
    return Array.isArray(found) && !types.isProxy(found) ? settings(found) : undefined
  return typeof found === 'function' ? undefined : found
}

const MAX_SETTINGS = 128

function settings(list: readonly unknown[]): unknown[] | undefined {
  const found: unknown[] = []
  for (let index = 0; index < Math.min(list.length, MAX_SETTINGS); index += 1) {
    const item = Object.getOwnPropertyDescriptor(list, index)?.value as unknown
    if (typeof item === 'object' || typeof item === 'function') return undefined
    found.push(item)
  }
  return found
}

/**
 * Whether `value` can be copied by its members: a plain object, without getters and without a `toJSON`. What its members
 * hold is not looked at.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in value) return false
  return Reflect.ownKeys(value).every((key) => getterOf.call(value, key) === undefined)
}

/** The data properties of `value`, which is copied no further; none where it is no object. */
export function dataFields(value: unknown): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {}
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return fields
  for (const key of Object.keys(value)) {
    const found = Object.getOwnPropertyDescriptor(value, key)
    if (found !== undefined && 'value' in found && key !== '__proto__') fields[key] = found.value
  }
  return fields
}

/** The items of a list, its data properties alone; none where it is no list. */
export function itemsOf(value: unknown): readonly unknown[] {
  if (types.isProxy(value) || !Array.isArray(value)) return []
  const { length } = value
  return Array.from({ length }, (_, index) => Object.getOwnPropertyDescriptor(value, index)?.value as unknown)
}

/** Whether `value` is a list like any other, whose items can be read, and which nobody gave methods of its own. */
export function isWholeList(value: unknown): value is readonly unknown[] {
  if (types.isProxy(value) || !Array.isArray(value) || Object.getPrototypeOf(value) !== Array.prototype)
    return false
  const { length } = value
  // Beside its items it has its length.
  if (Reflect.ownKeys(value).length !== length + 1) return false
  for (let index = 0; index < length; index += 1) if (getterOf.call(value, index) !== undefined) return false
  return true
}

/** Values that are looked at: as many as a capture copies. */
const MAX_VALUES = 100_000
/** Deeper than anything that is recorded; what leads back to itself is deeper still. */
const MAX_DEPTH = 64
/** Nested objects of parameters are looked into so deep; messages and tools are lists. */
const MAX_DEPTH_SETTING = 3

let left = 0

/**
 * Whether all that is in `value` can be read without running code of the program: primitives, plain objects and lists,
 * nothing but data properties, all the way down.
 */
export function isPlainData(value: unknown): boolean {
  left = MAX_VALUES
  return isPlain(value, 0, MAX_DEPTH, true)
}

/** {@link isPlainData} of what is no list in `value`: the parameters of a request. */
export function hasPlainSettings(value: unknown): boolean {
  left = MAX_VALUES
  return isPlain(value, 0, MAX_DEPTH_SETTING, false)
}

function isPlain(value: unknown, depth: number, deepest: number, lists: boolean): boolean {
  left -= 1
  switch (typeof value) {
    case 'object':
      if (value === null) return true
      break
    case 'function':
      return !types.isProxy(value)
    case 'bigint':
      // How it becomes JSON is up to the program.
      return false
    default:
      return true
  }
  if (types.isProxy(value)) return false
  if (Array.isArray(value)) return !lists || isPlainList(value, depth, deepest)
  if (depth >= deepest) return !lists
  const prototype: unknown = Object.getPrototypeOf(value)
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in value) return false
  for (const key in value) {
    if (left < 0 || getterOf.call(value, key) !== undefined) return false
    if (!isPlain((value as Record<string, unknown>)[key], depth + 1, deepest, lists)) return false
  }
  return true
}

function isPlainList(list: readonly unknown[], depth: number, deepest: number): boolean {
  if (depth >= deepest || Object.getPrototypeOf(list) !== Array.prototype || 'toJSON' in list) return false
  for (let index = 0; index < list.length; index += 1) {
    if (left < 0 || getterOf.call(list, index) !== undefined) return false
    if (!isPlain(list[index], depth + 1, deepest, true)) return false
  }
  return true
}

/**
 * `value` as it can be read without running code of the program: itself where it {@link isPlainData}, else a copy that is
 * made of its data properties. Never throws.
 */
export function dataOf(value: unknown): unknown {
  try {
    return isPlainData(value) ? value : copyData(value)
  } catch {
    // Only a call at the very end of the stack gets here.
    return '[unreadable]'
  }
}
