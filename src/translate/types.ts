import { SpanType } from '../span/semconv/span-type.ts'
import type { Source } from './source.ts'
import type { Vocabulary } from './vocabulary.ts'

/** OpenTelemetry's SpanKind. */
const CLIENT = 2

/** The span type that a span stands for, by the first vocabulary that says it. */
export function spanTypeIn(source: Source, known: readonly Vocabulary[]): SpanType {
  for (const { types = [], named = [] } of known) {
    const byName = named.find(([name]) => name.test(source.span.name))?.[1]
    if (byName !== undefined) return byName
    for (const [key, meaning] of types) {
      const value = source.get(key)
      if (typeof value === 'string' && Object.hasOwn(meaning, value)) return meaning[value] as SpanType
    }
  }
  return guessed(source)
}

/** Of a span that says no operation: what it is about. */
function guessed({ get, span }: Source): SpanType {
  if (get('gen_ai.tool.name') !== undefined) return SpanType.TOOL
  const model = get('gen_ai.request.model')
  if (model === undefined) return SpanType.UNKNOWN
  // A run of TanStack AI is named like its calls of the model, which are below it, and is no call to another service.
  return span.kind !== CLIENT && span.name === `chat ${String(model)}` ? SpanType.CHAIN : SpanType.LLM
}

const SUMMING: ReadonlySet<string> = new Set([
  SpanType.AGENT,
  SpanType.CHAIN,
  SpanType.WORKFLOW,
  SpanType.TASK,
])

/** Whether the tokens of a span are those of the calls below it: an agent elsewhere is a call of its own. */
export const sumsUp = (type: string, kind: number): boolean => SUMMING.has(type) && kind !== CLIENT
