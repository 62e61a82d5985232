/**
 * Instruments several packages by hand, in one call: `turnspan/instrument`. For bundled applications; everywhere else
 * `init` does it.
 *
 * @packageDocumentation
 */

import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import { instrumentA2A } from '../integrations/a2a/index.ts'
import { instrumentAgUi } from '../integrations/ag-ui/index.ts'
import { instrumentAiSdk } from '../integrations/ai/index.ts'
import { instrumentAnthropic } from '../integrations/anthropic/index.ts'
import type { Uninstrument } from '../integrations/base/index.ts'
import { instrumentBedrock } from '../integrations/bedrock/index.ts'
import { instrumentClaudeAgentSdk } from '../integrations/claude-agent-sdk/index.ts'
import { instrumentCodex } from '../integrations/codex/index.ts'
import { instrumentCohere } from '../integrations/cohere/index.ts'
import { instrumentGoogleAdk } from '../integrations/google-adk/index.ts'
import { instrumentGoogleGenAI } from '../integrations/google-genai/index.ts'
import { instrumentGroq } from '../integrations/groq/index.ts'
import { instrumentLangChain } from '../integrations/langchain/index.ts'
import { instrumentLlamaIndex } from '../integrations/llamaindex/index.ts'
import { instrumentMcp } from '../integrations/mcp/index.ts'
import { instrumentMistral } from '../integrations/mistral/index.ts'
import { instrumentOllama } from '../integrations/ollama/index.ts'
import { instrumentOpenAI } from '../integrations/openai/index.ts'
import { instrumentOpenAIAgents } from '../integrations/openai-agents/index.ts'
import { instrumentOpenCode } from '../integrations/opencode/index.ts'
import { instrumentTogether } from '../integrations/together/index.ts'

export type { Uninstrument } from '../integrations/base/index.ts'

/** What the application imported, by the name of the integration: the exports of the package, or its class. */
export interface InstrumentedPackages {
  /** Of `@a2a-js/sdk/client` and `/server`: all that they export, `{ ...client, ...server }` for both. */
  readonly a2a?: unknown
  /** Of `@ag-ui/client`: all that it exports. */
  readonly agUi?: unknown
  /** Of `ai`. */
  readonly ai?: unknown
  /** Of `@anthropic-ai/sdk`. */
  readonly anthropic?: unknown
  /** Of `@aws-sdk/client-bedrock-runtime` or `@aws-sdk/client-bedrock-agent-runtime`; of both, `{ ...runtime, ...agents }`. */
  readonly bedrock?: unknown
  /** Of `@anthropic-ai/claude-agent-sdk`: all that it exports, if a plugin for bundlers has rewritten its module. */
  readonly claudeAgentSdk?: unknown
  /** Of `@openai/codex-sdk`: all that it exports, or its class `Thread`. */
  readonly codex?: unknown
  /** Of `cohere-ai`: all that it exports, its class `CohereClient`, or a client. */
  readonly cohere?: unknown
  /** Of `@google/adk`: all that it exports. */
  readonly googleAdk?: unknown
  /** Of `@google/genai`: all that it exports. */
  readonly googleGenAI?: unknown
  /** Of `groq-sdk`. */
  readonly groq?: unknown
  /** Of `@langchain/core`, modules as a list: see `instrumentLangChain`. */
  readonly langchain?: unknown
  /** Of `llamaindex` and its packages, modules as a list: see `instrumentLlamaIndex`. */
  readonly llamaindex?: unknown
  /** Of the MCP SDK, `{ Client, McpServer }` for instance: see `instrumentMcp`. */
  readonly mcp?: unknown
  /** Of `@mistralai/mistralai`: all that it exports. */
  readonly mistral?: unknown
  /** Of `ollama`. */
  readonly ollama?: unknown
  /** Of `openai`. */
  readonly openai?: unknown
  /** Of `@openai/agents`: all that it exports. */
  readonly openaiAgents?: unknown
  /** Of `@opencode-ai/sdk` or its `/v2`: all that it exports, its class `OpencodeClient`, or a client. */
  readonly opencode?: unknown
  /** Of `together-ai`. */
  readonly together?: unknown
}

/** One line for each integration. */
const BY_NAME: Readonly<Record<keyof InstrumentedPackages, (copy: unknown) => Uninstrument>> = {
  a2a: (copy) => instrumentA2A(copy),
  agUi: (copy) => instrumentAgUi(copy),
  ai: (copy) => instrumentAiSdk(copy),
  anthropic: (copy) => instrumentAnthropic(copy),
  bedrock: (copy) => instrumentBedrock(copy),
  claudeAgentSdk: (copy) => instrumentClaudeAgentSdk(copy),
  codex: (copy) => instrumentCodex(copy),
  cohere: (copy) => instrumentCohere(copy),
  googleAdk: (copy) => instrumentGoogleAdk(copy),
  googleGenAI: (copy) => instrumentGoogleGenAI(copy),
  groq: (copy) => instrumentGroq(copy),
  langchain: (copy) => instrumentLangChain(copy),
  llamaindex: (copy) => instrumentLlamaIndex(copy),
  mcp: (copy) => instrumentMcp(copy),
  mistral: (copy) => instrumentMistral(copy),
  ollama: (copy) => instrumentOllama(copy),
  openai: (copy) => instrumentOpenAI(copy),
  openaiAgents: (copy) => instrumentOpenAIAgents(copy),
  opencode: (copy) => instrumentOpenCode(copy),
  together: (copy) => instrumentTogether(copy),
}

const KEYS: Readonly<Record<keyof InstrumentedPackages, true>> = {
  a2a: true,
  agUi: true,
  ai: true,
  anthropic: true,
  bedrock: true,
  claudeAgentSdk: true,
  codex: true,
  cohere: true,
  googleAdk: true,
  googleGenAI: true,
  groq: true,
  langchain: true,
  llamaindex: true,
  mcp: true,
  mistral: true,
  ollama: true,
  openai: true,
  openaiAgents: true,
  opencode: true,
  together: true,
}
const KNOWN: KnownKeys = knownKeys('instrument()', KEYS, {
  anthropicaisdk: 'anthropic',
  adk: 'googleAdk',
  genai: 'googleGenAI',
  gemini: 'googleGenAI',
  langgraph: 'langchain',
})

/**
 * Traces the given packages. A bundler puts copies of them into the application that turnspan cannot find by itself, so
 * the application passes them in. To bundle only the code of the integrations that are used, call the function of each
 * one instead (`instrumentOpenAI` of `turnspan/openai`, ...).
 *
 * @returns a function that restores everything as it was
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
