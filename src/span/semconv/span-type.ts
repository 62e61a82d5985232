/**
 * Kinds of work, as MLflow names them (`mlflow.spanType`). Any other string is accepted too; MLflow shows it as it is.
 *
 * @see https://mlflow.org/docs/latest/genai/tracing/concepts/span/
 */
export const SpanType = {
  /** One turn of an agent. */
  AGENT: 'AGENT',
  /** A tool that an agent or a model called. */
  TOOL: 'TOOL',
  /** A call of a language model. */
  LLM: 'LLM',
  /** A call of a language model with messages. */
  CHAT_MODEL: 'CHAT_MODEL',
  /** A sequence of steps. */
  CHAIN: 'CHAIN',
  /** A search that returns documents. */
  RETRIEVER: 'RETRIEVER',
  /** A call of an embedding model. */
  EMBEDDING: 'EMBEDDING',
  /** A reordering of documents. */
  RERANKER: 'RERANKER',
  /** A transformation of text into structure. */
  PARSER: 'PARSER',
  /** Reading or writing an agent's memory. */
  MEMORY: 'MEMORY',
  /** A judgement of an output. */
  JUDGE: 'JUDGE',
  /** A check that may stop an input or an output. */
  GUARDRAIL: 'GUARDRAIL',
  /** A workflow. */
  WORKFLOW: 'WORKFLOW',
  /** A step of a workflow. */
  TASK: 'TASK',
  /** Anything else; the default. */
  UNKNOWN: 'UNKNOWN',
} as const

/** One of the names in the constant {@link SpanType}, or any string. */
export type SpanType = (typeof SpanType)[keyof typeof SpanType] | (string & {})

const OPERATIONS: Readonly<Record<string, string>> = {
  AGENT: 'invoke_agent',
  TOOL: 'execute_tool',
  LLM: 'chat',
  CHAT_MODEL: 'chat',
  EMBEDDING: 'embeddings',
  RETRIEVER: 'retrieval',
}

/** `gen_ai.operation.name` of a span type, where the GenAI conventions have one. */
export const operationOfSpanType = (type: string): string | undefined =>
  Object.hasOwn(OPERATIONS, type) ? OPERATIONS[type] : undefined

/** Whether a span of this type is a call of a model, by the conventions of kind CLIENT. */
export const isModelType = (type: string | undefined): boolean =>
  type === SpanType.CHAT_MODEL || type === SpanType.LLM || type === SpanType.EMBEDDING

// The type that MLflow's translators derive from other vocabularies. We derive it too, because the server fills the
// column that its charts and searches read from `mlflow.spanType` alone, before it translates.
const OF_OPERATION: Readonly<Record<string, SpanType>> = {
  chat: 'CHAT_MODEL',
  create_agent: 'AGENT',
  invoke_agent: 'AGENT',
  embeddings: 'EMBEDDING',
  execute_tool: 'TOOL',
  retrieval: 'RETRIEVER',
  generate_content: 'LLM',
  text_completion: 'LLM',
  response: 'LLM',
}
const OF_OPENINFERENCE: Readonly<Record<string, SpanType>> = {
  TOOL: 'TOOL',
  CHAIN: 'CHAIN',
  LLM: 'LLM',
  RETRIEVER: 'RETRIEVER',
  EMBEDDING: 'EMBEDDING',
  AGENT: 'AGENT',
  RERANKER: 'RERANKER',
  GUARDRAIL: 'GUARDRAIL',
  EVALUATOR: 'JUDGE',
}
const OF_TRACELOOP: Readonly<Record<string, SpanType>> = {
  workflow: 'WORKFLOW',
  task: 'TASK',
  agent: 'AGENT',
  tool: 'TOOL',
}

/** The span type that the attributes of a span made by another library stand for. */
export function spanTypeOfAttributes(attributes: Readonly<Record<string, unknown>>): SpanType {
  return (
    lookUp(OF_OPERATION, attributes['gen_ai.operation.name']) ??
    lookUp(OF_OPENINFERENCE, attributes['openinference.span.kind']) ??
    lookUp(OF_TRACELOOP, attributes['traceloop.span.kind']) ??
    ofAiSdk(attributes['ai.operationId']) ??
    SpanType.UNKNOWN
  )
}

function lookUp(table: Readonly<Record<string, SpanType>>, value: unknown): SpanType | undefined {
  return typeof value === 'string' && Object.hasOwn(table, value) ? table[value] : undefined
}

function ofAiSdk(operation: unknown): SpanType | undefined {
  if (typeof operation !== 'string') return undefined
  if (operation === 'ai.toolCall') return SpanType.TOOL
  if (/^ai\.embed(Many)?(\.|$)/.test(operation)) return SpanType.EMBEDDING
  return /^ai\.(generate|stream)(Text|Object)(\.|$)/.test(operation) ? SpanType.LLM : undefined
}
