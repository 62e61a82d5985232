import { types } from 'node:util'
import type { Watch } from './follower.ts'
import { type Method, methodOf, mirror, type Observation } from './mirror.ts'
import { isFreshPromise, nativePromise, thenPlainly } from './native-promise.ts'
import { whenSettled } from './settling.ts'

type Step = 'next' | 'return' | 'throw'

/**
 * Watches one iterator, in place: `next`, `return` and `throw` run inside the span and tell what they bring.
 * Returns the iterator, or a stand-in for one that cannot be changed.
 */
export function watchIterator(iterator: unknown, watch: Watch, isAsync: boolean): unknown {
  if (typeof iterator !== 'object' || iterator === null) return iterator
  const target = Object.isExtensible(iterator) ? iterator : standIn(iterator)
  const observe = isAsync ? observeAsync(watch) : observeSync(watch)
  if (!mirror(target, 'next', watch, observe('next'))) return iterator
  mirror(target, 'throw', watch, observe('throw'))
  if (!mirror(target, 'return', watch, observe('return'))) addReturn(target, watch, isAsync)
  return target
}

function observeSync(watch: Watch): (step: Step) => Observation {
  let running = false
  return (step) => (original, self, args) => {
    // Called from its own body: the engine refuses, which is no end of the work.
    if (running) return Reflect.apply(original, self, args)
    running = true
    try {
      const result = watch.run(() => Reflect.apply(original, self, args))
      tell(result, step, args[0], watch)
      return result
    } catch (error) {
      watch.failed(error)
      throw error
    } finally {
      running = false
    }
  }
}

function observeAsync(watch: Watch): (step: Step) => Observation {
  return (step) => (original, self, args) => {
    let result: unknown
    try {
      result = watch.run(() => Reflect.apply(original, self, args))
    } catch (error) {
      watch.failed(error)
      throw error
    }
    const told = (brought: unknown): void => tell(brought, step, args[0], watch)
    // A step that the iterator has made just now is nobody else's; one that it keeps stays what it is.
    if (!types.isPromise(result)) {
      if (methodOf(result, 'then')) return passOn(nativePromise().resolve(result), told, watch)
      told(result)
      return result
    }
    if (types.isGeneratorObject(self) || isFreshPromise(result, original)) return passOn(result, told, watch)
    const isFollowed = whenSettled(result, {
      fulfilled: told,
      rejected: watch.failed,
      dropped: () => undefined,
    })
    return isFollowed ? result : passOn(result, told, watch)
  }
}

function passOn(promise: Promise<unknown>, told: (value: unknown) => void, watch: Watch): Promise<unknown> {
  return thenPlainly(
    promise,
    (value) => {
      told(value)
      return value
    },
    (error) => {
      watch.failed(error)
      throw error
    },
  )
}

function tell(result: unknown, step: Step, argument: unknown, watch: Watch): void {
  if (typeof result !== 'object' || result === null) return
  const { done, value } = result as IteratorResult<unknown>
  if (!done) watch.item(value)
  else if (step === 'return') watch.stopped(argument)
  else watch.done(value)
}

/** A loop that breaks off asks for `return` and goes on without it; having one is the only way to notice. */
function addReturn(target: object, watch: Watch, isAsync: boolean): void {
  if (!Object.isExtensible(target) || 'return' in target) return
  const leave = (value: unknown): unknown => {
    watch.stopped(value)
    return { done: true, value }
  }
  Object.defineProperty(target, 'return', {
    value: isAsync ? async (value: unknown) => leave(value) : leave,
    writable: true,
    enumerable: false,
    configurable: true,
  })
}

/** An object of the same class that passes everything on to the frozen `iterator`. */
function standIn(iterator: object): object {
  const target = Object.create(Object.getPrototypeOf(iterator) as object | null) as object
  for (const key of ['next', 'return', 'throw'] as const) {
    const method = methodOf(iterator, key)
    if (!method) continue
    const value: Method = (...args) => Reflect.apply(method, iterator, args)
    Object.defineProperty(target, key, { value, writable: true, configurable: true })
  }
  for (const key of [Symbol.iterator, Symbol.asyncIterator]) {
    if (methodOf(iterator, key)) {
      Object.defineProperty(target, key, { value: () => target, writable: true, configurable: true })
    }
  }
  return target
}
