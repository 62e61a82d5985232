/** The signals that end a process unless it listens to them. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** Listens to the ends of the process without changing them. */
export interface EndWatch {
  /**
   * Also listen to signals, from now until {@link EndWatch.release}: a listener takes the default action away, so it
   * stands only while there is something to lose.
   */
  hold(): void
  release(): void
}

/**
 * Calls `drain` before the process ends, whichever way: `natural` when the event loop is empty (and may wait for a
 * promise), `now` when there is no more loop to wait on: `process.exit`, an uncaught exception or rejection, a
 * signal. The process then ends as it would have: same code, same signal, and the application's handlers run.
 */
export function watchEnd(drain: { natural: () => Promise<void> | undefined; now: () => void }): EndWatch {
  let held = false
  process.on('beforeExit', () => void drain.natural())
  process.on('exit', () => drain.now())

  const onSignal = (signal: NodeJS.Signals): void => {
    const alone = process.listenerCount(signal) === 1
    if (!alone) {
      // The application decides what a signal means; it may go on, or exit, which is seen then.
      void drain.natural()
      return
    }
    drain.now()
    release()
    process.kill(process.pid, signal)
  }

  const release = (): void => {
    if (!held) return
    held = false
    for (const signal of SIGNALS) process.removeListener(signal, onSignal)
  }

  return {
    hold() {
      if (held) return
      held = true
      for (const signal of SIGNALS) if (process.listenerCount(signal) === 0) process.on(signal, onSignal)
    },
    release,
  }
}
