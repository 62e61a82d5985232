import { type ModelUsage, number, read, usageOf } from '../base/index.ts'

/**
 * Tokens as the models of the AI SDK report them, in the forms of versions 5 (`inputTokens`, `cachedInputTokens`) and
 * of 6 and 7 (`inputTokens.total`, `.cacheRead`), and as version 7 tells its own telemetry. `undefined` when there are
 * none.
 *
 * @param provider - the name that the provider package gives the model
 * @param metadata - what the provider adds to its answer
 */
export function modelUsage(usage: unknown, provider?: unknown, metadata?: unknown): ModelUsage | undefined {
  const input = number(read(usage, 'inputTokens', 'total')) ?? number(read(usage, 'inputTokens'))
  const output = number(read(usage, 'outputTokens', 'total')) ?? number(read(usage, 'outputTokens'))
  const total = number(read(usage, 'totalTokens'))
  if (input === undefined && output === undefined && total === undefined) return undefined
  const cacheRead = some(
    read(usage, 'inputTokens', 'cacheRead'),
    read(usage, 'inputTokenDetails', 'cacheReadTokens'),
    read(usage, 'cachedInputTokens'),
  )
  const cacheWrite = some(
    read(usage, 'inputTokens', 'cacheWrite'),
    read(usage, 'inputTokenDetails', 'cacheWriteTokens'),
    read(metadata, 'anthropic', 'cacheCreationInputTokens'),
    read(metadata, 'bedrock', 'usage', 'cacheWriteInputTokens'),
  )
  const apart = input !== undefined && isWithoutCached(usage, input, cacheRead, provider)
  const inputTokens = apart ? input + (cacheRead ?? 0) + (cacheWrite ?? 0) : input
  return usageOf({
    inputTokens: inputTokens ?? Math.max(0, (total ?? 0) - (output ?? 0)),
    outputTokens: output ?? Math.max(0, (total ?? 0) - (inputTokens ?? 0)),
    totalTokens: apart ? undefined : total,
    cacheReadInputTokens: cacheRead,
    cacheCreationInputTokens: cacheWrite,
    cacheCreation1hInputTokens: some(read(usage, 'raw', 'cache_creation', 'ephemeral_1h_input_tokens')),
    reasoningTokens: some(
      read(usage, 'outputTokens', 'reasoning'),
      read(usage, 'outputTokenDetails', 'reasoningTokens'),
      read(usage, 'reasoningTokens'),
    ),
    audioInputTokens: some(
      read(usage, 'raw', 'prompt_tokens_details', 'audio_tokens'),
      read(usage, 'raw', 'input_tokens_details', 'audio_tokens'),
    ),
    audioOutputTokens: some(
      read(usage, 'raw', 'completion_tokens_details', 'audio_tokens'),
      read(usage, 'raw', 'output_tokens_details', 'audio_tokens'),
    ),
  })
}

/** Until version 5, the input of Anthropic's models came without the tokens that the cache had. */
function isWithoutCached(
  usage: unknown,
  input: number,
  cacheRead: number | undefined,
  provider: unknown,
): boolean {
  if (number(read(usage, 'inputTokens')) === undefined) return false
  if (read(usage, 'inputTokenDetails') !== undefined) return false
  return (cacheRead ?? 0) > input || /anthropic/.test(String(provider))
}

/** The first count that there is and that is not zero: a part that nobody used is no part. */
function some(...counts: readonly unknown[]): number | undefined {
  return counts.map((count) => number(count) || undefined).find((count) => count !== undefined)
}

/** Tokens of an embedding. */
export function embeddingUsage(usage: unknown): ModelUsage | undefined {
  const tokens = number(read(usage, 'tokens'))
  return tokens === undefined ? undefined : { inputTokens: tokens, outputTokens: 0 }
}
