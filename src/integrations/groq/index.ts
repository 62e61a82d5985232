/**
 * Traces the calls that a program makes with the package `groq-sdk`, versions 0.3 to 1: `turnspan/groq`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, openAIClients, patchStainless, type Uninstrument } from '../base/index.ts'
import { methodsOf } from './methods.ts'
import type { GroqOptions } from './options.ts'

export type { Uninstrument } from '../base/index.ts'
export type { GroqOptions } from './options.ts'

const KEYS: Readonly<Record<keyof GroqOptions, true>> = { idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentGroq()', KEYS)

const instrument: (copy?: unknown, options?: GroqOptions) => Uninstrument = createInstrument<GroqOptions>({
  name: 'groq',
  patch(copy, patches, options) {
    const methods = methodsOf(options)
    const clients = openAIClients(copy, 'Groq')
    return clients.map((client) => patchStainless(patches, client, methods)).some(Boolean)
  },
})

/**
 * Traces every client of the package `groq-sdk`: chat completions, streamed or not, embeddings, speech, transcriptions,
 * translations, batches and files. `init` calls it automatically; call it yourself only where turnspan cannot find the
 * package, for example in a bundled application. Calling it again for the same copy changes nothing.
 *
 * @param copy - the exports of the package, its class `Groq`, or a client. Default: the copies that the application
 * has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import Groq from 'groq-sdk'
 * instrumentGroq(Groq)
 */
export function instrumentGroq(copy?: unknown, options?: GroqOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}
