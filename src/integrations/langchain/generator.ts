import { isObject, likeness, type Method, read } from '../base/index.ts'

/** What is told of the steps of a generator. */
export interface Around {
  /** Runs one step: a call of `next`, `return` or `throw`. */
  run<T>(step: () => T): T
  /** `return` or `throw` is about to be called. */
  leaving?(): void
  /** What it gave. */
  left?(result: unknown): void
}

/** Runs every step of `generator` by `around`, in place: the same object, the same results in the same order. */
export function bindGenerator(generator: unknown, around: Around): unknown {
  if (!isObject(generator) || typeof read(generator, Symbol.asyncIterator) !== 'function') return generator
  for (const key of ['next', 'return', 'throw'] as const) {
    const original = read(generator, key)
    if (typeof original !== 'function') continue
    const step: Method = function (this: unknown, ...args) {
      if (key !== 'next') around.leaving?.()
      const result: unknown = around.run(() => Reflect.apply(original, this, args))
      if (key !== 'next') around.left?.(result)
      return result
    }
    likeness(original as Method, step)
    Reflect.defineProperty(generator, key, { value: step, writable: true, configurable: true })
  }
  return generator
}
