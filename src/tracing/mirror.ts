import type { Watch } from './follower.ts'

/** A method as it is found on somebody else's object. */
export type Method = (this: unknown, ...args: unknown[]) => unknown

/** What to call in place of a method: gets the original, the receiver and the arguments. */
export type Observation = (original: Method, self: unknown, args: unknown[]) => unknown

/** So many unfinished followers on one object, and it is no longer a result but a long-lived thing. */
const MAX_FOLLOWERS = 16

let following: WeakMap<object, { count: number }> | undefined

/**
 * Takes one of the places for followers on `target`; `false` when they are taken. Without a limit, a function
 * that keeps returning one long-lived stream would grow it by a layer with each call.
 */
export function claim(target: object, watch: Watch): boolean {
  following ??= new WeakMap()
  const places = following.get(target) ?? { count: 0 }
  if (places.count >= MAX_FOLLOWERS) return false
  places.count += 1
  following.set(target, places)
  watch.atEnd(() => {
    places.count -= 1
  })
  return true
}

/** The method `key` of `target`, or `undefined`. Never throws. */
export function methodOf(target: unknown, key: PropertyKey): Method | undefined {
  try {
    const found = (target as Record<PropertyKey, unknown>)[key]
    return typeof found === 'function' ? (found as Method) : undefined
  } catch {
    return undefined
  }
}

/**
 * Puts `observe` before the method `key` on this one object, as a property that is not enumerable, so the
 * object keeps its identity, class and private fields. Once `watch` has ended, the first call takes the property
 * away again. `false` when the object does not let us.
 */
export function mirror(
  target: object,
  key: PropertyKey,
  watch: Pick<Watch, 'ended'>,
  observe: Observation,
): boolean {
  const original = methodOf(target, key)
  if (!original) return false
  const before = Object.getOwnPropertyDescriptor(target, key)
  if (before ? !before.configurable : !Object.isExtensible(target)) return false
  const replacement: Method = function (...args) {
    if (!watch.ended()) return observe(original, this, args)
    restore(this, key, replacement, before)
    return Reflect.apply(original, this, args)
  }
  return Reflect.defineProperty(target, key, {
    value: replacement,
    writable: true,
    enumerable: before?.enumerable ?? false,
    configurable: true,
  })
}

function restore(
  self: unknown,
  key: PropertyKey,
  replacement: Method,
  before: PropertyDescriptor | undefined,
): void {
  if (typeof self !== 'object' || self === null) return
  if (Object.getOwnPropertyDescriptor(self, key)?.value !== replacement) return
  if (before) Reflect.defineProperty(self, key, before)
  else Reflect.deleteProperty(self, key)
}
