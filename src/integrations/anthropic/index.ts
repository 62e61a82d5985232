/**
 * Traces the calls that a program makes with the package `@anthropic-ai/sdk`, versions 0.30 to 1, and with its variants
 * for Bedrock and Vertex AI: `turnspan/anthropic`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, isObject, patchStainless, read, type Uninstrument } from '../base/index.ts'
import { methodsOf } from './methods.ts'
import { suppressNativeSpans } from './native-spans.ts'
import type { AnthropicOptions } from './options.ts'
import { patchToolRunner } from './tool-runner.ts'

export type { Uninstrument } from '../base/index.ts'
export type { AnthropicOptions } from './options.ts'

const KEYS: Readonly<Record<keyof AnthropicOptions, true>> = { idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentAnthropic()', KEYS)

const instrument: (copy?: unknown, options?: AnthropicOptions) => Uninstrument =
  createInstrument<AnthropicOptions>({
    name: 'anthropic',
    patch(copy, patches, options) {
      const methods = methodsOf(options)
      let found = false
      for (const client of clientShapes(copy)) {
        if (patchStainless(patches, client, methods)) found = true
        patchToolRunner(patches, read(client, 'Beta', 'Messages'))
      }
      if (found) suppressNativeSpans(patches)
      return found
    },
  })

/**
 * Traces every client of the package `@anthropic-ai/sdk`, `@anthropic-ai/bedrock-sdk` and `@anthropic-ai/vertex-sdk`:
 * messages, streamed or not, with their helpers, tool runners, token counts and batches. `init` calls it automatically;
 * call it yourself only where turnspan cannot find the package, for example in a bundled application. Calling it again
 * for the same copy changes nothing.
 *
 * @param copy - the exports of the package, its class `Anthropic`, or a client. Default: the copies that the
 * application has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import Anthropic from '@anthropic-ai/sdk'
 * instrumentAnthropic(Anthropic)
 */
export function instrumentAnthropic(copy?: unknown, options?: AnthropicOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}

/** The classes of a client in what was given: the exports of a module, a class, or an instance. */
function clientShapes(copy: unknown): unknown[] {
  const candidates = [
    copy,
    read(copy, 'Anthropic'),
    read(copy, 'default'),
    read(copy, 'default', 'Anthropic'),
    read(copy, 'constructor'),
    shapeOfClient(copy),
  ]
  return [...new Set(candidates)].filter(
    (candidate) => typeof read(candidate, 'Messages', 'prototype', 'create') === 'function',
  )
}

/** The clients of the clouds have no static path to the classes of their resources, but their instances have them. */
function shapeOfClient(client: unknown): unknown {
  const messages = read(client, 'messages')
  if (!isObject(client) || !isObject(messages)) return undefined
  return {
    prototype: Object.getPrototypeOf(client) as unknown,
    Messages: read(messages, 'constructor'),
    Beta: {
      Messages: read(client, 'beta', 'messages', 'constructor'),
      PromptCaching: { Messages: read(client, 'beta', 'promptCaching', 'messages', 'constructor') },
    },
    Completions: read(client, 'completions', 'constructor'),
  }
}
