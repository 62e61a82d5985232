import { inspect } from 'node:util'
import { onPromiseSettled, overhearUnhandled } from '../runtime/promise-events.ts'
import { realTime } from '../runtime/real-time.ts'
import { processWide } from '../runtime/registry.ts'
import { nativePromise, thenPlainly } from './native-promise.ts'

/** Hears how a promise ends. One of the three is called, once. */
export interface Settling {
  fulfilled(value: unknown): void
  rejected(error: unknown): void
  /** It was garbage-collected before it settled. */
  dropped(): void
}

/** A promise to which nobody has attached a handler since it is watched. */
interface Watched {
  readonly listeners: Settling[]
  /** The prototype that it has by itself. */
  readonly prototype: object
  /** Where the host has no hooks: our handler's promise, which carries an unhandled rejection. */
  guard?: Promise<unknown>
}

interface State {
  readonly watched: WeakMap<object, Watched>
  /** Those that the program handled while they were watched: our own handlers change nothing any more. */
  readonly handled: WeakSet<object>
  /** What stands in for the prototype of watched promises, by that prototype. */
  readonly standIns: WeakMap<object, object>
  /** Watched in this turn, to be looked at when the code that got them has run on. */
  readonly fresh: Set<Promise<unknown>>
  /** Pending, and kept by somebody for later. */
  readonly pending: WeakSet<object>
  pendingCount: number
  stopHook: (() => void) | undefined
  readonly collected: FinalizationRegistry<Watched>
  /** Rejected, and the process has not yet said whether anybody handles them. */
  readonly undecided: Set<Promise<unknown>>
}

let known: State | undefined
const state = (): State => {
  known ??= processWide('promises', () => ({
    watched: new WeakMap(),
    handled: new WeakSet(),
    standIns: new WeakMap(),
    fresh: new Set<Promise<unknown>>(),
    pending: new WeakSet(),
    pendingCount: 0,
    stopHook: undefined,
    collected: new FinalizationRegistry(drop),
    undecided: new Set<Promise<unknown>>(),
  }))
  return known
}

/** Whether the end of `promise` is waited for by {@link whenSettled}. Reading its constructor would end that. */
export const isWatched = (promise: object): boolean => known?.watched.has(promise) ?? false

/**
 * Tells `listener` how `promise` ends, and leaves it as it is: the same object, that counts as handled exactly when the
 * program handles it. `false` when the promise cannot be watched, as a frozen one.
 *
 * A handler of ours would make a rejection that the program forgot go unreported, and nothing tells whether somebody had
 * handled it before. So none is attached until the program attaches one, which shows: whatever handles a promise
 * reads its `constructor` first, and finds that on a prototype of ours. A promise that is kept or ignored is watched
 * by a hook of the engine, and a rejected one once the process has decided about it.
 * docs/decisions/0014-promise-identity.md has the experiments.
 */
export function whenSettled(promise: Promise<unknown>, listener: Settling): boolean {
  const { watched, handled, fresh } = state()
  const before = watched.get(promise)
  if (before || handled.has(promise)) {
    if (before) before.listeners.push(listener)
    else void listen(promise, [listener])
    return true
  }
  const prototype = Object.getPrototypeOf(promise) as object
  if (Object.hasOwn(promise, 'constructor')) return false
  if (!Reflect.setPrototypeOf(promise, standInFor(prototype))) return false
  watched.set(promise, { listeners: [listener], prototype })
  fresh.add(promise)
  // What is returned from an async function is handled a few steps later.
  if (fresh.size === 1) afterSteps(3, lookAtFresh)
  return true
}

function standInFor(prototype: object): object {
  const { standIns } = state()
  let standIn = standIns.get(prototype)
  if (standIn === undefined) {
    standIn = Object.create(prototype, {
      constructor: {
        get(this: object) {
          attach(this as Promise<unknown>)
          return Reflect.get(prototype, 'constructor', this)
        },
        set(this: object, value: unknown) {
          const own = { value, writable: true, enumerable: true, configurable: true }
          Object.defineProperty(this, 'constructor', own)
        },
        configurable: true,
      },
    }) as object
    standIns.set(prototype, standIn)
  }
  return standIn
}

/** The program handles it, or it needs no handler: from here on ours changes nothing. */
function attach(promise: Promise<unknown>): void {
  const found = forget(promise)
  if (found === undefined) return
  state().handled.add(promise)
  if (found.guard !== undefined) void thenPlainly(found.guard, ignore, ignore)
  else void listen(promise, found.listeners)
}

function listen(promise: Promise<unknown>, listeners: readonly Settling[]): Promise<unknown> {
  return thenPlainly(
    promise,
    (value) => tell(listeners, (listener) => listener.fulfilled(value)),
    (error) => tell(listeners, (listener) => listener.rejected(error)),
  )
}

