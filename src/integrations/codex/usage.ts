import { diagnoseOnce, type ModelUsage, number, processWide, read, usageOf } from '../base/index.ts'

/** The turn whose tokens are asked for. */
export interface CountedTurn {
  readonly threadId: string | undefined
  /** Whether the thread began with it. */
  readonly isFirst: boolean
}

/** Tokens of a thread so far, by Codex's names. */
type Total = Readonly<Record<(typeof COUNTS)[number], number>>

const COUNTS = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_input_tokens',
  'output_tokens',
  'reasoning_output_tokens',
] as const

const MAX_THREADS = 10_000

/** What the threads of this process had used after their last turn. */
const totals = (): Map<string, Total> => processWide('codex-usage', () => new Map<string, Total>())

/**
 * The tokens of one turn: Codex tells those of the whole thread, those of its turns in other processes included. `undefined` when
 * what the thread had used before is not known.
 */
export function usageOfTurn({ threadId, isFirst }: CountedTurn, told: unknown): ModelUsage | undefined {
  if (number(read(told, 'input_tokens')) === undefined) return undefined
  const total = Object.fromEntries(COUNTS.map((key) => [key, number(read(told, key)) ?? 0])) as Total
  const before = isFirst ? undefined : totals().get(threadId ?? '')
  keep(threadId, total)
  if (!isFirst && before === undefined) {
    diagnoseOnce(
      'warn',
      'TS_USAGE_UNKNOWN',
      'A Codex thread was resumed whose earlier turns ran in another process. Codex reports tokens for the whole thread only, so the tokens of this turn are not recorded; those of later turns in this process are.',
      { integration: 'codex' },
    )
    return undefined
  }
  const used = (key: keyof Total): number => Math.max(0, total[key] - (before?.[key] ?? 0))
  return usageOf({
    inputTokens: used('input_tokens'),
    outputTokens: used('output_tokens'),
    totalTokens: used('input_tokens') + used('output_tokens'),
    cacheReadInputTokens: used('cached_input_tokens') || undefined,
    cacheCreationInputTokens: used('cache_write_input_tokens') || undefined,
    reasoningTokens: used('reasoning_output_tokens') || undefined,
  })
}

function keep(threadId: string | undefined, total: Total): void {
  if (threadId === undefined) return
  const known = totals()
  known.delete(threadId)
  known.set(threadId, total)
  for (const oldest of known.keys()) {
    if (known.size <= MAX_THREADS) break
    known.delete(oldest)
  }
}
