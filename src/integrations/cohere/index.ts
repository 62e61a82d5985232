/**
 * Traces the calls that a program makes with the package `cohere-ai`, from version 7.14: `turnspan/cohere`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import {
  createInstrument,
  dataAt,
  isObject,
  type Method,
  observedMethod,
  ownerOf,
  type Patches,
  read,
  type Uninstrument,
} from '../base/index.ts'
import { type CohereMethod, formerMethods, methodsOf } from './methods.ts'
import type { CohereOptions } from './options.ts'

export type { Uninstrument } from '../base/index.ts'
export type { CohereOptions } from './options.ts'

const KEYS: Readonly<Record<keyof CohereOptions, true>> = { idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentCohere()', KEYS)

const instrument: (copy?: unknown, options?: CohereOptions) => Uninstrument = createInstrument<CohereOptions>(
  {
    name: 'cohere',
    patch(copy, patches, options) {
      return prototypesOf(copy)
        .map((prototype) => {
          const former = patchMethods(patches, prototype, formerMethods(options))
          return patchMethods(patches, resourceOf(prototype), methodsOf(options)) || former
        })
        .some(Boolean)
    },
  },
)

/**
 * Traces every client of the package `cohere-ai`, for both versions of the API: chats and completions, streamed or not,
 * embeddings and reranking. `init` calls it automatically; call it yourself only where turnspan cannot find the
 * package, for example in a bundled application. Calling it again for the same copy changes nothing.
 *
 * @param copy - the exports of the package, its class `CohereClient` or `CohereClientV2`, or a client. Default: the copies
 * that the application has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import * as cohere from 'cohere-ai'
 * instrumentCohere(cohere)
 */
export function instrumentCohere(copy?: unknown, options?: CohereOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}

/** The prototypes of clients for the first version in what was given; those for the second carry one. */
function prototypesOf(copy: unknown): object[] {
  const carried = read(copy, 'client') ?? read(madeClient(copy), 'client')
  const candidates = [
    read(copy, 'prototype'),
    read(copy, 'CohereClient', 'prototype'),
    read(copy, 'default', 'CohereClient', 'prototype'),
    isObject(copy) ? Object.getPrototypeOf(copy) : undefined,
    isObject(carried) ? Object.getPrototypeOf(carried) : undefined,
  ]
  return [...new Set(candidates)].filter(
    (candidate): candidate is object =>
      typeof read(candidate, 'generate') === 'function' && ownerOf(candidate, 'v2') !== undefined,
  )
}

/** A client for the second version, of its class alone, which leads to no other: making one stores its options. */
function madeClient(copy: unknown): unknown {
  try {
    if (typeof copy !== 'function' || !/\bclientV2\b/.test(Function.prototype.toString.call(copy)))
      return undefined
    return Reflect.construct(copy, [{ token: '' }])
  } catch {
    return undefined
  }
}

/** The prototype of the client for the second version, which no export leads to: making one stores its options. */
function resourceOf(prototype: object): unknown {
  const owner = ownerOf(prototype, 'v2')
  const getter = owner && Object.getOwnPropertyDescriptor(owner, 'v2')?.get
  try {
    const made: unknown = getter && Reflect.apply(getter, { _options: { token: '' } }, [])
    return isObject(made) ? Object.getPrototypeOf(made) : undefined
  } catch {
    return undefined
  }
}

/**
 * Newer versions make each call by a method of their own, and hand out a promise that has the response as well: there the former
 * is observed. Clients for the second version that were made before have it too, since it is bound to none of them.
 */
function patchMethods(patches: Patches, prototype: unknown, methods: readonly CohereMethod[]): boolean {
  let found = false
  for (const method of methods) {
    const own = `__${method.method}`
    const isNew = ownerOf(prototype, own) !== undefined
    const known: CohereMethod = isNew ? { ...method, resultOf: (both) => dataAt(both, 'data') } : method
    const wrap = (original: Method): Method => observedMethod(original, known)
    if (patches.wrap(prototype, isNew ? own : method.method, wrap)) found = true
  }
  return found
}
