import { watchDeno } from './deno-end.ts'
import { isMainThread } from './main-thread.ts'
import { type SignalWatch, watchSignals } from './signal-watch.ts'

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
  /** Nothing is done after this but what handlers of the same event do. */
  last(): void
}

/**
 * Calls `drain` before the process ends, whichever way. The process then ends as it would have: same code, same
 * signal, and the application's handlers run.
 */
export function watchEnd(drain: Drain): EndWatch {
  process.on('beforeExit', () => void drain.natural())
  const over = (): void => {
    drain.now()
    drain.last()
  }
  // Before all others: one of them may throw, and none after it is called then.
  process.prependListener('exit', over)
  watchDeno(over, drain.now)
  beforeThrowingHandlers(drain.now)
  // A thread beside the main one gets no signals, and what it sends itself ends the whole process.
  return isMainThread() ? watchSignals({ ending: drain.now, handled: () => void drain.early() }) : NONE
}

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

/**
 * Calls `ending` where a handler of uncaught exceptions throws itself: Node ends the process then, and tells nobody.
 * Node looks up `process.emit` right after it has told the monitors, so it is replaced for that one call.
 */
function beforeThrowingHandlers(ending: () => void): void {
  process.on('uncaughtExceptionMonitor', () => {
    if (process.listenerCount('uncaughtException') === 0) return
    const own = Object.getOwnPropertyDescriptor(process, 'emit')
    const original = process.emit as Emit
    const restore = (): void => {
      if (process.emit !== replacement) return
      if (own === undefined) Reflect.deleteProperty(process, 'emit')
      else Object.defineProperty(process, 'emit', own)
    }
    const replacement: Emit = (event, ...args) => {
      restore()
      let threw = true
      // Not caught and thrown again: what Node prints would no longer show the line that threw.
      try {
        const handled = Reflect.apply(original, process, [event, ...args])
        threw = false
        return handled
      } finally {
        if (threw && event === 'uncaughtException') ending()
      }
    }
    Object.defineProperty(process, 'emit', { value: replacement, writable: true, configurable: true })
  })
}

const NONE: SignalWatch = { hold() {}, release() {} }
