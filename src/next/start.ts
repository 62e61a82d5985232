import { externalProvider } from '../bridge/provider-bridge.ts'
import { configuredForNext } from '../config/next.ts'
import type { InitOptions } from '../config/options.ts'
import { instrumentA2A } from '../integrations/a2a/index.ts'
import { instrumentAgUi } from '../integrations/ag-ui/index.ts'
import { instrumentAiSdk } from '../integrations/ai/index.ts'
import { instrumentAnthropic } from '../integrations/anthropic/index.ts'
import { instrumentBedrock } from '../integrations/bedrock/index.ts'
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
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { processWide } from '../runtime/registry.ts'
import { init } from '../setup/lifecycle.ts'
import { provideIntegrations } from '../setup/load-integration.ts'
import type { Status } from '../setup/status.ts'
import { suppressScope } from '../tracer/suppressed-scopes.ts'

/** In a bundle nothing can be loaded by its name, so all integrations are here. */
export function start(options: InitOptions | undefined): Status {
  provideIntegrations({
    a2a: instrumentA2A,
    'ag-ui': instrumentAgUi,
    ai: instrumentAiSdk,
    anthropic: instrumentAnthropic,
    bedrock: instrumentBedrock,
    codex: instrumentCodex,
    cohere: instrumentCohere,
    'google-adk': instrumentGoogleAdk,
    'google-genai': instrumentGoogleGenAI,
    groq: instrumentGroq,
    langchain: instrumentLangChain,
    llamaindex: instrumentLlamaIndex,
    mcp: instrumentMcp,
    mistral: instrumentMistral,
    ollama: instrumentOllama,
    openai: instrumentOpenAI,
    'openai-agents': instrumentOpenAIAgents,
    opencode: instrumentOpenCode,
    together: instrumentTogether,
  })
  // Spans of every request, its pages and fetches are no turns of an agent. A provider of the application's own gets them.
  processWide('next-spans', () => suppressScope('next.js', () => externalProvider() === undefined))
  const status = init(options)
  if (status.enabled && configuredForNext() === undefined) {
    diagnoseOnce(
      'warn',
      'TS_NEXT_NOT_CONFIGURED',
      'The Next.js configuration is not wrapped by withTurnspan, so packages that Next bundles (openai, ai, ...) are not traced. In next.config, import withTurnspan from "turnspan/next" and write: export default withTurnspan(nextConfig)',
    )
  }
  return status
}
