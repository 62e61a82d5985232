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
 * Traces every turn that a program requests from OpenCode: model calls with their tokens, tools, and the sub-agents
 * that tools start. `init` calls it automatically; call it yourself only where turnspan cannot find the package, for
 * example in a bundled application. Calling it again for the same copy changes nothing.
 *
 * @param copy - exports of `@opencode-ai/sdk` or of its `/v2`, or a client. Default: the copies that the application has
 * loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import { createOpencodeClient, OpencodeClient } from '@opencode-ai/sdk'
 * import { instrumentOpenCode } from 'turnspan/opencode'
 * instrumentOpenCode({ OpencodeClient })
 * const client = createOpencodeClient({ baseUrl: 'http://localhost:4096' })
 */
export function instrumentOpenCode(copy?: unknown): Uninstrument {
  return instrument(copy)
}
