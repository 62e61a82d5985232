import { realTime, withoutHold } from '../runtime/real-time.ts'

const FIRST_MS = 500
const MAX_MS = 30_000

/**
 * How long to wait before repeat number `attempt` (from 0): doubling from half a second to 30 seconds, half of it
 * at random so that many processes do not come back together. What the server asked for is the least, up to 30 seconds.
 */
export function backoffMs(attempt: number, retryAfterMs = 0, random: () => number = Math.random): number {
  const full = Math.min(MAX_MS, FIRST_MS * 2 ** attempt)
  const jittered = full / 2 + (full / 2) * random()
  return Math.max(jittered, Math.min(retryAfterMs, MAX_MS))
}

/**
 * Waits; with `background` the wait does not keep the process alive.
 *
 * @throws the reason of `signal` when it is aborted
 */
export function pause(ms: number, background: boolean, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      realTime.stop(timer)
      reject(signal?.reason)
    }
    const timer = realTime.start(() => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }, ms)
    if (background) withoutHold(timer)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}
