import type { AttributeValue } from './attributes.ts'
import { looksLikeJson } from './semconv/json-text.ts'
import * as keys from './semconv/keys.ts'

// One value of the wrong form in one of these keys makes MLflow refuse every span of the request, so they are put
// right on the way out, whoever set them. Found out on MLflow 3.17; see docs/mlflow.md.

const TEXT_KEYS: ReadonlySet<string> = new Set([
  keys.SPAN_TYPE,
  keys.OPERATION_NAME,
  keys.OPENINFERENCE_KIND,
  keys.TRACELOOP_KIND,
  keys.AI_SDK_OPERATION,
  keys.LLM_MODEL,
  keys.LLM_PROVIDER,
  keys.REQUEST_MODEL,
  keys.RESPONSE_MODEL,
  keys.PROVIDER_NAME,
  keys.SYSTEM,
  'span.type',
  'entity.type',
  'lmnr.span.type',
  'langfuse.observation.type',
  'llm.model_name',
  'mlflow.message.format',
])

/** Longest value of columns that the server bounds. */
const LENGTHS: Readonly<Record<string, number>> = {
  [keys.SESSION_ID]: 250,
  [keys.CONVERSATION_ID]: 250,
  [keys.LLM_MODEL]: 500,
  [keys.LLM_PROVIDER]: 500,
  [keys.REQUEST_MODEL]: 500,
  [keys.RESPONSE_MODEL]: 500,
  [keys.SPAN_TYPE]: 250,
  [`${keys.TRACE_TAG}${keys.TRACE_NAME_TAG}`]: 4096,
}

/** Where MLflow keeps the spans of a trace; another value than its own makes the trace unreadable for ever. */
const SPANS_LOCATION = `${keys.TRACE_TAG}${keys.SPANS_LOCATION_TAG}`

const COUNTS = /^(gen_ai\.usage\.|llm\.token_count\.|llm\.usage\.)/
const BASE_COUNTS = ['input_tokens', 'output_tokens', 'total_tokens'] as const
const COSTS = ['input_cost', 'output_cost', 'total_cost'] as const

/** `value` in the form in which servers take it under `key`; `undefined` when nothing of it can be sent. */
export function sanitizedAttribute(key: string, value: AttributeValue): AttributeValue | undefined {
  if (key === SPANS_LOCATION) return undefined
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (TEXT_KEYS.has(key) || Object.hasOwn(LENGTHS, key)) return plainText(value)?.slice(0, LENGTHS[key])
  if (COUNTS.test(key)) return countOf(value)
  if (key === keys.TOKEN_USAGE) return objectText(value, BASE_COUNTS, countOf)
  if (key === keys.LLM_COST) return objectText(value, COSTS, finiteOf)
  if (key === 'mlflow.spanLogLevel') return countOf(value)
  return value
}

/** Text that no server reads as JSON: a list in one of these columns is an error to it. */
function plainText(value: AttributeValue): string | undefined {
  const text = textOf(value)
  return text !== undefined && looksLikeJson(text) ? `'${text}'` : text
}

function textOf(value: AttributeValue): string | undefined {
  if (typeof value === 'object') return value.length === 1 ? String(value[0]) : undefined
  return String(value)
}

function countOf(value: unknown): number | undefined {
  const number = finiteOf(value)
  return number !== undefined && number >= 0 ? Math.floor(number) : undefined
}

function finiteOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** JSON text of an object whose `required` fields are numbers; further fields are kept when they are numbers. */
function objectText(
  value: AttributeValue,
  required: readonly string[],
  number: (value: unknown) => number | undefined,
): string | undefined {
  if (typeof value !== 'string') return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
  const kept: Record<string, number> = {}
  for (const [name, field] of Object.entries(parsed)) {
    const counted = number(field)
    if (counted !== undefined) kept[name] = counted
  }
  for (const name of required) kept[name] ??= 0
  return JSON.stringify(kept)
}
