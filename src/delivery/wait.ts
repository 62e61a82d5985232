import { monotonicMs } from '../runtime/clock.ts'

// Requests in the background do not keep the process alive, so who waits for them must: these timers do.

/** Resolves when `work` has settled, or `deadline` (of the monotonic clock, ms) passes. */
export function within(work: Promise<void>, deadline: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, deadline - monotonicMs()))
    void work.finally(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
}
