import { dataAt, type ModelUsage, number, usageOf } from '../base/index.ts'

/**
 * Tokens as the API reports them, in `usage` of its second version and in `meta` of the first: those of the model, with the
 * cached ones among them, and those that are billed, which are fewer. The latter stand in for the former where they are all there is.
 *
 * @see https://docs.cohere.com/reference/chat
 */
export function cohereUsage(usage: unknown): ModelUsage | undefined {
  const count = (kind: string): number | undefined =>
    number(dataAt(usage, 'tokens', kind)) ?? number(dataAt(usage, 'billedUnits', kind))
  const [input, output] = [count('inputTokens'), count('outputTokens')]
  if (input === undefined && output === undefined) return undefined
  return usageOf({
    inputTokens: input ?? 0,
    outputTokens: output ?? 0,
    totalTokens: (input ?? 0) + (output ?? 0),
    cacheReadInputTokens: number(dataAt(usage, 'cachedTokens')) || undefined,
  })
}

/** The same as members of an answer in the form of OpenAI's API. */
export function shownUsage(usage: ModelUsage | undefined): object {
  if (usage === undefined) return {}
  const { inputTokens, outputTokens, totalTokens } = usage
  return { usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: totalTokens } }
}

/** Searches that are billed, of a call that searches or ranks. */
export const searchUnits = (usage: unknown): Readonly<Record<string, unknown>> => ({
  'cohere.usage.search_units': number(dataAt(usage, 'billedUnits', 'searchUnits')),
})
