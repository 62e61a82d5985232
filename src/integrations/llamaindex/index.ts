/**
 * Traces what a program does with LlamaIndex.TS: `turnspan/llamaindex`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, type Uninstrument } from '../base/index.ts'
import type { LlamaIndexOptions } from './options.ts'
import { patchLlamaIndex } from './patch-llamaindex.ts'

export type { Uninstrument } from '../base/index.ts'
export type { LlamaIndexOptions } from './options.ts'

const KEYS: Readonly<Record<keyof LlamaIndexOptions, true>> = { idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentLlamaIndex()', KEYS)

const instrument: (copy?: unknown, options?: LlamaIndexOptions) => Uninstrument =
  createInstrument<LlamaIndexOptions>({ name: 'llamaindex', patch: patchLlamaIndex })

/**
 * Traces every run of LlamaIndex.TS, versions 0.11 and 0.12: agents, workflows and their steps, model calls, tools,
 * retrievers, query and chat engines, embeddings. `init` calls it automatically; call it yourself only where turnspan
 * cannot find the packages, for example in a bundled application, and for model classes of other packages. Calling it
 * again for the same copy changes nothing.
 *
 * @param copy - exports of `llamaindex`, `@llamaindex/workflow`, `@llamaindex/openai` or of the other modules that the
 * integration's page names, one or a list of them; or a class of models. Default: the copies that the application has
 * loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import * as llamaindex from 'llamaindex'
 * import * as workflow from '@llamaindex/workflow'
 * instrumentLlamaIndex([llamaindex, workflow])
 */
export function instrumentLlamaIndex(copy?: unknown, options?: LlamaIndexOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}
