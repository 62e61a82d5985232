/** A function as it is found on somebody else's object. */
// biome-ignore lint/suspicious/noExplicitAny: it takes whatever its owner says
export type Method = (this: any, ...args: any[]) => any

/** An object of which only some members are known. */
export type Fields = Readonly<Record<string, unknown>>

/** The members of `value`; none where it is no object. Reading one may throw: see {@link read}. */
export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? (value as Fields) : NONE
}

const NONE: Fields = Object.freeze({})

/** Whether `value` can have members. */
export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

/** The value at the end of a path of one to five keys, or `undefined`; a getter that throws counts as absent. */
export function read(value: unknown, ...path: readonly PropertyKey[]): unknown
export function read(
  value: unknown,
  a: PropertyKey,
  b?: PropertyKey,
  c?: PropertyKey,
  d?: PropertyKey,
  e?: PropertyKey,
): unknown {
  // Asked dozens of times for each call of a model, so it makes no list of the keys.
  try {
    let at = member(value, a)
    if (b !== undefined) at = member(at, b)
    if (c !== undefined) at = member(at, c)
    if (d !== undefined) at = member(at, d)
    return e === undefined ? at : member(at, e)
  } catch {
    return undefined
  }
}

function member(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== 'object' ? typeof value !== 'function' : value === null) return undefined
  return (value as Record<PropertyKey, unknown>)[key]
}

/** `value` where it is text with something in it. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** `value` where it is a finite number. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** `value` where it is a list, else an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
