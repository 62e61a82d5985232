import { AsyncResource } from 'node:async_hooks'
import { types } from 'node:util'
import type { FollowOn } from './follow-promise.ts'
import type { Watch } from './follower.ts'
import { isPlainlyAwaited, thenPlainly, usesNativeThen } from './native-promise.ts'
import { isWatched, whenSettled } from './settling.ts'
import { claim, type Method, methodOf, shadow } from './shadow.ts'
import { watchIterator } from './watch-iterator.ts'

/**
 * Follows an object with a `then` of its own: a query builder, or the promise of an API client. Many of these
 * do their work only when somebody asks, and some only once, so nothing of it is called here. The object itself
 * comes back, and what the host calls on it is observed: `then`, which `await` calls too, `catch`, `finally`, the async
 * iteration, and each other method that gives a promise or a further object of this kind: `exec`, `asResponse`.
 */
export function followThenable(thenable: object, watch: Watch, followOn: FollowOn): unknown {
  if (!claim(thenable, watch) || !shadow(thenable, 'then', watch, observeThen(watch, followOn))) {
    watch.done(thenable)
    return thenable
  }
  shadow(thenable, 'catch', watch, observeSettling(watch, followOn))
  shadow(thenable, 'finally', watch, observeSettling(watch, followOn))
  watchMethods(thenable, watch, followOn)
  shadow(thenable, Symbol.asyncIterator, watch, (iterate, self, args) => {
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

/** Followers by the object that they follow; the inner ones come first. */
const executors = new WeakMap<object, { watch: Watch; followOn: FollowOn; isBusy: boolean }>()
const standIns = new WeakMap<object, object>()

/** Observes the other methods, by a prototype of ours: there may be hundreds, which are the same for each object. */
function watchMethods(thenable: object, watch: Watch, followOn: FollowOn): void {
  if (executors.has(thenable)) return
  for (const key of Object.getOwnPropertyNames(thenable).slice(0, MOST_OWN)) {
    if (Object.getOwnPropertyDescriptor(thenable, key)?.writable && !HANDLED.has(key)) {
      shadow(thenable, key, watch, observeMethod)
    }
  }
  const prototype = Object.getPrototypeOf(thenable) as object | null
  if (prototype !== null && prototype !== Object.prototype) {
    if (!Reflect.setPrototypeOf(thenable, methodsOf(prototype))) return
    watch.atEnd(restoring(thenable, prototype))
  }
  executors.set(thenable, { watch, followOn, isBusy: false })
}

const MOST_OWN = 64
const HANDLED = new Set<PropertyKey>(['then', 'catch', 'finally', 'constructor'])

/** Must not keep the object alive, which otherwise is never collected unfinished. */
function restoring(thenable: object, prototype: object): () => void {
  const weak = new WeakRef(thenable)
  return () => {
    const left = weak.deref()
    if (left === undefined) return
    executors.delete(left)
    Reflect.setPrototypeOf(left, prototype)
  }
}

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
  const found = typeof self === 'object' && self !== null ? executors.get(self) : undefined
  // What a method calls on its own object is its own business.
  if (found === undefined || found.isBusy || found.watch.ended()) return Reflect.apply(method, self, args)
  const { watch, followOn } = found
  let result: unknown
  found.isBusy = true
  try {
    result = watch.run(() => Reflect.apply(method, self, args))
  } finally {
    found.isBusy = false
  }
  if (result === self || typeof result !== 'object' || result === null) return result
  if (types.isPromise(result) && !(isWatched(result) || usesNativeThen(result)))
    return chained(result, watch, followOn)
  if (!types.isPromise(result)) return methodOf(result, 'then') ? chained(result, watch, followOn) : result
  const isSeen = whenSettled(result, {
    fulfilled: (value) => {
      if (followOn(value, watch) !== value) watch.done(value)
    },
    rejected: watch.failed,
    dropped: () => undefined,
  })
  if (isSeen) watch.keep()
  return result
}

/** A step of a chain of such objects: the work goes on in the new one. */
function chained(next: object, watch: Watch, followOn: FollowOn): object {
  if (!executors.has(next)) followThenable(next, watch, followOn)
  return next
}

const observeThen =
  (watch: Watch, followOn: FollowOn) =>
  (then: Method, self: unknown, [onOk, onError, ...more]: unknown[]): unknown => {
    watch.keep()
    const found = typeof self === 'object' && self !== null ? executors.get(self) : undefined
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
    if (found !== undefined) found.isBusy = true
    try {
      return started(watch, () => Reflect.apply(then, self, [ok, error, ...more]))
    } finally {
      if (found !== undefined) found.isBusy = false
    }
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
