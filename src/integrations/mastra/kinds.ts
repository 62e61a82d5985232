import { MASTRA_TYPES } from '../../translate/mastra-types.ts'
import { dataAt, keys, read, SpanType, type StepInit, text } from '../base/index.ts'

/** These are known by their names; others keep the word of what they are: a tool's results are mapped under the tool's name. */
const NAMED = /^(?:agent_run|workflow_run|workflow_step)$|tool_call$/

/** What is known of a span of Mastra's as it begins: its kind and its name, which is no content. */
export function kindOf(type: string, span: unknown): StepInit {
  const spanType = (Object.hasOwn(MASTRA_TYPES, type) && MASTRA_TYPES[type]) || SpanType.CHAIN
  if (type === 'agent_run') {
    const agent = text(read(span, 'entityName')) ?? bareName(span)
    return { name: `agent:${agent}`, spanType, attributes: { [keys.AGENT_NAME]: agent } }
  }
  if (type === 'model_generation') return { name: 'generation', spanType }
  if (type === 'model_step') {
    return { name: `step ${String(dataAt(read(span, 'attributes'), 'stepIndex') ?? '')}`.trim(), spanType }
  }
  return { name: NAMED.test(type) ? bareName(span) : (text(read(span, 'name')) ?? type), spanType }
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
