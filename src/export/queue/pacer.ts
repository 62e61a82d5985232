import { realTime, type Timer, withoutHold } from '../../runtime/real-time.ts'

/** Runs work one at a time, now or later. */
export interface Pacer {
  /** Runs the work, or joins the run that is under way. */
  run(): Promise<void>
  /** Runs it in `ms`, unless it is to run anyway. */
  schedule(ms: number): void
  /** Runs it as soon as the event loop turns, whatever was planned. */
  runSoon(): void
  cancel(): void
  isRunning(): boolean
}

/** @param work - never rejects */
export function createPacer(work: () => Promise<void>, afterwards: () => void): Pacer {
  let timer: Timer | undefined
  let isSoon = false
  let running: Promise<void> | undefined

  const cancel = (): void => {
    realTime.stop(timer)
    timer = undefined
    isSoon = false
  }

  const run = (): Promise<void> => {
    cancel()
    running ??= work().finally(() => {
      running = undefined
      afterwards()
    })
    return running
  }

  const schedule = (ms: number): void => {
    if (timer !== undefined) return
    timer = realTime.start(() => {
      timer = undefined
      void run()
    }, ms)
    // Who waits for it holds the process; the work itself does not.
    withoutHold(timer)
  }

  return {
    run,
    schedule,
    runSoon() {
      // Asked for with each span of a burst, in which a new timer each time would be the most expensive part.
      if (isSoon) return
      cancel()
      isSoon = true
      schedule(0)
    },
    cancel,
    isRunning: () => running !== undefined,
  }
}
