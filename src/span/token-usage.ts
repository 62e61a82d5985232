import { readEach } from '../runtime/read-property.ts'
import type { Attributes } from './attributes.ts'
import * as keys from './semconv/keys.ts'

/** Tokens of one model call, or of all calls of a turn. Counts are non-negative integers. */
export interface TokenUsage {
  /** Tokens sent to the model, including cached ones. */
  inputTokens: number
  /** Tokens that the model produced, including reasoning. */
  outputTokens: number
  /** @defaultValue inputTokens + outputTokens */
  totalTokens?: number | undefined
  /** Input tokens that came from the provider's prompt cache. */
  cacheReadInputTokens?: number | undefined
  /** Input tokens that were written to the provider's prompt cache. */
  cacheCreationInputTokens?: number | undefined
  /** Cache write tokens that the cache keeps for an hour instead of five minutes; they cost more. */
  cacheCreation1hInputTokens?: number | undefined
  /** Output tokens that were spent on reasoning. */
  reasoningTokens?: number | undefined
  /** Audio tokens of the input. */
  audioInputTokens?: number | undefined
  /** Audio tokens of the output. */
  audioOutputTokens?: number | undefined
}

/** Usage as it is kept: every count a non-negative integer, the total present. */
export type CountedUsage = Readonly<{
  inputTokens: number
  outputTokens: number
  totalTokens: number
  cacheReadInputTokens?: number
  cacheCreationInputTokens?: number
  cacheCreation1hInputTokens?: number
  reasoningTokens?: number
  audioInputTokens?: number
  audioOutputTokens?: number
}>

const PARTS = [
  'cacheReadInputTokens',
  'cacheCreationInputTokens',
  'cacheCreation1hInputTokens',
  'reasoningTokens',
  'audioInputTokens',
  'audioOutputTokens',
] as const

/**
 * The counts of `usage` as integers; `undefined` when it has neither input nor output tokens that are numbers.
 * MLflow refuses a whole batch for one count that is null or text.
 */
export function countedUsage(usage: unknown): CountedUsage | undefined {
  if (typeof usage !== 'object' || usage === null) return undefined
  const given = readCounts(usage)
  const input = count(given.inputTokens)
  const output = count(given.outputTokens)
  const total = count(given.totalTokens)
  if (input === undefined && output === undefined && total === undefined) return undefined
  const inputTokens = input ?? Math.max(0, (total ?? 0) - (output ?? 0))
  const outputTokens = output ?? Math.max(0, (total ?? 0) - inputTokens)
  const counted: { -readonly [K in keyof CountedUsage]: CountedUsage[K] } = {
    inputTokens,
    outputTokens,
    totalTokens: total ?? inputTokens + outputTokens,
  }
  for (const part of PARTS) {
    const value = count(given[part])
    if (value !== undefined) counted[part] = value
  }
  return counted
}

/** The sum of two usages; a part that neither has stays absent. */
export function addUsage(a: CountedUsage | undefined, b: CountedUsage): CountedUsage {
  if (a === undefined) return b
  const sum: { -readonly [K in keyof CountedUsage]: CountedUsage[K] } = {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    totalTokens: a.totalTokens + b.totalTokens,
  }
  for (const part of PARTS) {
    if (a[part] !== undefined || b[part] !== undefined) sum[part] = (a[part] ?? 0) + (b[part] ?? 0)
  }
  return sum
}

type ReadUsage = (attributes: Attributes) => CountedUsage | undefined
let readUsage: ReadUsage | undefined

/** From now on the usage of other libraries' spans is read by `read`, which knows more vocabularies. */
export function readUsageBy(read: ReadUsage): void {
  readUsage = read
}

/** Usage that a span of another library carries in the GenAI or OpenInference vocabulary, or MLflow's. */
export function usageOfAttributes(attributes: Attributes): CountedUsage | undefined {
  if (readUsage !== undefined) return readUsage(attributes)
  const first = (...names: string[]): unknown =>
    names.map((n) => attributes[n]).find((v) => count(v) !== undefined)
  return countedUsage({
    inputTokens: first(keys.USAGE_INPUT, keys.USAGE_PROMPT, 'llm.token_count.prompt'),
    outputTokens: first(keys.USAGE_OUTPUT, keys.USAGE_COMPLETION, 'llm.token_count.completion'),
    totalTokens: first('llm.token_count.total', 'llm.usage.total_tokens'),
    cacheReadInputTokens: first(
      keys.USAGE_CACHE_READ,
      'gen_ai.usage.cache_read_input_tokens',
      'llm.token_count.prompt_details.cache_read',
    ),
    cacheCreationInputTokens: first(
      keys.USAGE_CACHE_WRITE,
      keys.USAGE_CACHE_CREATION,
      'gen_ai.usage.cache_creation_input_tokens',
      'llm.token_count.prompt_details.cache_write',
    ),
    reasoningTokens: first(keys.USAGE_REASONING),
  })
}

/** JSON text for MLflow's `mlflow.chat.tokenUsage`; the three base counts are always there. */
export function mlflowUsage(usage: CountedUsage): string {
  const { cacheReadInputTokens, cacheCreationInputTokens, cacheCreation1hInputTokens } = usage
  let text = `{"input_tokens":${usage.inputTokens},"output_tokens":${usage.outputTokens}`
  text += `,"total_tokens":${usage.totalTokens}`
  if (cacheReadInputTokens !== undefined) text += `,"cache_read_input_tokens":${cacheReadInputTokens}`
  if (cacheCreationInputTokens !== undefined) {
    text += `,"cache_creation_input_tokens":${cacheCreationInputTokens}`
  }
  if (cacheCreation1hInputTokens !== undefined) {
    text += `,"cache_creation_input_tokens_above_1hr":${cacheCreation1hInputTokens}`
  }
  return `${text}}`
}

// By their names, for which the engine has a short way; one that throws when it is read is as if it was not given.
function readCounts(usage: Partial<TokenUsage>): Partial<TokenUsage> {
  try {
    const { inputTokens, outputTokens, totalTokens, cacheReadInputTokens, cacheCreationInputTokens } = usage
    const { cacheCreation1hInputTokens, reasoningTokens, audioInputTokens, audioOutputTokens } = usage
    return {
      inputTokens,
      outputTokens,
      totalTokens,
      cacheReadInputTokens,
      cacheCreationInputTokens,
      cacheCreation1hInputTokens,
      reasoningTokens,
      audioInputTokens,
      audioOutputTokens,
    } as Partial<TokenUsage>
  } catch {
    return readEach(usage, ['inputTokens', 'outputTokens', 'totalTokens', ...PARTS])
  }
}

function count(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined
  return Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER)
}
