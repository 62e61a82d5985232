/**
 * Traces what a program does with the Codex SDK, `@openai/codex-sdk`: `turnspan/codex`.
 *
 * @packageDocumentation
 */
import { createInstrument, type Uninstrument } from '../base/index.ts'
import { patchCodex } from './patch-codex.ts'

export type { Uninstrument } from '../base/index.ts'

const instrument: (copy?: unknown) => Uninstrument = createInstrument({ name: 'codex', patch: patchCodex })

/**
 * Traces every turn of a thread of the Codex SDK: commands, file changes, searches and tools of MCP servers, and the
 * tokens of the turn. `init` calls it automatically; call it yourself only where turnspan cannot find the package, for
 * example in a bundled application. Calling it again for the same copy changes nothing.
 *
 * @param copy - exports of `@openai/codex-sdk`, its class `Thread`, or a thread. Default: the copies that the application
 * has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import { Codex, Thread } from '@openai/codex-sdk'
 * import { instrumentCodex } from 'turnspan/codex'
 * instrumentCodex({ Thread })
 */
export function instrumentCodex(copy?: unknown): Uninstrument {
  return instrument(copy)
}
