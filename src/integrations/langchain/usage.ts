import { list, type ModelUsage, number, read, usageOf } from '../base/index.ts'

/**
 * Tokens of the answer in a `LLMResult`: LangChain's own form on the message, whose input includes cached tokens for
 * every provider; else what older integrations put beside it.
 */
export function resultUsage(result: unknown, message: unknown): ModelUsage | undefined {
  return (
    messageUsage(message) ??
    formerUsage(read(result, 'llmOutput', 'tokenUsage')) ??
    formerUsage(read(list(list(read(result, 'generations'))[0])[0], 'generationInfo', 'tokenUsage'))
  )
}

/** `usage_metadata` of a message. */
export function messageUsage(message: unknown): ModelUsage | undefined {
  const usage = read(message, 'usage_metadata')
  const input = number(read(usage, 'input_tokens'))
  const output = number(read(usage, 'output_tokens'))
  if (input === undefined && output === undefined) return undefined
  const taken = read(usage, 'input_token_details')
  const made = read(usage, 'output_token_details')
  return usageOf({
    inputTokens: input ?? 0,
    outputTokens: output ?? 0,
    totalTokens: number(read(usage, 'total_tokens')),
    cacheReadInputTokens: number(read(taken, 'cache_read')),
    cacheCreationInputTokens: number(read(taken, 'cache_creation')),
    // LangChain leaves the hour's cache to what the provider said.
    cacheCreation1hInputTokens: number(
      read(message, 'response_metadata', 'usage', 'cache_creation', 'ephemeral_1h_input_tokens'),
    ),
    audioInputTokens: number(read(taken, 'audio')),
    reasoningTokens: number(read(made, 'reasoning')),
    audioOutputTokens: number(read(made, 'audio')),
  })
}

function formerUsage(usage: unknown): ModelUsage | undefined {
  const input = number(read(usage, 'promptTokens'))
  const output = number(read(usage, 'completionTokens'))
  if (input === undefined && output === undefined) return undefined
  return usageOf({
    inputTokens: input ?? 0,
    outputTokens: output ?? 0,
    totalTokens: number(read(usage, 'totalTokens')),
  })
}
