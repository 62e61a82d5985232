import { monotonicMs } from '../../runtime/clock.ts'
import { realTime } from '../../runtime/real-time.ts'
import type { Waiting } from './waiting.ts'

/** So long may it hold the event loop before others have their turn, ms. */
const SLICE_MS = 0.5

/**
 * Moves the texts of what waits to memory of their own, a little at a time. A text that was captured may be a part of a
 * larger one of the application's, which it keeps alive: for the moment until a batch leaves that is nothing, but what
 * waits for a receiver that is down would hold more than it is counted for.
 */
export interface Detaching {
  /** `items` will wait for a while. */
  start(items: Iterable<Waiting>): void
}

export function createDetaching(): Detaching {
  let rest: Waiting[] = []
  let isRunning = false

  const run = (): void => {
    const until = monotonicMs() + SLICE_MS
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) {
      detach(item)
      if (monotonicMs() < until) continue
      realTime.turn(run)
      return
    }
    isRunning = false
  }

  return {
    start(items) {
      rest = []
      for (const item of items) if (!item.isDetached && item.span !== undefined) rest.push(item)
      if (isRunning || rest.length === 0) return
      isRunning = true
      realTime.turn(run)
    },
  }
}

function detach(item: Waiting): void {
  // Meanwhile it may have been sent, or given up.
  if (item.settled || item.isDetached) return
  item.isDetached = true
  item.span?.agent?.inputs?.detach()
  item.span?.agent?.outputs?.detach()
}
