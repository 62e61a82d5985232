import { monotonicMs } from '../../runtime/clock.ts'
import { realTime } from '../../runtime/real-time.ts'

/**
 * Resolves when `work` has settled, or `deadline` (of the monotonic clock, ms) passes. Its timer keeps the process alive:
 * requests in the background do not.
 */
export function within(work: Promise<void>, deadline: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = realTime.start(resolve, Math.max(0, deadline - monotonicMs()))
    void work.finally(() => {
      realTime.stop(timer)
      resolve()
    })
  })
}
