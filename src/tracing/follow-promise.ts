import { ABANDONED, type Watch } from './follower.ts'
import { thenPlainly } from './native-promise.ts'
import { whenSettled } from './settling.ts'

/** Follows what a promise brought, and returns what its consumer must get instead. */
export type FollowOn = (value: unknown, watch: Watch) => unknown

/**
 * Follows a promise that is under way: it comes back itself, and settles when and as it does by itself. A frozen one
 * cannot be watched, and is replaced by one that settles alike.
 */
export function followPromise(promise: Promise<unknown>, watch: Watch, followOn: FollowOn): Promise<unknown> {
  const isFollowed = whenSettled(promise, {
    fulfilled(value) {
      // The consumer has the promise, so nothing else can take the place of its value.
      if (followOn(value, watch) !== value) watch.done(value)
    },
    rejected: (error) => watch.failed(error),
    dropped: () => watch.stopped(ABANDONED),
  })
  return isFollowed ? promise : derive(promise, watch, followOn)
}

let derivedOf: WeakMap<Promise<unknown>, Promise<unknown>> | undefined

function derive(promise: Promise<unknown>, watch: Watch, followOn: FollowOn): Promise<unknown> {
  derivedOf ??= new WeakMap()
  const known = derivedOf.get(promise)
  if (known) return followPromise(known, watch, followOn)
  const derived = thenPlainly(
    promise,
    (value) => followOn(value, watch),
    (error) => {
      watch.failed(error)
      throw error
    },
  )
  for (const key of Object.getOwnPropertyNames(promise)) {
    const descriptor = Object.getOwnPropertyDescriptor(promise, key)
    if (descriptor) Reflect.defineProperty(derived, key, descriptor)
  }
  Reflect.setPrototypeOf(derived, Object.getPrototypeOf(promise) as object)
  derivedOf.set(promise, derived)
  return derived
}
