import { configuredForNext } from '../config/next.ts'
import type { InitOptions } from '../config/options.ts'
import { externalProvider } from '../delivery/provider-bridge.ts'
import { suppressScope } from '../delivery/suppressed-scopes.ts'
import { instrumentAiSdk } from '../integrations/ai/index.ts'
import { instrumentAnthropic } from '../integrations/anthropic/index.ts'
import { instrumentBedrock } from '../integrations/bedrock/index.ts'
import { instrumentCodex } from '../integrations/codex/index.ts'
import { instrumentGoogleGenAI } from '../integrations/google-genai/index.ts'
import { instrumentLangChain } from '../integrations/langchain/index.ts'
import { instrumentMcp } from '../integrations/mcp/index.ts'
import { instrumentOllama } from '../integrations/ollama/index.ts'
import { instrumentOpenAI } from '../integrations/openai/index.ts'
import { instrumentOpenAIAgents } from '../integrations/openai-agents/index.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { processWide } from '../runtime/registry.ts'
import { init } from '../setup/lifecycle.ts'
import { provideIntegrations } from '../setup/load-integration.ts'
import type { Status } from '../setup/status.ts'

/** In a bundle nothing can be loaded by its name, so all integrations are here. */
export function start(options: InitOptions | undefined): Status {
  provideIntegrations({
    ai: instrumentAiSdk,
    anthropic: instrumentAnthropic,
    bedrock: instrumentBedrock,
    codex: instrumentCodex,
    'google-genai': instrumentGoogleGenAI,
    langchain: instrumentLangChain,
    mcp: instrumentMcp,
    ollama: instrumentOllama,
    openai: instrumentOpenAI,
    'openai-agents': instrumentOpenAIAgents,
  })
  // Spans of every request, its pages and fetches are no turns of an agent. A provider of the application's own gets them.
  processWide('next-spans', () => suppressScope('next.js', () => externalProvider() === undefined))
  const status = init(options)
  if (status.enabled && configuredForNext() === undefined) {
    diagnoseOnce(
      'warn',
      'TS_NEXT_NOT_CONFIGURED',
      'The configuration of Next.js does not know turnspan, so packages that Next bundles (openai, ai, ...) are not traced. In next.config: export default withTurnspan(nextConfig), imported from "turnspan/next".',
    )
  }
  return status
}
