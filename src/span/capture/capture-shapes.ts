import { types } from 'node:util'
import { className, findData, hasMethod, threwMark } from './capture-marks.ts'

/** How an object that is neither plain nor an array is recorded. */
export type Shape =
  /** By a text. */
  | { readonly text: string }
  /** As a list; `more` items were left out. */
  | { readonly items: readonly unknown[]; readonly more: number }
  /** By the own enumerable properties of `fields`; `more` were left out. */
  | { readonly fields: object; readonly more: number }
  /** As the primitive that it boxes. */
  | { readonly value: unknown }
  /** As what its `toJSON` gives. */
  | { readonly toJson: (key: string) => unknown }

/** Most properties of one object: objects with more are tables, and slow ones. */
export const MAX_FIELDS = 10_000
const SENSITIVE_HEADER =
  /^(?:proxy-)?authorization$|^(?:set-)?cookie$|token|secret|api-?key|password|credential/i
/** Objects with nothing to read inside, or with far too much (and, for `process`, the environment). */
const OPAQUE =
  /^(?:Promise|Weak(?:Ref|Map|Set)|FinalizationRegistry|AbortController|CryptoKey|FormData|MessagePort|process|global|WebAssembly\..*|.*Stream|.*Generator|.*Iterator)$/
const OPAQUE_CLASS = /^(?:Timeout|Immediate|KeyObject|(?:Secret|Public|Private)KeyObject|.*Socket)$/
const ERROR_FIELDS = ['name', 'message', 'stack', 'cause', 'errors'] as const

/** How to record `source`, which is neither plain nor an array, in at most `room` values. */
export function shapeOf(source: object, room: number, mayCallToJson: boolean): Shape {
  const tag = findData(source, Symbol.toStringTag)
  const known = binaryShape(source, tag) ?? builtInShape(source) ?? webShape(source, tag, room)
  if (known) return known
  const toJson = mayCallToJson ? findData(source, 'toJSON') : undefined
  if (typeof toJson === 'function') return { toJson: (key) => toJson.call(source, key) }
  if (types.isMap(source)) return mapShape(source, room)
  if (types.isSet(source)) return setShape(source, room)
  return opaqueShape(source, tag) ?? { fields: source, more: 0 }
}

function binaryShape(source: object, tag: unknown): Shape | undefined {
  if (ArrayBuffer.isView(source) || types.isAnyArrayBuffer(source)) {
    return { text: `[${className(source)} ${source.byteLength} bytes]` }
  }
  if (tag !== 'Blob' && tag !== 'File') return undefined
  const { size, type } = source as Blob
  return { text: `[${tag} ${size} bytes${type ? ` ${type}` : ''}]` }
}

function builtInShape(source: object): Shape | undefined {
  if (types.isDate(source)) return { text: dateText(source) }
  if (types.isNativeError(source) || source instanceof Error) return { fields: errorFields(source), more: 0 }
  if (types.isRegExp(source)) return { text: RegExp.prototype.toString.call(source) }
  if (types.isPromise(source)) return { text: '[Promise]' }
  if (!types.isBoxedPrimitive(source)) return undefined
  return { value: unboxed(source) }
}

const dateText = (date: Date): string =>
  Number.isNaN(Date.prototype.getTime.call(date)) ? 'Invalid Date' : Date.prototype.toISOString.call(date)

function unboxed(source: object): unknown {
  if (types.isNumberObject(source)) return Number.prototype.valueOf.call(source)
  if (types.isStringObject(source)) return String.prototype.valueOf.call(source)
  if (types.isBooleanObject(source)) return Boolean.prototype.valueOf.call(source)
  if (types.isBigIntObject(source)) return BigInt.prototype.valueOf.call(source)
  return Symbol.prototype.valueOf.call(source)
}

/**
 * Besides what every error has, only plain values (`code`, `status`, ...): clients hang whole requests, with
 * their credentials, on their errors.
 */
function errorFields(error: object): object {
  const fields: Record<string, unknown> = Object.create(null)
  for (const key of ERROR_FIELDS) {
    if (!(key in error)) continue
    const value = readOnce(error, key)
    if (value !== undefined) fields[key] = value
  }
  for (const key of Object.keys(error)) {
    if ((ERROR_FIELDS as readonly string[]).includes(key)) continue
    const value = readOnce(error, key)
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) fields[key] = value
  }
  return fields
}

function readOnce(source: object, key: string): unknown {
  try {
    return (source as Record<string, unknown>)[key]
  } catch (thrown) {
    return threwMark('getter', thrown)
  }
}

function webShape(source: object, tag: unknown, room: number): Shape | undefined {
  switch (tag) {
    case 'URL':
    case 'URLSearchParams':
      return { text: (source as URL).toString() }
    case 'AbortSignal':
      return { text: (source as AbortSignal).aborted ? '[AbortSignal aborted]' : '[AbortSignal]' }
    case 'Headers':
      return hasMethod(source, 'entries') ? headersShape(source as Headers, room) : undefined
    case 'Request': {
      const { method, url } = source as Request
      return { fields: { method, url }, more: 0 }
    }
    case 'Response': {
      const { status, statusText, url } = source as Response
      return { fields: { status, statusText, url }, more: 0 }
    }
    default:
      return undefined
  }
}

