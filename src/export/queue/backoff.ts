const FIRST_MS = 500
const MAX_MS = 30_000
const SLOW_FIRST_MS = 5_000
const SLOW_MAX_MS = 60_000
// A server may ask for patience; not for more than this, and not for none.
const MIN_ASKED_MS = 100
const MAX_ASKED_MS = 5 * 60_000

/** How long to wait before attempt `attempt` (0 for the first retry): exponential, with jitter of a fifth. */
export function backoffMs(
  attempt: number,
  options: { slow?: boolean; askedMs?: number | undefined } = {},
): number {
  const { askedMs } = options
  if (askedMs !== undefined && !Number.isNaN(askedMs)) {
    return Math.min(Math.max(askedMs, MIN_ASKED_MS), MAX_ASKED_MS)
  }
  const [first, most] = options.slow ? [SLOW_FIRST_MS, SLOW_MAX_MS] : [FIRST_MS, MAX_MS]
  const base = Math.min(first * 2 ** Math.min(attempt, 20), most)
  return base * (0.8 + Math.random() * 0.4)
}
