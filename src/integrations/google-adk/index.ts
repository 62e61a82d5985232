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
 * Adds to the OpenTelemetry spans that Google's ADK, versions 1.6 to 2.0, makes of itself what they lack: errors of models and
 * tools, whole answers of streams, transfers between agents, session and user, and the time of the model alone. `init`
 * calls it by itself; call it where nobody can find the package from outside, in a bundled application for one. Called
 * again for the same copy, it changes nothing.
 *
 * @param copy - exports of `@google/adk`. Default: the copies that the application has loaded, and those that it will load
 * @returns puts everything back as it was
 * @example
 * import * as adk from '@google/adk'
 * import { instrumentGoogleAdk } from 'turnspan/google-adk'
 * instrumentGoogleAdk(adk)
 */
export function instrumentGoogleAdk(copy?: unknown): Uninstrument {
  return instrument(copy)
}
