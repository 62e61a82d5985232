import { types } from 'node:util'
import { cutLength } from './capture-strings.ts'
import type { Captured } from './captured.ts'

/** Longest message of somebody else's error inside a mark. */
const MESSAGE_LENGTH = 200
const NAME_LENGTH = 100
/** About a thousand decimal digits: turning a larger bigint into text takes quadratic time. */
const MAX_BIGINT_BITS = 3400

/** `[getter threw: message]`, and the like for other code that broke while it was being looked at. */
export function threwMark(what: string, thrown: unknown): string {
  const message = messageOf(thrown)
  return message ? `[${what} threw: ${message}]` : `[${what} threw]`
}

/** What to write for a function, a symbol or a bigint. */
export function describePrimitive(value: bigint | symbol | ((...args: never) => unknown)): string {
  if (typeof value === 'bigint') return bigintText(value)
  if (typeof value === 'symbol') return `Symbol(${value.description ?? ''})`
  const name = findData(value, 'name')
  return typeof name === 'string' && name ? `[Function ${shortName(name)}]` : '[Function]'
}

/** Name of the class of `source`, `Object` where it has none. Runs no code of others except proxy traps. */
export function className(source: object): string {
  const maker = findData(source, 'constructor')
  const name = typeof maker === 'function' ? findData(maker, 'name') : undefined
  return typeof name === 'string' && name ? shortName(name) : 'Object'
}

/**
 * The data property `key` of `source` or of its prototypes. Accessors give `undefined`: to look at what an
 * object is must not run its getters, which may run once only, when its properties are copied.
 */
export function findData(source: object, key: PropertyKey): unknown {
  if (!(key in source)) return undefined
  let holder: object | null = source
  for (let steps = 0; holder !== null && steps < 100; steps += 1) {
    const found = Object.getOwnPropertyDescriptor(holder, key)
    if (found) return found.value
    holder = Object.getPrototypeOf(holder)
  }
  return undefined
}

/** Whether `source` has a method `key`. */
export const hasMethod = (source: object, key: PropertyKey): boolean =>
  typeof findData(source, key) === 'function'

/** What stands in a list for `count` items that were left out. */
export const itemsMark = (count: number): string => `…[${count} items cut]…`

/** What stands, under the name `…`, for `count` properties that were left out. */
export const propertiesMark = (count: number): string => `[${count} properties cut]`

/** Assigns own property `key`, also where it is `__proto__`. */
export function setField(to: { [key: string]: Captured }, key: string, value: Captured): void {
  if (key !== '__proto__') to[key] = value
  else Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true })
}

/** What to write for an object that could not be read at all. */
export function unreadableMark(source: object, thrown: unknown): string {
  try {
    if (types.isProxy(source)) {
      try {
        Array.isArray(source)
      } catch {
        return '[revoked Proxy]'
      }
      return threwMark('Proxy', thrown)
    }
  } catch {
    // Nothing more can be said than below.
  }
  return threwMark('object', thrown)
}

function bigintText(value: bigint): string {
  const most = 1n << BigInt(MAX_BIGINT_BITS)
  if (value < most && value > -most) return String(value)
  return '[bigint of more than 1000 digits]'
}

function messageOf(thrown: unknown): string {
  try {
    const message: unknown = thrown instanceof Error ? thrown.message : thrown
    return typeof message === 'string' ? cutLength(message, MESSAGE_LENGTH) : ''
  } catch {
    return ''
  }
}

const shortName = (name: string): string => (name.length > NAME_LENGTH ? name.slice(0, NAME_LENGTH) : name)
