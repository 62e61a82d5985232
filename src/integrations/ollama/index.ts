/**
 * Traces the calls that a program makes with the package `ollama`, versions 0.5 and 0.6: `turnspan/ollama`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, read, type Uninstrument } from '../base/index.ts'
import { patchCalls } from './calls.ts'
import type { OllamaOptions } from './options.ts'

export type { Uninstrument } from '../base/index.ts'
export type { OllamaOptions } from './options.ts'

const KEYS: Readonly<Record<keyof OllamaOptions, true>> = { idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentOllama()', KEYS)

const instrument: (copy?: unknown, options?: OllamaOptions) => Uninstrument = createInstrument<OllamaOptions>(
  {
    name: 'ollama',
    patch(copy, patches, options) {
      let found = false
      for (const prototype of prototypesOf(copy)) if (patchCalls(patches, prototype, options)) found = true
      return found
    },
  },
)

/**
 * Traces every client of the package `ollama`, including the one that it exports as its default: chats, completions and
 * embeddings, streamed or not. `init` calls it automatically; call it yourself only where turnspan cannot find the
 * package, for example in a bundled application. Calling it again for the same copy changes nothing.
 *
 * @param copy - the exports of the package, its class `Ollama`, or a client. Default: the copies that the application has
 * loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import ollama from 'ollama'
 * instrumentOllama(ollama)
 */
export function instrumentOllama(copy?: unknown, options?: OllamaOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}

/** The prototypes of `Ollama` in what was given: the exports, the class or a client. */
function prototypesOf(copy: unknown): unknown[] {
  const candidates = [
    read(copy, 'Ollama', 'prototype'),
    read(copy, 'default', 'Ollama', 'prototype'),
    read(copy, 'prototype'),
    read(copy, 'constructor', 'prototype'),
  ]
  return [...new Set(candidates)].filter(
    (one) => typeof read(one, 'chat') === 'function' && typeof read(one, 'generate') === 'function',
  )
}
