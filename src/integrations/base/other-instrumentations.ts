import type { IntegrationName } from '../../modules/known-packages.ts'
import { suppressScope } from '../../tracer/suppressed-scopes.ts'
import type { Patches } from './patch.ts'

/** Tracers of other instrumentations of the same packages, which make a span of each call as well. */
const OTHERS: Readonly<Partial<Record<IntegrationName, readonly string[]>>> = {
  anthropic: ['@arizeai/openinference-instrumentation-anthropic', '@traceloop/instrumentation-anthropic'],
  cohere: ['@traceloop/instrumentation-cohere'],
  bedrock: [
    '@arizeai/openinference-instrumentation-bedrock',
    '@arizeai/openinference-instrumentation-bedrock-agent-runtime',
    '@traceloop/instrumentation-bedrock',
  ],
  langchain: ['@arizeai/openinference-instrumentation-langchain', '@traceloop/instrumentation-langchain'],
  llamaindex: ['@traceloop/instrumentation-llamaindex'],
  mcp: ['@traceloop/instrumentation-mcp'],
  openai: [
    '@arizeai/openinference-instrumentation-openai',
    '@traceloop/instrumentation-openai',
    '@opentelemetry/instrumentation-openai',
    '@elastic/opentelemetry-instrumentation-openai',
  ],
  together: ['@traceloop/instrumentation-together'],
}

/**
 * Leaves what other instrumentations make of a package out of turnspan's traces: one call is one span, and its tokens
 * count once. Only where every copy that the program loads is traced here; whoever else listens to them gets them.
 */
export function suppressOthers(name: IntegrationName, patches: Patches): void {
  for (const scope of OTHERS[name] ?? []) patches.onUndo(suppressScope(scope))
}
