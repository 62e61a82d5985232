import { monotonicMs } from '../../runtime/clock.ts'
import { realTime } from '../../runtime/real-time.ts'
import type { Waiting } from './waiting.ts'

/** So long may it hold the event loop before others have their turn, ms. */
const SLICE_MS = 0.5
/** When more are listed it is looked which of them still wait. */
const MAX_LISTED = 10_000

/**
 * Moves the texts of what waits to memory of their own, a little at a time. A text that was captured may be a part of a
 * larger one of the application's, which it keeps alive: for the moment until a batch leaves that is nothing, but what
 * waits for a receiver that is down would hold more than it is counted for.
 */
export interface Detaching {
  /** `items` will wait for a while, and nothing else. */
  start(items: Iterable<Waiting>): void
  /** `item` will wait for a while, too. */
  add(item: Waiting): void
}

export function createDetaching(): Detaching {
  let rest: Waiting[] = []
  let isRunning = false
  let maxListed = MAX_LISTED

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

  const begin = (schedule: (work: () => void) => void): void => {
    if (isRunning || rest.length === 0) return
    isRunning = true
    schedule(run)
  }

  return {
    start(items) {
      rest = []
      for (const item of items) if (!item.isDetached && item.span !== undefined) rest.push(item)
      begin(realTime.turn)
    },
    add(item) {
      if (item.isDetached || item.span === undefined) return
      rest.push(item)
      if (rest.length > maxListed) {
        // In a burst, whose event loop does not turn, what the queue gave up must not be held here.
        rest = rest.filter(({ settled }) => !settled)
        maxListed = Math.max(MAX_LISTED, rest.length * 2)
      }
      // A handler of the end that traces must not keep the process alive by that.
      begin(realTime.soon)
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
