import { type CountedUsage, countedUsage } from '../span/token-usage.ts'
import type { Source } from './source.ts'
import type { UsageKeys, Vocabulary } from './vocabulary.ts'

/** What a span used, by the first vocabulary that says it; none where all counts are zero. */
export function usageIn(
  source: Source,
  known: readonly Vocabulary[],
  spanType: string,
): CountedUsage | undefined {
  for (const { usage } of known) {
    if (usage?.only !== undefined && usage.only !== spanType) return undefined
    const counted = usage && countedIn(source, usage)
    if (counted !== undefined && counted.totalTokens > 0) return counted
  }
  return undefined
}

function countedIn(source: Source, keys: UsageKeys): CountedUsage | undefined {
  const count = (names: readonly string[] | undefined): number | undefined => {
    const found = names?.map((name) => source.get(name)).find((one) => typeof one === 'number')
    return found as number | undefined
  }
  const [input, output, total] = [count(keys.input), count(keys.output), count(keys.total)]
  const [read, written] = [count(keys.cacheRead), count(keys.cacheWrite)]
  const reasoning = count(keys.reasoning)
  if (input === undefined && output === undefined && total === undefined) return undefined
  const cached = (read ?? 0) + (written ?? 0)
  // Some hand on what Anthropic's API counts, whose input is without what was cached.
  const isApart = input !== undefined && cached > input
  const outputTokens = keys.reasoningApart ? (output ?? 0) + (reasoning ?? 0) : output
  const inputTokens = isApart ? input + cached : input
  return countedUsage({
    inputTokens,
    outputTokens,
    ...(total !== undefined && !isApart && { totalTokens: total }),
    ...(read !== undefined && { cacheReadInputTokens: read }),
    ...(written !== undefined && { cacheCreationInputTokens: written }),
    ...(reasoning !== undefined && { reasoningTokens: reasoning }),
  })
}
