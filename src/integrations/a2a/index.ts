/**
 * Traces clients and servers of the Agent2Agent protocol, made with its JavaScript SDK: `turnspan/a2a`.
 *
 * @packageDocumentation
 */
import { createInstrument, type Uninstrument } from '../base/index.ts'
import { patchA2A } from './patch-a2a.ts'

export type { Uninstrument } from '../base/index.ts'

const instrument: (copy?: unknown) => Uninstrument = createInstrument<object>({
  name: 'a2a',
  patch: patchA2A,
})

/**
 * Traces every client and server of the A2A SDK: a message to an agent is a span `agent:<name>` that lasts until the
 * agent has answered, and what the agent does is placed below it, in whichever process it runs. The conversation
 * (`contextId`) becomes the session of a trace that has none. `init` calls it automatically; call it yourself only
 * where turnspan cannot find the package, for example in a bundled application.
 *
 * @param copy - exports of `@a2a-js/sdk/client` or `/server`, their classes `Client`, `A2AClient` and
 * `DefaultRequestHandler`, or an instance. Default: the copies that the application has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @see https://a2a-protocol.org
 * @example
 * import * as client from '@a2a-js/sdk/client'
 * instrumentA2A(client)
 */
export function instrumentA2A(copy?: unknown): Uninstrument {
  return instrument(copy)
}
