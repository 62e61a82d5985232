import { types } from 'node:util'
import { isHelper } from './follow-helper.ts'
import { isObservable } from './follow-observable.ts'
import { carriedStream } from './follow-result.ts'
import { methodOf } from './mirror.ts'
import { isPlainlyAwaited, usesNativeThen } from './native-promise.ts'
import { isWatched } from './settling.ts'

/** What kind of work a returned value stands for. `value`: none, it is there. */
export type Kind =
  | 'value'
  | 'promise'
  | 'thenable'
  | 'generator'
  | 'async-generator'
  | 'async-iterable'
  | 'web-stream'
  | 'node-stream'
  | 'response'
  | 'observable'
  | 'helper'
  | 'carrier'

/**
 * What kind of work `value` stands for. Looks at types and methods only: calls nothing of the value and starts
 * nothing. Arrays, maps and other synchronous collections are values; so are the lazy iterators made of them.
 */
export function kindOf(value: unknown): Kind {
  if (typeof value !== 'object' || value === null) return 'value'
  try {
    if (isData(value)) return 'value'
    if (types.isPromise(value)) {
      return isWatched(value) || usesNativeThen(value) || isPlainlyAwaited(value) ? 'promise' : 'thenable'
    }
    if (types.isGeneratorObject(value)) {
      return methodOf(value, Symbol.asyncIterator) ? 'async-generator' : 'generator'
    }
    if (methodOf(value, 'then')) return 'thenable'
    if (isWebStream(value)) return 'web-stream'
    if (isNodeStream(value)) return 'node-stream'
    if (isResponse(value)) return 'response'
    if (isObservable(value)) return 'observable'
    const kind = kindOfIterable(value)
    if (kind !== 'value' || ArrayBuffer.isView(value)) return kind
    if (isHelper(value)) return 'helper'
    return carriedStream(value) === undefined ? 'value' : 'carrier'
  } catch {
    return 'value'
  }
}

/** Whether `value` is plain data, as most of what is returned is. Finding that out is faster than excluding the rest. */
function isData(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Array.prototype) return !('then' in value)
  return (
    prototype === Object.prototype &&
    !('then' in value || 'next' in value || 'pipe' in value || 'getReader' in value || 'stream' in value) &&
    !(Symbol.asyncIterator in value)
  )
}

function kindOfIterable(value: object): Kind {
  const isIterator = methodOf(value, 'next') !== undefined
  if (methodOf(value, Symbol.asyncIterator)) return isIterator ? 'async-generator' : 'async-iterable'
  // All three methods: a generator compiled for an old target. A collection's own iterator has no `throw`.
  const isCompiled = isIterator && methodOf(value, 'throw') && methodOf(value, 'return')
  return isCompiled && methodOf(value, Symbol.iterator) ? 'generator' : 'value'
}

const isWebStream = (value: object): boolean =>
  Object.prototype.toString.call(value) === '[object ReadableStream]' &&
  ['getReader', 'cancel', 'tee', 'pipeTo'].every((key) => methodOf(value, key))

const isResponse = (value: object): boolean =>
  Object.prototype.toString.call(value) === '[object Response]' &&
  ['clone', 'text', 'arrayBuffer'].every((key) => methodOf(value, key)) &&
  typeof (value as { bodyUsed?: unknown }).bodyUsed === 'boolean'

const isNodeStream = (value: object): boolean =>
  ['on', 'pipe', 'read', 'emit'].every((key) => methodOf(value, key)) &&
  typeof (value as { _readableState?: unknown })._readableState === 'object'
