import type { Watch } from './follower.ts'
import { isPlainlyAwaited, observedPromises, thenPlainly } from './native-promise.ts'
import { shadow } from './shadow.ts'

/** Follows what a promise brought, and returns what its consumer must get instead. */
export type FollowOn = (value: unknown, watch: Watch) => unknown

let derivedOf: WeakMap<Promise<unknown>, Promise<unknown>> | undefined

/**
 * Follows a promise that is under way.
 *
 * Whoever attaches a handler to a promise marks it as handled, and a rejection that the host forgot would no
 * longer be reported. So a plain promise is replaced by one derived from it, which settles alike and carries
 * the unhandled rejection; the same promise returned again gives the same derived one. An instance of a subclass
 * has members that no derived promise has: it comes back itself, see {@link followSubclass}.
 */
export function followPromise(promise: Promise<unknown>, watch: Watch, followOn: FollowOn): Promise<unknown> {
  if (!isPlainlyAwaited(promise)) return followSubclass(promise, watch, followOn)
  derivedOf ??= new WeakMap()
  const known = derivedOf.get(promise)
  if (known) {
    listen(promise, watch, followOn)
    return known
  }
  const derived = thenPlainly(
    promise,
    (value) => followOn(value, watch),
    (error) => {
      watch.failed(error)
      throw error
    },
  )
  keepMembers(promise, derived)
  derivedOf.set(promise, derived)
  return derived
}

/** Hears of a promise that is being followed, whose unhandled rejection is taken care of. */
function listen(promise: Promise<unknown>, watch: Watch, followOn: FollowOn): void {
  void thenPlainly(
    promise,
    (value) => void followOn(value, watch),
    (error) => watch.failed(error),
  )
}

/** Plain promises are often given members, `cancel` for one. */
function keepMembers(promise: Promise<unknown>, derived: Promise<unknown>): void {
  const prototype = Object.getPrototypeOf(promise)
  if (prototype !== Object.getPrototypeOf(derived)) Object.setPrototypeOf(derived, prototype)
  // Names only: under symbols, Node keeps the async context of each promise on it.
  for (const key of Object.getOwnPropertyNames(promise)) {
    const descriptor = Object.getOwnPropertyDescriptor(promise, key)
    if (descriptor) Reflect.defineProperty(derived, key, descriptor)
  }
}

/**
 * Whoever consumes an instance of a subclass calls its `then`, `await` included. A `then` of our own on the
 * instance thus knows whether the host has handled it. Until the host does, a rejection belongs to `guard`, our
 * observer, and the engine reports that one as it would have reported the promise: once.
 */
function followSubclass(promise: Promise<unknown>, watch: Watch, followOn: FollowOn): Promise<unknown> {
  if (observedPromises.has(promise)) {
    listen(promise, watch, followOn)
    return promise
  }
  let guard: Promise<unknown> | undefined
  let followed: { value: unknown } | undefined
  const once = (value: unknown): unknown => {
    followed ??= { value: followOn(value, watch) }
    return followed.value
  }
  const isShadowed = shadow(promise, 'then', FOREVER, (then, self, [onOk, onError]) => {
    if (guard) void thenPlainly(guard, ignore, ignore)
    guard = undefined
    const passOn = typeof onOk === 'function' ? (value: unknown) => onOk(once(value)) : once
    return Reflect.apply(then, self, [passOn, onError])
  })
  if (!isShadowed) {
    watch.done(promise)
    return promise
  }
  observedPromises.add(promise)
  guard = thenPlainly(promise, once, (error) => {
    watch.failed(error)
    throw error
  })
  return promise
}

/** A rejection can be handled long after the end was told, so the `then` stays in place. */
const FOREVER = { ended: (): boolean => false }

const ignore = (): void => undefined
