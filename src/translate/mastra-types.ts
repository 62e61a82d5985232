import { SpanType } from '../span/semconv/span-type.ts'

/** What Mastra's types of spans are, but for those around a call of a model, which depend on what is known of it. */
export const MASTRA_TYPES: Readonly<Record<string, SpanType>> = {
  agent_run: SpanType.AGENT,
  tool_call: SpanType.TOOL,
  client_tool_call: SpanType.TOOL,
  provider_tool_call: SpanType.TOOL,
  mcp_tool_call: SpanType.TOOL,
  workflow_run: SpanType.WORKFLOW,
  workflow_step: SpanType.TASK,
  workflow_conditional: SpanType.CHAIN,
  workflow_loop: SpanType.CHAIN,
  workflow_parallel: SpanType.CHAIN,
  processor_run: SpanType.GUARDRAIL,
  memory_operation: SpanType.MEMORY,
  scorer_run: SpanType.JUDGE,
  classifier_evaluation: SpanType.JUDGE,
  rag_embedding: SpanType.EMBEDDING,
  rag_vector_operation: SpanType.RETRIEVER,
}
