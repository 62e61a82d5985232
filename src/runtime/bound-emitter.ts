import { EventEmitter } from 'node:events'

type Listener = (this: unknown, ...args: unknown[]) => unknown
type Method = (this: unknown, ...args: unknown[]) => unknown
type Key = string | symbol

const ADDING = ['addListener', 'on', 'once', 'prependListener', 'prependOnceListener'] as const
const REMOVING = ['removeListener', 'off'] as const

/**
 * Makes every listener that is added to `target` from now on a bound one, when it is an event emitter; what is removed is
 * the bound one of what was added.
 *
 * @param bindListener - what is added in place of a listener
 * @returns `target` itself
 */
export type BindEmitter = <T>(target: T, bindListener: (listener: Listener) => Listener) => T

/** Binds each emitter once: of two bindings of one emitter the first counts. Those of other managers count apart. */
export function createEmitterBinder(): BindEmitter {
  const bound = new WeakSet<object>()
  return (target, bindListener) => {
    if (!(target instanceof EventEmitter) || bound.has(target)) return target
    bound.add(target)
    return bindEmitter(target, bindListener)
  }
}

function bindEmitter<T extends EventEmitter>(target: T, bindListener: (listener: Listener) => Listener): T {
  const emitter = target as unknown as Record<string, Method>
  const known = new Map<Key, WeakMap<Listener, Listener>>()
  // `once` and `prependOnceListener` call the other methods.
  let adding = false
  for (const name of ADDING) {
    replace(emitter, name, (original, self, args) => {
      const [event, listener] = args as [Key, Listener]
      if (adding || typeof listener !== 'function') return Reflect.apply(original, self, args)
      const instead = bindListener(listener)
      const listeners = known.get(event) ?? new WeakMap<Listener, Listener>()
      known.set(event, listeners.set(listener, instead))
      adding = true
      try {
        return Reflect.apply(original, self, [event, instead])
      } finally {
        adding = false
      }
    })
  }
  for (const name of REMOVING) {
    replace(emitter, name, (original, self, [event, listener]) => {
      const instead = known.get(event as Key)?.get(listener as Listener)
      return Reflect.apply(original, self, [event, instead ?? listener])
    })
  }
  replace(emitter, 'removeAllListeners', (original, self, args) => {
    if (args.length === 0) known.clear()
    else known.delete(args[0] as Key)
    return Reflect.apply(original, self, args)
  })
  return target
}

function replace(
  emitter: Record<string, Method>,
  name: string,
  instead: (original: Method, self: unknown, args: unknown[]) => unknown,
): void {
  const original = emitter[name]
  if (typeof original !== 'function') return
  emitter[name] = function (...args) {
    return instead(original, this, args)
  }
}
