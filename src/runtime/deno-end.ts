import { globalProperty } from './registry.ts'

type Listen = (type: string, listener: () => void) => void
type Dispatch = (...args: unknown[]) => boolean

/**
 * Tells of those ends of a process that only Deno has.
 *
 * @param over - called at every end but that by an error: `Deno.exit` tells `unload`, and nothing of Node's
 * @param uncaught - called for an error that nobody catches, at which Deno runs no handler of `exit`
 */
export function watchDeno(over: () => void, uncaught: () => void): void {
  if (process.versions.deno === undefined) return
  globalProperty<Listen>('addEventListener').get()?.('unload', over)
  const afterEvent = watchDispatch(uncaught)
  process.on('uncaughtExceptionMonitor', (_error, origin) => {
    if (process.listenerCount('uncaughtException') > 0) return
    // A rejection has had its event before, and nobody wanted it.
    if (origin === 'unhandledRejection') uncaught()
    else afterEvent()
  })
}

/**
 * The monitor of an exception is called in the middle of its event: listeners that come after may prevent the end.
 * Deno looks up `dispatchEvent` for it, so what it gives is known there.
 *
 * @returns to be called in the middle of the event
 */
function watchDispatch(uncaught: () => void): () => void {
  const dispatching = globalProperty<Dispatch>('dispatchEvent')
  const dispatch = dispatching.get()
  if (dispatch === undefined) return uncaught
  let isUncaught = false
  const dispatchEvent = function (this: unknown, ...args: unknown[]): boolean {
    isUncaught = false
    const isUnprevented = Reflect.apply(dispatch, this, args)
    if (isUncaught && isUnprevented) uncaught()
    return isUnprevented
  }
  disguise(dispatchEvent, dispatch)
  dispatching.set(dispatchEvent)
  return () => {
    isUncaught = true
  }
}

type Listener = (...args: unknown[]) => unknown
type Signals = (signal: string, listener: Listener) => void

/**
 * Counts the listeners of a signal that are added from now on by Deno's own functions, of which `process` does not tell.
 * Each of those that `process` tells of is one of these as well.
 *
 * @returns how many a signal has
 */
export function countDenoListeners(): (signal: string) => number {
  const deno = globalProperty<Record<string, unknown>>('Deno').get()
  const listeners = new Map<string, Set<Listener>>()
  const of = (signal: string): Set<Listener> => {
    const there = listeners.get(signal) ?? new Set()
    listeners.set(signal, there)
    return there
  }
  if (process.versions.deno !== undefined && deno !== undefined) {
    follow(deno, 'addSignalListener', (signal, listener) => of(signal).add(listener))
    follow(deno, 'removeSignalListener', (signal, listener) => of(signal).delete(listener))
  }
  return (signal) => listeners.get(signal)?.size ?? 0
}

/** Tells `seen` of calls of a function of `deno` that have succeeded. */
function follow(
  deno: Record<string, unknown>,
  name: string,
  seen: (...args: Parameters<Signals>) => void,
): void {
  const original = deno[name]
  if (typeof original !== 'function') return
  const followed = function (this: unknown, ...args: Parameters<Signals>): unknown {
    const result: unknown = Reflect.apply(original, this, args)
    seen(...args)
    return result
  }
  disguise(followed, original)
  Reflect.defineProperty(deno, name, {
    value: followed,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}

/** Gives `replacement` what `original` is seen by. */
function disguise(replacement: object, original: { readonly name: string; readonly length: number }): void {
  for (const key of ['name', 'length'] as const)
    Object.defineProperty(replacement, key, { value: original[key], configurable: true })
}
