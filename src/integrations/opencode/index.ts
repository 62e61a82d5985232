/**
 * Traces what a program does with OpenCode's SDK, `@opencode-ai/sdk`: `turnspan/opencode`.
 *
 * @packageDocumentation
 */
import { createInstrument, type Uninstrument } from '../base/index.ts'
import { patchOpenCode } from './patch-opencode.ts'

export type { Uninstrument } from '../base/index.ts'

const instrument: (copy?: unknown) => Uninstrument = createInstrument({
  name: 'opencode',
  patch: patchOpenCode,
})

/**
 * Traces every turn that a program asks of OpenCode: the calls of models with their tokens, tools, and the sub-agents
 * that tools start. `init` calls it by itself; call it where nobody can find the package from outside, in a bundled
 * application for one. Called again for the same copy, it changes nothing.
 *
 * @param copy - exports of `@opencode-ai/sdk` or of its `/v2`, or a client. Default: the copies that the application has
 * loaded, and those that it will load
 * @returns puts everything back as it was
 * @example
 * import { createOpencodeClient, OpencodeClient } from '@opencode-ai/sdk'
 * import { instrumentOpenCode } from 'turnspan/opencode'
 * instrumentOpenCode({ OpencodeClient })
 * const client = createOpencodeClient({ baseUrl: 'http://localhost:4096' })
 */
export function instrumentOpenCode(copy?: unknown): Uninstrument {
  return instrument(copy)
}
