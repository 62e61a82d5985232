/**
 * Traces the calls that a program makes with the AWS SDK for Amazon Bedrock, version 3: the packages
 * `@aws-sdk/client-bedrock-runtime` and `@aws-sdk/client-bedrock-agent-runtime`. `turnspan/bedrock`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, type Uninstrument } from '../base/index.ts'
import { suppressAwsSpans } from './aws-spans.ts'
import { clientPrototypes, patchSend } from './clients.ts'
import { noteCommands } from './operations.ts'
import type { BedrockOptions } from './options.ts'
import { observedSend } from './send.ts'

export type { Uninstrument } from '../base/index.ts'
export type { BedrockOptions } from './options.ts'

const KEYS: Readonly<Record<keyof BedrockOptions, true>> = { idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentBedrock()', KEYS)

const instrument: (copy?: unknown, options?: BedrockOptions) => Uninstrument =
  createInstrument<BedrockOptions>({
    name: 'bedrock',
    patch(copy, patches, options, module) {
      noteCommands(copy)
      let found = false
      for (const prototype of clientPrototypes(copy))
        if (patchSend(patches, prototype, (original) => observedSend(original, options))) found = true
      // Of a copy that was handed over, nobody knows whether it is the only one.
      if (found && module !== undefined) suppressAwsSpans(patches)
      return found
    },
  })

/**
 * Traces every client of the packages `@aws-sdk/client-bedrock-runtime` (Converse and InvokeModel, streamed or not) and
 * `@aws-sdk/client-bedrock-agent-runtime` (agents, knowledge bases). `init` calls it automatically; call it yourself
 * only where turnspan cannot find the packages, for example in a bundled application. Calling it again for the same
 * copy changes nothing.
 *
 * @param copy - the exports of a package, or a client; a class of clients is enough where names of classes are kept.
 * Default: the copies that the application has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import * as bedrock from '@aws-sdk/client-bedrock-runtime'
 * instrumentBedrock(bedrock)
 */
export function instrumentBedrock(copy?: unknown, options?: BedrockOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}
