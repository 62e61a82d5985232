/**
 * Traces the calls that a program makes with the package `@mistralai/mistralai`, versions 1 and 2: `turnspan/mistral`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import {
  activeContext,
  createInstrument,
  isObject,
  type Method,
  modelCallIn,
  noteAttempt,
  noteSent,
  observedMethod,
  type Patches,
  read,
  type Uninstrument,
} from '../base/index.ts'
import { methodsOf } from './methods.ts'
import type { MistralOptions } from './options.ts'
import { suppressOwnSpans } from './own-spans.ts'
import { CREATE_REQUEST, clientClasses, madeResource, prototypeOf } from './resources.ts'

export type { Uninstrument } from '../base/index.ts'
export type { MistralOptions } from './options.ts'

const KEYS: Readonly<Record<keyof MistralOptions, true>> = { idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentMistral()', KEYS)

const instrument: (copy?: unknown, options?: MistralOptions) => Uninstrument =
  createInstrument<MistralOptions>({
    name: 'mistral',
    patch(copy, patches, options) {
      const clients = clientClasses(copy)
      if (clients.length > 0) {
        suppressOwnSpans(patches)
        for (const exports of [copy, read(copy, 'default')])
          patches.wrap(read(exports, 'HTTPClient', 'prototype'), 'request', observedAttempt)
      }
      return clients.map((client) => patchClient(patches, client, options)).some(Boolean)
    },
  })

/**
 * Traces every client of the package `@mistralai/mistralai`: chats, agents, fill-in-the-middle completions (`fim`),
 * streamed or not, conversations, embeddings, moderation, classification and OCR. `init` calls it automatically; call
 * it yourself only where turnspan cannot find the package, for example in a bundled application. Calling it again for
 * the same copy changes nothing.
 *
 * @param copy - the exports of the package, its class `Mistral`, or a client. Default: the copies that the application
 * has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import * as mistral from '@mistralai/mistralai'
 * instrumentMistral(mistral)
 */
export function instrumentMistral(copy?: unknown, options?: MistralOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}

function patchClient(patches: Patches, client: unknown, options: MistralOptions): boolean {
  let found = false
  for (const method of methodsOf(options)) {
    const prototype = prototypeOf(madeResource(client, method.resource))
    if (patches.wrap(prototype, method.method, (original) => observedMethod(original, method))) found = true
  }
  // Early versions do not export the class of what sends.
  const sending = prototypeOf(read(madeResource(client, ['chat']), 'httpClient'))
  patches.wrap(sending, 'request', observedAttempt)
  for (const name of CREATE_REQUEST) patches.wrap(read(client, 'prototype'), name, observedRequest)
  return found
}

/** Notes what is sent, which the client gives to this method as JSON text. */
function observedRequest(original: Method): Method {
  return function (...args) {
    const call = modelCallIn(activeContext())
    if (call !== undefined) noteSent(call, read(args[1], 'body'))
    return Reflect.apply(original, this, args)
  }
}

/** The client makes one call of it for each attempt; whichever follows another is a retry. */
function observedAttempt(original: Method): Method {
  return function (...args) {
    const call = modelCallIn(activeContext())
    const returned: unknown = Reflect.apply(original, this, args)
    if (call !== undefined && isObject(returned)) noteAttempt(call, returned as Promise<unknown>)
    return returned
  }
}
