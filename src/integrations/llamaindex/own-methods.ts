import { likeness, type Method, processWide } from '../base/index.ts'

interface OwnMethods {
  /** Methods that were put in the place of an instance's own. */
  readonly wrappers: WeakSet<object>
  users: number
}

const state = (): OwnMethods =>
  processWide('llamaindex-own-methods', () => ({ wrappers: new WeakSet(), users: 0 }))

/** Whether methods of instances are observed: they are not put back, which would need a list of all instances. */
export const areOwnObserved = (): boolean => state().users > 0

/** Notes that an integration is on, until the returned function is called. */
export function useOwnMethods(): () => void {
  state().users += 1
  return () => {
    state().users -= 1
  }
}

/**
 * Puts `wrap(original)` in the place of the method that an instance itself carries: many of LlamaIndex are functions that
 * the constructor makes. Once for each instance.
 */
export function observeOwn(instance: object, key: string, wrap: (original: Method) => Method): void {
  const before = Object.getOwnPropertyDescriptor(instance, key)
  if (before === undefined || typeof before.value !== 'function' || !before.configurable) return
  const original = before.value as Method
  const { wrappers } = state()
  if (wrappers.has(original)) return
  const observed = wrap(original)
  const wrapper: Method = function (this: unknown, ...args) {
    return Reflect.apply(areOwnObserved() ? observed : original, this, args)
  }
  likeness(original, wrapper)
  wrappers.add(wrapper)
  Reflect.defineProperty(instance, key, { ...before, value: wrapper })
}
