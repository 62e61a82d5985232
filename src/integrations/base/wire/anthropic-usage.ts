import { number } from '../method.ts'
import { dataAt } from '../own-data.ts'
import { type ModelUsage, usageOf } from '../usage.ts'

/**
 * Usage of the Messages API. Its `input_tokens` leave out those that were read from the cache or written to it, so
 * they are added: input tokens here are all that the model was given. `undefined` when there is none.
 *
 * @see https://docs.anthropic.com/en/api/messages
 */
export function anthropicUsage(usage: unknown): ModelUsage | undefined {
  const count = (key: string, inner?: string): number | undefined => number(dataAt(usage, key, inner))
  const fresh = count('input_tokens')
  const output = count('output_tokens')
  if (fresh === undefined && output === undefined) return undefined
  const cached = count('cache_read_input_tokens')
  const hour = count('cache_creation', 'ephemeral_1h_input_tokens')
  const written =
    count('cache_creation_input_tokens') ?? sum(count('cache_creation', 'ephemeral_5m_input_tokens'), hour)
  return usageOf({
    inputTokens: (fresh ?? 0) + (cached ?? 0) + (written ?? 0),
    outputTokens: output ?? 0,
    cacheReadInputTokens: cached,
    cacheCreationInputTokens: written,
    cacheCreation1hInputTokens: hour,
    reasoningTokens: count('output_tokens_details', 'thinking_tokens'),
  })
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0)
}

/** What the usage says beside tokens. */
export function anthropicUsageAttributes(usage: unknown): Readonly<Record<string, unknown>> {
  return {
    'anthropic.response.service_tier': dataAt(usage, 'service_tier') ?? undefined,
    'anthropic.usage.web_search_requests': some(dataAt(usage, 'server_tool_use', 'web_search_requests')),
    'anthropic.usage.web_fetch_requests': some(dataAt(usage, 'server_tool_use', 'web_fetch_requests')),
  }
}

const some = (count: unknown): number | undefined => number(count) || undefined
