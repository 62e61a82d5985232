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

/** What is done before the end. */
export interface Drain {
  /** The event loop is empty; it may run a little longer. Called again each time that it runs dry. */
  natural(): Promise<void>
  /** There is no more loop to wait on: `process.exit`, an uncaught exception or rejection, a signal. */
  now(): void
  /** A signal came that the application handles itself: it may go on, or exit. */
  early(): Promise<void>
}

/**
 * Calls `drain` before the process ends, whichever way. The process then ends as it would have: same code, same
 * signal, and the application's handlers run.
 */
export function watchEnd(drain: Drain): EndWatch {
  let held = false
  process.on('beforeExit', () => void drain.natural())
  process.on('exit', () => drain.now())

  const onSignal = (signal: NodeJS.Signals): void => {
    const alone = process.listenerCount(signal) === 1
    if (!alone) {
      // The application decides what a signal means; when it exits, that is seen then.
      void drain.early()
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
