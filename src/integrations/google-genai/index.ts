/**
 * Traces the calls that a program makes with the package `@google/genai`, versions 2 and 3: `turnspan/google-genai`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, read, type Uninstrument } from '../base/index.ts'
import { patchFunctionCalling } from './function-calling.ts'
import { patchInstances } from './instances.ts'
import { patchModelCalls } from './model-calls.ts'
import type { GoogleGenAIOptions } from './options.ts'
import { watchTools } from './tools.ts'

export type { Uninstrument } from '../base/index.ts'
export type { GoogleGenAIOptions } from './options.ts'

const KEYS: Readonly<Record<keyof GoogleGenAIOptions, true>> = { idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentGoogleGenAI()', KEYS)

const instrument: (copy?: unknown, options?: GoogleGenAIOptions) => Uninstrument =
  createInstrument<GoogleGenAIOptions>({
    name: 'google-genai',
    patch(copy, patches, options) {
      let found = false
      for (const prototype of prototypesOf(copy)) {
        if (!patchModelCalls(patches, prototype, options)) continue
        found = true
        const observe = patchInstances(patches, prototype)
        observe(read(copy, 'models'))
        // Instances that were made before are met at their first call.
        patchFunctionCalling(patches, prototype, observe)
        patches.onUndo(watchTools())
      }
      return found
    },
  })

/**
 * Traces every client of the package `@google/genai`: contents, streamed or not, chats, automatic function calling,
 * embeddings, images and token counts. `init` calls it automatically; call it yourself only where turnspan cannot find
 * the package, for example in a bundled application. Calling it again for the same copy changes nothing.
 *
 * @param copy - the exports of the package, its class `Models`, or a client. Default: the copies that the application
 * has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import * as genai from '@google/genai'
 * instrumentGoogleGenAI(genai)
 */
export function instrumentGoogleGenAI(copy?: unknown, options?: GoogleGenAIOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}

/** The prototypes of `Models` in what was given: the exports, the class, a client or its `models`. */
function prototypesOf(copy: unknown): unknown[] {
  const candidates = [
    read(copy, 'Models', 'prototype'),
    read(copy, 'default', 'Models', 'prototype'),
    read(copy, 'prototype'),
    read(copy, 'models', 'constructor', 'prototype'),
    read(copy, 'constructor', 'prototype'),
  ]
  return [...new Set(candidates)].filter(
    (candidate) => typeof read(candidate, 'generateContentInternal') === 'function',
  )
}