/** Makes the promise what it was, and no longer ours. */
function forget(promise: Promise<unknown>): Watched | undefined {
  const { watched } = state()
  const found = watched.get(promise)
  if (found === undefined) return undefined
  watched.delete(promise)
  Reflect.setPrototypeOf(promise, found.prototype)
  if (state().pending.delete(promise)) {
    state().collected.unregister(found)
    countPending(-1)
  }
  return found
}

function lookAtFresh(): void {
  const { fresh } = state()
  const all = [...fresh]
  fresh.clear()
  for (const promise of all) look(promise)
}

/** What to do about a promise that the program has not handled so far. */
function look(promise: Promise<unknown>): void {
  const found = state().watched.get(promise)
  if (found === undefined) return
  if (!hasHook()) {
    watchByGuard(promise, found)
    return
  }
  const how = howIsIt(promise)
  if (how === 'fulfilled') attach(promise)
  else if (how === 'rejected') decideLater(promise)
  else {
    state().pending.add(promise)
    countPending(1)
    state().collected.register(promise, found, found)
  }
}

function drop({ listeners }: Watched): void {
  countPending(-1)
  tell(listeners, (listener) => listener.dropped())
}

function countPending(change: 1 | -1): void {
  const current = state()
  current.pendingCount += change
  if (current.pendingCount > 0) current.stopHook ??= onPromiseSettled(settles)
  else {
    current.stopHook?.()
    current.stopHook = undefined
  }
}

function settles(promise: object): void {
  if (state().pending.has(promise)) afterSteps(1, () => lookAgain(promise as Promise<unknown>))
}

function lookAgain(promise: Promise<unknown>): void {
  const found = state().watched.get(promise)
  if (found === undefined || !state().pending.delete(promise)) return
  state().collected.unregister(found)
  countPending(-1)
  look(promise)
}

/** The process says at the end of this turn that nobody handles it; when it does not, somebody does. */
function decideLater(promise: Promise<unknown>): void {
  const { undecided } = state()
  undecided.add(promise)
  if (undecided.size > 1) return
  const stop = overhearUnhandled((rejected, reason) => {
    const unhandled = rejected as Promise<unknown>
    if (!undecided.delete(unhandled)) return
    const found = forget(unhandled)
    if (found) tell(found.listeners, (listener) => listener.rejected(reason))
  })
  realTime.turn(() => {
    stop()
    const handled = [...undecided]
    undecided.clear()
    for (const one of handled) attach(one)
  })
}

/**
 * Without hooks there is no other way than a handler. Its promise carries the rejection on until the program has a
 * handler of its own, so a rejection that the program had handled before would be reported: it is the lesser evil.
 */
function watchByGuard(promise: Promise<unknown>, found: Watched): void {
  found.guard = thenPlainly(
    withoutWatch(promise, found),
    (value) => tell(found.listeners, (listener) => listener.fulfilled(value)),
    (error) => {
      tell(found.listeners, (listener) => listener.rejected(error))
      throw error
    },
  )
  Reflect.setPrototypeOf(promise, standInFor(found.prototype))
}

function withoutWatch(promise: Promise<unknown>, { prototype }: Watched): Promise<unknown> {
  Reflect.setPrototypeOf(promise, prototype)
  return promise
}

let hooks: boolean | undefined

function hasHook(): boolean {
  if (hooks === undefined) {
    const stop = onPromiseSettled(ignore)
    hooks = stop !== undefined
    stop?.()
  }
  return hooks
}

const UNSETTLED = /^[^{]*\{\s*<(pending|rejected)>/

/** There is no other way to ask: each method of a promise counts as a handler. */
function howIsIt(promise: object): 'pending' | 'fulfilled' | 'rejected' {
  try {
    const [, how] = UNSETTLED.exec(inspect(promise, TERSE)) ?? []
    return (how as 'pending' | 'rejected' | undefined) ?? 'fulfilled'
  } catch {
    return 'pending'
  }
}

const TERSE = Object.freeze({
  depth: 0,
  colors: false,
  compact: true,
  customInspect: false,
  showHidden: false,
  getters: false,
  maxArrayLength: 0,
  maxStringLength: 0,
})

/** Microtasks by the engine itself: `queueMicrotask` may be a test's. */
function afterSteps(steps: number, then: () => void): void {
  void Reflect.apply(nativePromise().prototype.then, nativePromise().resolve(), [
    () => (steps > 1 ? afterSteps(steps - 1, then) : then()),
  ])
}

function tell(listeners: readonly Settling[], say: (listener: Settling) => void): void {
  for (const listener of listeners) {
    try {
      say(listener)
    } catch {
      // A fault of the one who follows must not reach the host.
    }
  }
}

const ignore = (): void => undefined
