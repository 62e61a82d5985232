import { types } from 'node:util'

/** Values that are copied: as many as a capture copies. */
const MAX_VALUES = 100_000
/** Deeper than anything that is recorded. */
const MAX_DEPTH = 64

interface Copying {
  left: number
  readonly around: object[]
  /** What was copied already, so that it is one object in the copy too. */
  readonly copies: Map<object, unknown>
}

/** A copy of `value` that is made of its data properties: no getter, no `toJSON`, no iterator, no trap of a proxy runs. */
export function copyData(value: unknown): unknown {
  return copied(value, { left: MAX_VALUES, around: [], copies: new Map() })
}

function copied(value: unknown, copying: Copying): unknown {
  copying.left -= 1
  if (typeof value === 'function') return types.isProxy(value) ? '[Proxy]' : value
  if (typeof value !== 'object' || value === null) return value
  if (types.isProxy(value)) return '[Proxy]'
  const { around, copies } = copying
  if (copies.has(value)) return copies.get(value)
  if (around.includes(value)) return '[Circular]'
  if (around.length >= MAX_DEPTH || copying.left < 0) return `[${nameOf(value)}]`
  around.push(value)
  const copy = copyOf(value, copying)
  around.pop()
  copies.set(value, copy)
  return copy
}

function copyOf(source: object, copying: Copying): unknown {
  if (Array.isArray(source)) return listOf(source, copying)
  if (isBuiltIn(source)) return source
  if (types.isMap(source)) return mapOf(source, copying)
  if (types.isSet(source)) return setOf(source, copying)
  if (types.isNativeError(source)) return errorOf(source, copying)
  return isOwnAffair(source) ? `[${nameOf(source)}]` : fieldsOf(source, copying)
}

function listOf(source: readonly unknown[], copying: Copying): unknown[] {
  const items: unknown[] = []
  const { length } = source
  for (let index = 0; index < length; index += 1) {
    if (copying.left < 0) {
      items.push(`…[${length - index} items cut]…`)
      break
    }
    const found = Object.getOwnPropertyDescriptor(source, index)
    items.push(found?.get === undefined ? copied(found?.value, copying) : GETTER)
  }
  return items
}

const GETTER = '[getter]'

function fieldsOf(source: object, copying: Copying): object {
  const fields: Record<string, unknown> = {}
  for (const key of Object.keys(source)) {
    const found = Object.getOwnPropertyDescriptor(source, key)
    if (found === undefined) continue
    const value = found.get === undefined ? copied(found.value, copying) : GETTER
    if (key !== '__proto__') fields[key] = value
    // An assignment would set the prototype.
    else Object.defineProperty(fields, key, { ...PLAIN, value })
  }
  return fields
}

const PLAIN = { writable: true, enumerable: true, configurable: true } as const

/** What the capture describes by what the runtime itself says of it. */
const isBuiltIn = (source: object): boolean =>
  ArrayBuffer.isView(source) ||
  types.isAnyArrayBuffer(source) ||
  types.isDate(source) ||
  types.isRegExp(source) ||
  types.isPromise(source) ||
  types.isBoxedPrimitive(source) ||
  isOfRuntime(source)

/** Classes of the runtime: their getters are its own, those of a subclass are not. Loaded when somebody uses them. */
const RUNTIME: ReadonlyMap<string, () => { readonly prototype: unknown }> = new Map<
  string,
  () => { readonly prototype: unknown }
>([
  ['AbortSignal', () => AbortSignal],
  ['Blob', () => Blob],
  ['File', () => File],
  ['FormData', () => FormData],
  ['Headers', () => Headers],
  ['Request', () => Request],
  ['Response', () => Response],
  ['URL', () => URL],
  ['URLSearchParams', () => URLSearchParams],
])

const isOfRuntime = (source: object): boolean =>
  RUNTIME.get(nameOf(source))?.().prototype === Object.getPrototypeOf(source)

const eachOfMap: Map<unknown, unknown>['forEach'] = Map.prototype.forEach
const eachOfSet: Set<unknown>['forEach'] = Set.prototype.forEach

function mapOf(source: Map<unknown, unknown>, copying: Copying): Map<unknown, unknown> {
  const copy = new Map<unknown, unknown>()
  eachOfMap.call(source, (value, key) => {
    if (copying.left >= 0) copy.set(copied(key, copying), copied(value, copying))
  })
  return copy
}

function setOf(source: Set<unknown>, copying: Copying): Set<unknown> {
  const copy = new Set<unknown>()
  eachOfSet.call(source, (value) => {
    if (copying.left >= 0) copy.add(copied(value, copying))
  })
  return copy
}

const ERROR_FIELDS = ['message', 'stack', 'cause', 'errors'] as const

/** Besides what every error has, only plain values: clients hang whole requests on their errors. */
function errorOf(source: Error, copying: Copying): object {
  const fields: Record<string, unknown> = { name: inherited(source, 'name') }
  for (const key of ERROR_FIELDS) {
    const value = inherited(source, key)
    if (value !== undefined) fields[key] = copied(value, copying)
  }
  for (const key of Object.keys(source)) {
    const value = Object.getOwnPropertyDescriptor(source, key)?.value as unknown
    if (value !== undefined && typeof value !== 'object' && typeof value !== 'function') fields[key] ??= value
  }
  return fields
}

/**
 * What says itself what it is made JSON of, and may hide the rest; what is read by running it (a stream, an iterator, a
 * lazy promise); or what is a large graph of functions (a schema).
 */
function isOwnAffair(source: object): boolean {
  const has = (key: PropertyKey): boolean => typeof inherited(source, key) === 'function'
  return (
    has('toJSON') ||
    has('then') ||
    has(Symbol.asyncIterator) ||
    (has('next') && has(Symbol.iterator)) ||
    (has('pipe') && has('on')) ||
    (('_zod' in source || '_def' in source) && has('parse'))
  )
}

/** The name of the class of `source`. */
function nameOf(source: object): string {
  const made = inherited(source, 'constructor')
  const name = typeof made === 'function' ? inherited(made, 'name') : undefined
  return typeof name === 'string' && name !== '' ? name.slice(0, 100) : 'Object'
}

/** The method `key` of an object of the program or of its class; `undefined` where only a getter would give it. */
export function methodIn(source: unknown, key: PropertyKey): unknown {
  const found = typeof source === 'object' && source !== null ? inherited(source, key) : undefined
  return typeof found === 'function' ? found : undefined
}

const MAX_PROTOTYPES = 100

/** The data property `key` of `source` or of its prototypes. */
function inherited(source: object, key: PropertyKey): unknown {
  let at: object | null = source
  for (let step = 0; at !== null && step < MAX_PROTOTYPES && !types.isProxy(at); step += 1) {
    const found = Object.getOwnPropertyDescriptor(at, key)
    if (found !== undefined) return found.value
    at = Object.getPrototypeOf(at) as object | null
  }
  return undefined
}
