import { msOfTimeInput, nowMs } from '../../../runtime/clock.ts'
import { realTime, type Timer, withoutHold } from '../../../runtime/real-time.ts'
import type { LiveSpan } from '../../../span/live-span.ts'
import { quietly } from '../quietly.ts'
import { sayCancelled, sayEnd } from './endings.ts'
import { closeChildren, endFrame, type Frame, leaveFrame } from './frame.ts'
import type { TurnEnd, WorkEnd } from './types.ts'
import { beginWaiting, endWaiting } from './waiting.ts'

const USAGE_WAIT_MS = 5000

/** How one turn ends. */
export interface Ending {
  /** Ends it, with what `say` says of the span beside what the runtime gave. */
  finish(end: WorkEnd | undefined, say?: (live: LiveSpan) => void): void
  /** Somebody broke it off, and with it what is open below. */
  cancel(reason: string | undefined, end: WorkEnd | undefined): void
  /** The work is over, and the span waits for its tokens. */
  wait(end: TurnEnd): void
  /** When the work was over whose span waits, in milliseconds since 1970. */
  waitsSince(): number | undefined
  /** Ends the span that waits. */
  settle(): void
}

/** @param gone - the work is over */
export function createEnding(frame: Frame, gone: () => void): Ending {
  const { live, settings } = frame
  let timer: Timer | undefined
  let waitsSince: number | undefined
  const ending: Ending = {
    finish(end, say) {
      const both = (open: LiveSpan): void => {
        sayEnd(open, end)
        say?.(open)
      }
      if (endFrame(frame, end, both)) gone()
    },
    cancel(reason, end) {
      const both = (open: LiveSpan): void => {
        sayEnd(open, end)
        sayCancelled(open, reason)
      }
      if (endFrame(frame, end, both, 'cancelled', reason)) gone()
    },
    wait(end) {
      if (live === undefined) ending.finish(end)
      if (live === undefined || !frame.isOpen) return
      waitsSince = msOfTimeInput(end.endTime) ?? nowMs()
      closeChildren(frame, 'abandoned', undefined, waitsSince)
      leaveFrame(frame)
      // The turn above sums up what this one used, so it waits no longer than that one.
      frame.above?.children.add({ background: false, close: ending.settle })
      gone()
      quietly(() => sayEnd(live, end))
      beginWaiting(ending.settle)
      timer = withoutHold(realTime.start(ending.settle, settings.options.usageWaitMs ?? USAGE_WAIT_MS))
    },
    waitsSince: () => waitsSince,
    settle() {
      if (waitsSince === undefined) return
      realTime.stop(timer)
      endWaiting(ending.settle)
      const endTime = waitsSince
      waitsSince = undefined
      live?.end(endTime)
    },
  }
  return ending
}
