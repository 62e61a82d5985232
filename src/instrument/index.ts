/**
 * Instruments several packages by hand, in one call: `turnspan/instrument`. For bundled applications; everywhere else
 * `init` does it.
 *
 * @packageDocumentation
 */

import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import { instrumentAiSdk } from '../integrations/ai/index.ts'
import { instrumentAnthropic } from '../integrations/anthropic/index.ts'
import type { Uninstrument } from '../integrations/base/index.ts'
import { instrumentBedrock } from '../integrations/bedrock/index.ts'
import { instrumentClaudeAgentSdk } from '../integrations/claude-agent-sdk/index.ts'
import { instrumentCodex } from '../integrations/codex/index.ts'
import { instrumentGoogleGenAI } from '../integrations/google-genai/index.ts'
import { instrumentLangChain } from '../integrations/langchain/index.ts'
import { instrumentMcp } from '../integrations/mcp/index.ts'
import { instrumentOllama } from '../integrations/ollama/index.ts'
import { instrumentOpenAI } from '../integrations/openai/index.ts'
import { instrumentOpenAIAgents } from '../integrations/openai-agents/index.ts'

export type { Uninstrument } from '../integrations/base/index.ts'

/** What the application imported, by the name of the integration: the exports of the package, or its class. */
export interface InstrumentedPackages {
  /** Of `ai`. */
  readonly ai?: unknown
  /** Of `@anthropic-ai/sdk`. */
  readonly anthropic?: unknown
  /** Of `@aws-sdk/client-bedrock-runtime` or `@aws-sdk/client-bedrock-agent-runtime`; of both, `{ ...runtime, ...agents }`. */
  readonly bedrock?: unknown
  /** Of `@anthropic-ai/claude-agent-sdk`: all that it exports, where its module was rewritten by a plugin for bundlers. */
  readonly claudeAgentSdk?: unknown
  /** Of `@openai/codex-sdk`: all that it exports, or its class `Thread`. */
  readonly codex?: unknown
  /** Of `@google/genai`: all that it exports. */
  readonly googleGenAI?: unknown
  /** Of `@langchain/core`, modules as a list: see `instrumentLangChain`. */
  readonly langchain?: unknown
  /** Of the MCP SDK, `{ Client, McpServer }` for instance: see `instrumentMcp`. */
  readonly mcp?: unknown
  /** Of `ollama`. */
  readonly ollama?: unknown
  /** Of `openai`. */
  readonly openai?: unknown
  /** Of `@openai/agents`: all that it exports. */
  readonly openaiAgents?: unknown
}

/** One line for each integration. */
const BY_NAME: Readonly<Record<keyof InstrumentedPackages, (copy: unknown) => Uninstrument>> = {
  ai: (copy) => instrumentAiSdk(copy),
  anthropic: (copy) => instrumentAnthropic(copy),
  bedrock: (copy) => instrumentBedrock(copy),
  claudeAgentSdk: (copy) => instrumentClaudeAgentSdk(copy),
  codex: (copy) => instrumentCodex(copy),
  googleGenAI: (copy) => instrumentGoogleGenAI(copy),
  langchain: (copy) => instrumentLangChain(copy),
  mcp: (copy) => instrumentMcp(copy),
  ollama: (copy) => instrumentOllama(copy),
  openai: (copy) => instrumentOpenAI(copy),
  openaiAgents: (copy) => instrumentOpenAIAgents(copy),
}

const KEYS: Readonly<Record<keyof InstrumentedPackages, true>> = {
  ai: true,
  anthropic: true,
  bedrock: true,
  claudeAgentSdk: true,
  codex: true,
  googleGenAI: true,
  langchain: true,
  mcp: true,
  ollama: true,
  openai: true,
  openaiAgents: true,
}
const KNOWN: KnownKeys = knownKeys('instrument()', KEYS, {
  anthropicaisdk: 'anthropic',
  genai: 'googleGenAI',
  gemini: 'googleGenAI',
  langgraph: 'langchain',
})

/**
 * Traces the given packages. Bundlers put a copy of them into the application that nobody finds from outside, so the
 * application hands them over. To take only the code of those in use into the bundle, call the function of each
 * integration instead (`instrumentOpenAI` of `turnspan/openai`, ...).
 *
 * @returns puts everything back as it was
 * @example
 * import OpenAI from 'openai'
 * instrument({ openai: OpenAI })
 */
export function instrument(packages: InstrumentedPackages): Uninstrument {
  checkKeys(KNOWN, packages)
  const undos = Object.entries(BY_NAME).flatMap(([name, instrumentOne]) => {
    const copy = packages[name as keyof InstrumentedPackages]
    return copy === undefined ? [] : [instrumentOne(copy)]
  })
  return () => {
    for (const undo of undos) undo()
  }
}
