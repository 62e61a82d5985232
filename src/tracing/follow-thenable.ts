import { AsyncResource } from 'node:async_hooks'
import { types } from 'node:util'
import type { FollowOn } from './follow-promise.ts'
import type { Watch } from './follower.ts'
import { claim, type Method, methodOf, mirror } from './mirror.ts'
import { isPlainlyAwaited, thenPlainly, usesNativeThen } from './native-promise.ts'
import { isWatched, whenSettled } from './settling.ts'
import { watchIterator } from './watch-iterator.ts'

/**
 * Follows an object with a `then` of its own: a query builder, or the promise of an API client. Many of these
 * do their work only when somebody asks, and some only once, so nothing of it is called here. The object itself
 * comes back, and what the host calls on it is observed: `then`, which `await` calls too, `catch`, `finally`, the async
 * iteration, and each other method that gives a promise or a further object of this kind: `exec`, `asResponse`.
 */
export function followThenable(thenable: object, watch: Watch, followOn: FollowOn): unknown {
  if (!claim(thenable, watch) || !mirror(thenable, 'then', watch, observeThen(watch, followOn))) {
    watch.done(thenable)
    return thenable
  }
  mirror(thenable, 'catch', watch, observeSettling(watch, followOn))
  mirror(thenable, 'finally', watch, observeSettling(watch, followOn))
  watchMethods(thenable, watch, followOn)
  mirror(thenable, Symbol.asyncIterator, watch, (iterate, self, args) => {
    watch.keep()
    return watchIterator(
      watch.run(() => Reflect.apply(iterate, self, args)),
      watch,
      true,
    )
  })
  watch.hold(thenable)
  return thenable
}

interface Observed {
  /** The inner ones come first. */
  readonly watches: { readonly watch: Watch; readonly followOn: FollowOn }[]
  /** The one that it has by itself. */
  readonly prototype: object | null
  /** A method of the object runs: what it calls on its own object is its own business. */
  isBusy: boolean
}

const observedThenables = new WeakMap<object, Observed>()
const standIns = new WeakMap<object, object>()

/** Observes the other methods, by a prototype of ours: there may be hundreds, which are the same for each object. */
function watchMethods(thenable: object, watch: Watch, followOn: FollowOn): void {
  const known = observedThenables.get(thenable)
  if (known !== undefined) {
    known.watches.push({ watch, followOn })
    return
  }
  for (const key of Object.getOwnPropertyNames(thenable).slice(0, MAX_OWN)) {
    if (HANDLED.has(key) || !Object.getOwnPropertyDescriptor(thenable, key)?.writable) continue
    mirror(thenable, key, FOREVER, observeMethod)
  }
  const prototype = Object.getPrototypeOf(thenable) as object | null
  if (prototype !== null && prototype !== Object.prototype) {
    Reflect.setPrototypeOf(thenable, methodsOf(prototype))
  }
  observedThenables.set(thenable, { watches: [{ watch, followOn }], prototype, isBusy: false })
}

/** The object says itself who follows it. */
const FOREVER = { ended: (): boolean => false }
const MAX_OWN = 64
const HANDLED = new Set<PropertyKey>(['then', 'catch', 'finally', 'constructor'])

function methodsOf(prototype: object): object {
  let standIn = standIns.get(prototype)
  if (standIn !== undefined) return standIn
  standIn = Object.create(prototype) as object
  for (let at: object | null = prototype; at !== null && at !== Object.prototype; ) {
    for (const key of Object.getOwnPropertyNames(at)) {
      const { value } = Object.getOwnPropertyDescriptor(at, key) ?? {}
      if (typeof value !== 'function' || HANDLED.has(key) || Object.hasOwn(standIn, key)) continue
      const method: Method = function (...args) {
        return observeMethod(value as Method, this, args)
      }
      Object.defineProperty(standIn, key, { value: method, writable: true, configurable: true })
    }
    at = Object.getPrototypeOf(at) as object | null
  }
  standIns.set(prototype, standIn)
  return standIn
}

