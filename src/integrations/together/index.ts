/**
 * Traces the calls that a program makes with the package `together-ai`, from version 0.6: `turnspan/together`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, openAIClients, patchStainless, type Uninstrument } from '../base/index.ts'
import { methodsOf } from './methods.ts'
import type { TogetherOptions } from './options.ts'

export type { Uninstrument } from '../base/index.ts'
export type { TogetherOptions } from './options.ts'

const KEYS: Readonly<Record<keyof TogetherOptions, true>> = { includeUsage: true, idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentTogether()', KEYS)

const instrument: (copy?: unknown, options?: TogetherOptions) => Uninstrument =
  createInstrument<TogetherOptions>({
    name: 'together',
    patch(copy, patches, options) {
      const methods = methodsOf(options)
      const clients = openAIClients(copy, 'Together')
      return clients.map((client) => patchStainless(patches, client, methods)).some(Boolean)
    },
  })

/**
 * Traces every client of the package `together-ai`: chat completions and completions, streamed or not, with their
 * helpers, embeddings, reranking, images, videos, sound, batches and files. `init` calls it automatically; call it
 * yourself only where turnspan cannot find the package, for example in a bundled application. Calling it again for the
 * same copy changes nothing.
 *
 * @param copy - the exports of the package, its class `Together`, or a client. Default: the copies that the application
 * has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import Together from 'together-ai'
 * instrumentTogether(Together)
 */
export function instrumentTogether(copy?: unknown, options?: TogetherOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}