function headersShape(headers: Headers, room: number): Shape {
  const fields: Record<string, unknown> = Object.create(null)
  let taken = 0
  for (const [name, value] of headers.entries()) {
    if (taken >= room) break
    taken += 1
    fields[name] = SENSITIVE_HEADER.test(name) ? '[removed]' : value
  }
  return { fields, more: 0 }
}

function mapShape(map: Map<unknown, unknown>, room: number): Shape {
  const pairs: [unknown, unknown][] = []
  let textKeys = true
  for (const pair of Map.prototype.entries.call(map) as Iterable<[unknown, unknown]>) {
    if (pairs.length >= room) break
    if (typeof pair[0] !== 'string') textKeys = false
    pairs.push(pair)
  }
  const size = sizeOfMap(map)
  if (!textKeys) return { items: pairs, more: size - pairs.length }
  if (pairs.length > MAX_FIELDS) pairs.length = MAX_FIELDS
  const fields: Record<string, unknown> = Object.create(null)
  for (const [key, value] of pairs) fields[key as string] = value
  return { fields, more: size - pairs.length }
}

function setShape(set: Set<unknown>, room: number): Shape {
  const items: unknown[] = []
  for (const item of Set.prototype.values.call(set) as Iterable<unknown>) {
    if (items.length >= room) break
    items.push(item)
  }
  return { items, more: sizeOfSet(set) - items.length }
}

// A subclass may override `size`; the built-in getter counts what is really there.
const sizeOfMap = (map: object): number =>
  Number(Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get?.call(map) ?? 0)
const sizeOfSet = (set: object): number =>
  Number(Object.getOwnPropertyDescriptor(Set.prototype, 'size')?.get?.call(set) ?? 0)

function opaqueShape(source: object, tag: unknown): Shape | undefined {
  if (typeof tag === 'string' && OPAQUE.test(tag)) return { text: `[${tag}]` }
  // A span knows its whole trace, and what of it waits to be sent.
  if (hasMethod(source, 'spanContext') && hasMethod(source, 'end')) return { text: '[Span]' }
  const name = className(source)
  if (OPAQUE_CLASS.test(name)) return { text: `[${name}]` }
  // Reading a stream or an iterator, or touching a lazy promise, would use it up or start it.
  const isLive =
    hasMethod(source, 'then') ||
    hasMethod(source, Symbol.asyncIterator) ||
    (hasMethod(source, 'next') && hasMethod(source, Symbol.iterator)) ||
    (hasMethod(source, 'pipe') && hasMethod(source, 'on'))
  if (isLive || isSchema(source) || isClient(source)) return { text: `[${name}]` }
  return undefined
}

/** A schema is a large graph of closures, some of which run code of the program; its name tells more than its insides. */
const isSchema = (source: object): boolean =>
  '_zod' in source || '~standard' in source || ('_def' in source && 'parse' in source)

const CLIENT_CLASS =
  /(?:Client|Pool|Connection|Database|DataSource|Driver|Transport|Transporter|Producer|Consumer|Credentials?|SDK)$|^(?:Prisma|Redis|Sequelize|Kysely|Knex|Mongo|Firestore|OpenAI|Anthropic|GoogleGenAI)/
const CLIENT_FIELD =
  /^[_#]*(?:api_?keys?|auth(?:_?client|_?token)?|credentials?|password|passwd|secret|client_?secret|private_?key|access_?token|access_?key|secret_?(?:access_?)?key|refresh_?token|connection_?string)$/i
/** What is shorter is a token of a language. */
const MIN_TOKEN = 16
const MAX_CLASSES = 8

/**
 * Clients, pools and connections hold credentials, sockets and whole configurations. What is known of one is its class:
 * it emits events, is called so, or has a property for a key.
 */
function isClient(source: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(source)
  if (prototype === null || prototype === Object.prototype) return false
  if (hasMethod(source, 'emit') && hasMethod(source, 'on')) return true
  if (Object.keys(source).some((key) => CLIENT_FIELD.test(key))) return true
  const token = findData(source, 'token')
  if (typeof token === 'string' && token.length >= MIN_TOKEN) return true
  let holder: object | null = prototype as object
  for (let steps = 0; holder !== null && steps < MAX_CLASSES; steps += 1) {
    const maker: unknown = Object.getOwnPropertyDescriptor(holder, 'constructor')?.value
    if (
      maker !== Object &&
      typeof maker === 'function' &&
      CLIENT_CLASS.test(String(findData(maker, 'name') ?? ''))
    ) {
      return true
    }
    holder = Object.getPrototypeOf(holder)
  }
  return false
}
