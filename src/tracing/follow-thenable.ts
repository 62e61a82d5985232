import { AsyncResource } from 'node:async_hooks'
import type { FollowOn } from './follow-promise.ts'
import type { Watch } from './follower.ts'
import { isPlainlyAwaited, thenPlainly } from './native-promise.ts'
import { claim, type Method, shadow } from './shadow.ts'
import { watchIterator } from './watch-iterator.ts'

/**
 * Follows an object with a `then` of its own: a query builder, or the promise of an API client. Many of these
 * do their work only when somebody asks, and some only once, so nothing of it is called here. The object itself
 * comes back, and what the host calls on it is observed: `then`, which `await` calls too, `catch`, `finally` and,
 * where it has one, the async iteration. Other members that yield the result stay unobserved.
 */
export function followThenable(thenable: object, watch: Watch, followOn: FollowOn): unknown {
  if (!claim(thenable, watch) || !shadow(thenable, 'then', watch, observeThen(watch, followOn))) {
    watch.done(thenable)
    return thenable
  }
  shadow(thenable, 'catch', watch, observeSettling(watch, followOn))
  shadow(thenable, 'finally', watch, observeSettling(watch, followOn))
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

const observeThen =
  (watch: Watch, followOn: FollowOn) =>
  (then: Method, self: unknown, [onOk, onError, ...more]: unknown[]): unknown => {
    watch.keep()
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
    return started(watch, () => Reflect.apply(then, self, [ok, error, ...more]))
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
