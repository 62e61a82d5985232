import type { TokenUsage } from '../../span/token-usage.ts'
import { number } from './method.ts'
import { dataAt } from './own-data.ts'

/** Tokens of one model call in one form, whatever the provider's: see {@link TokenUsage}. */
export type ModelUsage = TokenUsage

/**
 * Usage as OpenAI's APIs and those that copy them report it: `usage` of chat completions (`prompt_tokens`, ...), of
 * responses (`input_tokens`, ...), of embeddings, images and transcriptions. Input and output include the cached,
 * reasoning and audio tokens that are told apart. `undefined` when there is none.
 *
 * @see https://platform.openai.com/docs/api-reference/chat/object
 */
export function openAIUsage(usage: unknown): ModelUsage | undefined {
  const input = number(dataAt(usage, 'prompt_tokens')) ?? number(dataAt(usage, 'input_tokens'))
  const output = number(dataAt(usage, 'completion_tokens')) ?? number(dataAt(usage, 'output_tokens'))
  const total = number(dataAt(usage, 'total_tokens'))
  if (input === undefined && output === undefined && total === undefined) return undefined
  const inputTokens = input ?? Math.max(0, (total ?? 0) - (output ?? 0))
  const details =
    dataAt(usage, 'prompt_tokens_details') ??
    dataAt(usage, 'input_tokens_details') ??
    dataAt(usage, 'input_token_details')
  const made = dataAt(usage, 'completion_tokens_details') ?? dataAt(usage, 'output_tokens_details')
  return usageOf({
    inputTokens,
    outputTokens: output ?? Math.max(0, (total ?? 0) - inputTokens),
    totalTokens: total,
    // Together has them beside the others, DeepSeek under a name of its own.
    cacheReadInputTokens:
      some(dataAt(details, 'cached_tokens')) ??
      some(dataAt(usage, 'cached_tokens')) ??
      some(dataAt(usage, 'prompt_cache_hit_tokens')),
    cacheCreationInputTokens: some(dataAt(details, 'cache_write_tokens')),
    reasoningTokens: some(dataAt(made, 'reasoning_tokens')),
    audioInputTokens: some(dataAt(details, 'audio_tokens')),
    audioOutputTokens: some(dataAt(made, 'audio_tokens')),
  })
}

/** A part of the whole, which services also report where there is none. */
const some = (count: unknown): number | undefined => number(count) || undefined

/** `usage` without the parts that are absent. */
export function usageOf(usage: ModelUsage): ModelUsage {
  const present: Record<string, number> = {}
  for (const [key, count] of Object.entries(usage)) if (count !== undefined) present[key] = count
  return present as unknown as ModelUsage
}
