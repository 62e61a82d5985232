import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, openAIClients, patchStainless, type Uninstrument } from '../base/index.ts'
import { methodsOf } from './methods.ts'
import type { OpenAIOptions } from './options.ts'
import { patchRunTools } from './run-tools.ts'

const KEYS: Readonly<Record<keyof OpenAIOptions, true>> = { includeUsage: true, idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentOpenAI()', KEYS)

const instrument: (copy?: unknown, options?: OpenAIOptions) => Uninstrument = createInstrument<OpenAIOptions>(
  {
    name: 'openai',
    patch(copy, patches, options) {
      const classes = openAIClients(copy, 'OpenAI')
      const methods = methodsOf(options)
      let found = false
      for (const client of classes) {
        if (patchStainless(patches, client, methods)) found = true
        patchRunTools(patches, client)
      }
      return found
    },
  },
)

/**
 * Traces every client of the package `openai`: chat completions, responses, embeddings, images, audio, moderations,
 * batches and files, streamed or not, with their helpers. `init` calls it automatically; call it yourself only where
 * turnspan cannot find the package, for example in a bundled application. Calling it again for the same copy changes
 * nothing.
 *
 * @param copy - the exports of the package, its class `OpenAI`, or a client. Default: the copies that the application
 * has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import OpenAI from 'openai'
 * instrumentOpenAI(OpenAI)
 */
export function instrumentOpenAI(copy?: unknown, options?: OpenAIOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}
