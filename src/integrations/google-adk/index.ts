/**
 * Traces what a program does with Google's Agent Development Kit, `@google/adk`: `turnspan/google-adk`.
 *
 * @packageDocumentation
 */
import { createInstrument, type Uninstrument } from '../base/index.ts'
import { patchAdk } from './patch-adk.ts'

export type { Uninstrument } from '../base/index.ts'

const instrument: (copy?: unknown) => Uninstrument = createInstrument({
  name: 'google-adk',
  patch: (copy, patches, _options, module) => patchAdk(copy, patches, module),
})

/**
 * Adds what the OpenTelemetry spans of Google's ADK, versions 1.6 to 2.0, lack: errors of models and tools, complete
 * answers of streams, transfers between agents, session and user, and the time of the model alone. `init` calls it
 * automatically; call it yourself only where turnspan cannot find the package, for example in a bundled application.
 * Calling it again for the same copy changes nothing.
 *
 * @param copy - exports of `@google/adk`. Default: the copies that the application has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import * as adk from '@google/adk'
 * import { instrumentGoogleAdk } from 'turnspan/google-adk'
 * instrumentGoogleAdk(adk)
 */
export function instrumentGoogleAdk(copy?: unknown): Uninstrument {
  return instrument(copy)
}
