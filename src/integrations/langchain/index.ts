/**
 * Traces what a program does with LangChain and LangGraph: `turnspan/langchain`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, isObject, type Patches, type Uninstrument } from '../base/index.ts'
import { patchCallbacks } from './callbacks.ts'
import { patchClasses } from './classes.ts'
import type { LangChainOptions } from './options.ts'

export type { Uninstrument } from '../base/index.ts'
export type { LangChainOptions } from './options.ts'

const KEYS: Readonly<Record<keyof LangChainOptions, true>> = { plumbing: true, idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentLangChain()', KEYS)

const instrument: (copy?: unknown, options?: LangChainOptions) => Uninstrument =
  createInstrument<LangChainOptions>({
    name: 'langchain',
    patch(copy, patches, options) {
      return candidates(copy).filter((one) => patchOne(one, patches, options)).length > 0
    },
  })

/**
 * Traces every run of LangChain 0.3 and 1, and of LangGraph: models, tools, retrievers, embeddings, chains, graphs and
 * their nodes. `init` calls it automatically; call it yourself only where turnspan cannot find the packages, for
 * example in a bundled application. Calling it again for the same copy changes nothing.
 *
 * @param copy - exports of `@langchain/core/callbacks/manager` and of the other modules that the integration's page
 * names, one or a list of them; or a class of embeddings. Default: the copies that the application has loaded, and those
 * that it will load
 * @returns a function that restores everything as it was
 * @example
 * import * as callbacks from '@langchain/core/callbacks/manager'
 * import * as runnables from '@langchain/core/runnables'
 * instrumentLangChain([callbacks, runnables])
 */
export function instrumentLangChain(copy?: unknown, options?: LangChainOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}

/** What was given, and what it exports where it is a module; lists are taken one by one. */
function candidates(copy: unknown): readonly unknown[] {
  if (Array.isArray(copy)) return copy.flatMap(candidates)
  if (!isObject(copy)) return []
  if (typeof copy === 'function') return [copy]
  const exported = Object.values(copy).filter((value) => typeof value === 'function' || isKeeper(value))
  return [...new Set([copy, ...exported])]
}

const isKeeper = (value: unknown): boolean => isObject(value) && 'runWithConfig' in value

function patchOne(one: unknown, patches: Patches, options: LangChainOptions): boolean {
  const isCallbacks = typeof one === 'function' && patchCallbacks(patches, one, options)
  return patchClasses(patches, one, options) || isCallbacks
}
