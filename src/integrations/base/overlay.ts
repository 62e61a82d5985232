import { isPlainObject } from './own-data.ts'

/** Other values for some members of an object. */
export interface Overlay {
  /** What is read in the place of `value`, the program's own. */
  value(key: PropertyKey, value: unknown): unknown
  /** A member that the object gets when it has none of that name; `undefined` for none. Asked when its members are counted. */
  added?(): string | undefined
}

/**
 * `source` with other values for some of its members; itself it stays what it is. A plain object is copied, which reads
 * nothing but data. Any other is read through, so that its getters, its `toJSON` and its traps run when the reader reads it, as
 * often as without us.
 */
export function overlay(source: object, over: Overlay): object {
  return isPlainObject(source) ? copyOf(source, over) : viewOf(source, over)
}

function copyOf(source: Readonly<Record<string, unknown>>, over: Overlay): object {
  const copy: Record<PropertyKey, unknown> = { ...source }
  for (const key of Reflect.ownKeys(copy)) copy[key] = over.value(key, copy[key])
  const added = over.added?.()
  if (added !== undefined && !Object.hasOwn(copy, added)) copy[added] = over.value(added, undefined)
  return copy
}

function viewOf(source: object, over: Overlay): object {
  // A member that the source was found to lack is not asked for.
  let lacking: string | undefined
  const read = (key: PropertyKey): unknown => (key === lacking ? undefined : Reflect.get(source, key, source))
  // The members of a frozen object must be shown as they are, so the proxy does not stand for the source itself.
  return new Proxy(Object.create(null) as object, {
    get(_, key) {
      const value = read(key)
      if (key !== 'toJSON' || typeof value !== 'function') return over.value(key, value)
      return (...args: unknown[]): unknown => {
        const json: unknown = Reflect.apply(value, source, args)
        return typeof json === 'object' && json !== null ? overlay(json, over) : json
      }
    },
    has: (_, key) => key === lacking || Reflect.has(source, key),
    ownKeys() {
      const keys = Reflect.ownKeys(source)
      const added = over.added?.()
      lacking = added === undefined || keys.includes(added) ? undefined : added
      return lacking === undefined ? keys : [...keys, lacking]
    },
    getOwnPropertyDescriptor(_, key) {
      if (key === lacking) return { ...ADDED, value: over.value(key, undefined) }
      const found = Reflect.getOwnPropertyDescriptor(source, key)
      return found && { ...found, configurable: true }
    },
    getPrototypeOf: () => Reflect.getPrototypeOf(source),
    set(_, key, value) {
      if (key === lacking) lacking = undefined
      return Reflect.set(source, key, value)
    },
    deleteProperty: (_, key) => Reflect.deleteProperty(source, key),
  })
}

const ADDED = { configurable: true, enumerable: true, writable: true } as const
