import { dataAt, keys, read, SpanType, type StepInit, text } from '../base/index.ts'

/** Mastra's types of spans; a call of a model is none of these. */
const TYPES: Readonly<Record<string, SpanType>> = {
  agent_run: SpanType.AGENT,
  tool_call: SpanType.TOOL,
  client_tool_call: SpanType.TOOL,
  provider_tool_call: SpanType.TOOL,
  mcp_tool_call: SpanType.TOOL,
  workflow_run: SpanType.WORKFLOW,
  workflow_step: SpanType.TASK,
  processor_run: SpanType.GUARDRAIL,
  memory_operation: SpanType.MEMORY,
  scorer_run: SpanType.JUDGE,
  classifier_evaluation: SpanType.JUDGE,
  rag_vector_operation: SpanType.RETRIEVER,
}

/** What is known of a span of Mastra's as it begins: its kind and its name, which is no content. */
export function kindOf(type: string, span: unknown): StepInit {
  const spanType = TYPES[type] ?? SpanType.CHAIN
  if (type === 'agent_run') {
    const agent = text(read(span, 'entityName')) ?? bareName(span)
    return { name: `agent:${agent}`, spanType, attributes: { [keys.AGENT_NAME]: agent } }
  }
  if (type === 'model_generation') return { name: 'generation', spanType }
  if (type === 'model_step') {
    return { name: `step ${String(dataAt(read(span, 'attributes'), 'stepIndex') ?? '')}`.trim(), spanType }
  }
  // What is no tool, step or workflow keeps the word of what it is: a tool's results are mapped under the tool's name.
  return { name: type in TYPES ? bareName(span) : (text(read(span, 'name')) ?? type), spanType }
}

/** Of `tool: 'look'`, as Mastra calls it, the tool's own name: charts group by it. */
function bareName(span: unknown): string {
  const name = text(read(span, 'name')) ?? 'span'
  return /'(.+)'$/.exec(name)?.[1] ?? name
}

/** Settings and outcomes in words of Mastra's, which are no content; what stands beside them may be. */
const WORDS: ReadonlySet<string> = new Set([
  ...[
    'status',
    'toolType',
    'mcpServer',
    'serverVersion',
    'mcpMethod',
    'loopType',
    'sleepType',
    'mappingType',
  ],
  ...['processorPhase', 'processorExecutor', 'operation', 'operationType', 'category', 'resultType'],
  ...['scorerId', 'scorerName', 'store', 'vectorStore', 'indexName', 'action', 'strategy'],
])

/** The attributes of a span of Mastra's that are no content, as `mastra.<name>`. */
export function plainAttributes(span: unknown): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  const given = read(span, 'attributes')
  if (typeof given !== 'object' || given === null) return found
  for (const [key, value] of Object.entries(given)) {
    const isPlain = typeof value === 'number' || typeof value === 'boolean'
    if (isPlain || (typeof value === 'string' && WORDS.has(key))) found[`mastra.${snake(key)}`] = value
  }
  return found
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