function observeMethod(method: Method, self: unknown, args: unknown[]): unknown {
  const found = observedOf(self)
  const watches = found?.watches.filter(({ watch }) => !watch.ended()) ?? []
  if (found !== undefined && watches.length === 0) restore(self as object, found)
  if (found === undefined || found.isBusy || watches.length === 0) return Reflect.apply(method, self, args)
  const result = busily(found, () =>
    watches.reduce<() => unknown>(
      (call, { watch }) =>
        () =>
          watch.run(call),
      () => Reflect.apply(method, self, args),
    )(),
  )
  if (result === self || typeof result !== 'object' || result === null) return result
  for (const { watch, followOn } of watches) followResult(result, watch, followOn)
  return result
}

function restore(thenable: object, { prototype }: Observed): void {
  observedThenables.delete(thenable)
  if (Object.getPrototypeOf(thenable) !== prototype) Reflect.setPrototypeOf(thenable, prototype)
}

const observedOf = (self: unknown): Observed | undefined =>
  typeof self === 'object' && self !== null ? observedThenables.get(self) : undefined

function busily<T>(found: Observed, call: () => T): T {
  const before = found.isBusy
  found.isBusy = true
  try {
    return call()
  } finally {
    found.isBusy = before
  }
}

/** What a method gave: the promise of what comes out, or a further step of a chain. */
function followResult(result: object, watch: Watch, followOn: FollowOn): void {
  const isNative = types.isPromise(result) && (isWatched(result) || usesNativeThen(result))
  if (!isNative) {
    if (methodOf(result, 'then')) followThenable(result, watch, followOn)
    return
  }
  const isSeen = whenSettled(result, {
    fulfilled: (value) => {
      if (followOn(value, watch) !== value) watch.done(value)
    },
    rejected: watch.failed,
    dropped: () => undefined,
  })
  if (isSeen) watch.keep()
}

const observeThen =
  (watch: Watch, followOn: FollowOn) =>
  (then: Method, self: unknown, [onOk, onError, ...more]: unknown[]): unknown => {
    watch.keep()
    const found = observedOf(self)
    const passOn = bound(onOk)
    const passError = bound(onError)
    const ok = (value: unknown): unknown => {
      const followed = followOn(value, watch)
      return passOn ? passOn(followed) : followed
    }
    const error = (reason: unknown): unknown => {
      watch.failed(reason)
      if (passError) return passError(reason)
      throw reason
    }
    const start = (): unknown => started(watch, () => Reflect.apply(then, self, [ok, error, ...more]))
    return found === undefined ? start() : busily(found, start)
  }

/** `catch` and `finally` answer with a promise of their own, which tells how it went. */
const observeSettling =
  (watch: Watch, followOn: FollowOn) =>
  (method: Method, self: unknown, [callback, ...more]: unknown[]): unknown => {
    watch.keep()
    const pass = bound(callback)
    const observed = pass
      ? (...args: unknown[]): unknown => {
          if (args.length > 0) watch.failed(args[0])
          return pass(...args)
        }
      : callback
    const result = started(watch, () => Reflect.apply(method, self, [observed, ...more]))
    if (typeof result !== 'object' || result === null || !isPlainlyAwaited(result)) return result
    return thenPlainly(
      result,
      (value) => followOn(value, watch),
      (error) => {
        watch.failed(error)
        throw error
      },
    )
  }

/** The work that a call starts belongs to the span. */
function started<T>(watch: Watch, start: () => T): T {
  try {
    return watch.run(start)
  } catch (error) {
    watch.failed(error)
    throw error
  }
}

/** The host's callback is no part of the work: it keeps the context in which the host passed it. */
const bound = (callback: unknown): Method | undefined =>
  typeof callback === 'function' ? (AsyncResource.bind(callback as () => unknown) as Method) : undefined
