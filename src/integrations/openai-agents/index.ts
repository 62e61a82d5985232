/**
 * Traces what a program does with the OpenAI Agents SDK, `@openai/agents`: `turnspan/openai-agents`.
 *
 * @packageDocumentation
 */
import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import { createInstrument, type Uninstrument } from '../base/index.ts'
import type { OpenAIAgentsOptions } from './options.ts'
import { patchAgentsSdk } from './patch-sdk.ts'

export type { Uninstrument } from '../base/index.ts'
export type { OpenAIAgentsOptions } from './options.ts'

const KEYS: Readonly<Record<keyof OpenAIAgentsOptions, true>> = { upload: true, idleMs: true }
const KNOWN: KnownKeys = knownKeys('instrumentOpenAIAgents()', KEYS)

const instrument: (copy?: unknown, options?: OpenAIAgentsOptions) => Uninstrument =
  createInstrument<OpenAIAgentsOptions>({ name: 'openai-agents', patch: patchAgentsSdk })

/**
 * Traces every run of the OpenAI Agents SDK, versions 0.3 to 0.20: agents, turns, model calls, tools, handoffs,
 * guardrails and MCP servers. `init` calls it automatically; call it yourself to stop the SDK's own upload, and where
 * turnspan cannot find the package, for example in a bundled application. Calling it again for the same copy changes
 * nothing.
 *
 * @param copy - exports of `@openai/agents`, or of `@openai/agents-core` or `@openai/agents-openai`. Default: the
 * copies that the application has loaded, and those that it will load
 * @returns a function that restores everything as it was
 * @example
 * import { instrumentOpenAIAgents } from 'turnspan/openai-agents'
 * instrumentOpenAIAgents(undefined, { upload: false })
 */
export function instrumentOpenAIAgents(copy?: unknown, options?: OpenAIAgentsOptions): Uninstrument {
  checkKeys(KNOWN, options)
  return instrument(copy, options)
}
