import { isObject, likeness, type Method, type Patches } from '../base/index.ts'
import { observedGenerateContent } from './function-calling.ts'

const NAME = 'generateContent'

/**
 * Observes `generateContent`, which is a function of each instance and not a method: instances that are made from now on
 * are observed as their constructor assigns it, which an accessor on the prototype hears; others when they
 * are met.
 */
export function patchInstances(patches: Patches, prototype: unknown): (instance: unknown) => void {
  let on = true
  const met = new WeakSet<object>()
  const observe = (instance: unknown, given?: unknown): void => {
    if (!on || !isObject(instance) || met.has(instance)) return
    const before = Object.getOwnPropertyDescriptor(instance, NAME)
    const original = given ?? before?.value
    if (typeof original !== 'function' || before?.configurable === false) return
    met.add(instance)
    const wrapper = observedGenerateContent(original as Method, () => on)
    likeness(original as Method, wrapper)
    Object.defineProperty(instance, NAME, { ...(before ?? ASSIGNED), value: wrapper })
  }
  patches.onUndo(() => {
    on = false
  })
  listen(patches, prototype, observe)
  return observe
}

/** As an assignment leaves it. */
const ASSIGNED = { writable: true, enumerable: true, configurable: true } as const

function listen(
  patches: Patches,
  prototype: unknown,
  observe: (instance: unknown, given: unknown) => void,
): void {
  if (!isObject(prototype) || Object.hasOwn(prototype, NAME)) return
  Object.defineProperty(prototype, NAME, {
    configurable: true,
    enumerable: false,
    get: () => undefined,
    set(this: object, value: unknown) {
      Object.defineProperty(this, NAME, { ...ASSIGNED, value })
      observe(this, value)
    },
  })
  patches.onUndo(() => void Reflect.deleteProperty(prototype, NAME))
}
