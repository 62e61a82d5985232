import { countDenoListeners } from './deno-end.ts'
import { hideListeners } from './hidden-listeners.ts'

/** The signals that end a process unless it listens to them, and that others send to ask for its end. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const

/** Signals that a process may send to itself and that end it where it does not listen to them. */
const ENDING: ReadonlySet<unknown> = new Set([
  ...SIGNALS,
  ...['SIGABRT', 'SIGKILL', 'SIGALRM', 'SIGUSR2'],
  // The same by their numbers, as far as all systems agree on them.
  ...[1, 2, 3, 6, 9, 14, 15],
])
const NAMES: Readonly<Record<number, string>> = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 15: 'SIGTERM' }

type Signal = (typeof SIGNALS)[number]
type Listener = (...args: unknown[]) => void

/** What is done about signals. */
export interface SignalWork {
  /** The process ends by a signal when this returns. */
  ending(): void
  /** A signal came that the application handles itself: it may go on, or end later. */
  handled(): void
}

/** Listens to signals while it is held. */
export interface SignalWatch {
  hold(): void
  release(): void
}

/**
 * Tells of the end by a signal, however it comes, and leaves it as it would be: other handlers, and what they see of
 * each other, are the same with us and without.
 *
 * Handlers of signals look at each other. signal-exit, and with it execa, ink and proper-lockfile, ends the process by
 * sending itself the signal again, where all listeners are its own; others add a listener where there is none. So ours
 * is not among those that `process` tells of. It acts alone where it is the only one; where the application has others,
 * the end comes with the `exit` event, or with the signal that the process sends itself.
 */
export function watchSignals({ ending, handled }: SignalWork): SignalWatch {
  let held = false
  let prepared = false
  const own = new OwnListeners((signal) => onSignal(signal))
  /** Signals of which a listener was taken off in this turn: what had been added for one call has just handled it. */
  const takenOff = new Set<Signal>()

  const listenersOfDeno = countDenoListeners()
  const isHandled = (signal: string): boolean =>
    process.listenerCount(signal) > 0 || listenersOfDeno(signal) > (own.stands(signal) ? 1 : 0)

  const end = (): void => {
    ending()
    release()
  }

  const onSignal = (signal: Signal): void => {
    if (isHandled(signal) || takenOff.has(signal)) {
      handled()
      return
    }
    end()
    process.kill(process.pid, signal)
  }

  const hidden = new Map<string | symbol, Listener>(SIGNALS.map((signal) => [signal, own.listener] as const))
  hidden.set('newListener', (signal, listener) => {
    if (isWatched(signal) && listener !== own.listener && !hasRoom(signal, 1)) own.leave(signal)
  })
  hidden.set('removeListener', (signal, listener) => {
    if (!held || !isWatched(signal)) return
    // We have done that ourselves, or somebody has removed all listeners, ours too.
    if (listener === own.listener && !own.stands(signal)) return
    if (takenOff.size === 0) queueMicrotask(again)
    takenOff.add(signal)
  })

  /** Node no longer listens to a signal when the last listener that it knows of is gone. Ours begins anew then. */
  const again = (): void => {
    for (const signal of takenOff) {
      if (!held) break
      own.leave(signal)
      own.stand(signal)
    }
    takenOff.clear()
  }

  const prepare = (): void => {
    prepared = true
    hideListeners(hidden)
    for (const event of ['newListener', 'removeListener'])
      process.on(event, hidden.get(event) as unknown as Listener)
    beforeOwnKill((signal) => {
      if (held && !isHandled(signal)) end()
    })
  }

  const release = (): void => {
    if (!held) return
    held = false
    for (const signal of SIGNALS) own.leave(signal)
  }

  return {
    hold() {
      if (held) return
      held = true
      if (!prepared) prepare()
      for (const signal of SIGNALS) own.stand(signal)
    },
    release,
  }
}

/** Our listeners to signals, as long as there is room for them. */
class OwnListeners {
  readonly listener: Listener
  readonly #standing = new Set<string>()

  constructor(onSignal: (signal: Signal) => void) {
    this.listener = (signal) => onSignal(signal as Signal)
  }

  stands(signal: string): boolean {
    return this.#standing.has(signal)
  }

  leave(signal: Signal): void {
    if (this.#standing.delete(signal)) process.removeListener(signal, this.listener)
  }

  /** Listens to `signal`, before all others, unless Node would complain about the number of its listeners. */
  stand(signal: Signal): void {
    if (this.#standing.has(signal) || !hasRoom(signal)) return
    this.#standing.add(signal)
    process.prependListener(signal, this.listener)
  }
}

const isWatched = (event: unknown): event is Signal => (SIGNALS as readonly unknown[]).includes(event)

/** Whether a listener of ours, and `more` of others, can be added to `event` without a warning that they are too many. */
function hasRoom(event: string, more = 0): boolean {
  const most = process.getMaxListeners()
  return most === 0 || process.listenerCount(event) + more < most
}

/** Calls `before` when the process sends itself a signal that may end it. */
function beforeOwnKill(before: (signal: string) => void): void {
  const original = process.kill
  const kill = (...args: [pid: number, signal?: string | number]): true => {
    const [pid, signal = 'SIGTERM'] = args
    const itself = pid === process.pid || pid === 0 || pid === -process.pid
    if (itself && ENDING.has(signal)) before(typeof signal === 'number' ? (NAMES[signal] ?? '') : signal)
    return Reflect.apply(original, process, args)
  }
  Object.defineProperty(kill, 'length', { value: original.length, configurable: true })
  process.kill = kill
}
