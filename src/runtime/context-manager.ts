import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context, ContextManager } from '@opentelemetry/api'
import { bindEmitter } from './bound-emitter.ts'
import { ROOT_CONTEXT } from './otel-context.ts'

/**
 * Makes a context the active one until it is called with the one before, which it returns. Unlike `with`, it takes no
 * place on the stack while the work runs.
 */
export type SwapContext = (context: Context | undefined) => Context | undefined

/** Where a manager of turnspan has its {@link SwapContext}; absent where the host cannot do it, as in Workers. */
export const SWAP: unique symbol = Symbol.for('turnspan.swap-context')

/** A context manager as OpenTelemetry's API takes one: contexts follow asynchronous calls. */
export function createContextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>()
  const manager: ContextManager & { readonly [SWAP]: SwapContext | undefined } = {
    [SWAP]: swapOf(storage),
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (context, fn, thisArg, ...args) =>
      storage.run(context, () => Reflect.apply(fn, thisArg, args) as ReturnType<typeof fn>),
    bind: (context, target) => bind(manager, context, target),
    enable: () => manager,
    disable() {
      storage.disable()
      return manager
    },
  }
  return manager
}

function swapOf(storage: AsyncLocalStorage<Context>): SwapContext | undefined {
  // It takes what `getStore` gives, which is nothing outside of everything.
  const enter = (context: Context | undefined): void => storage.enterWith(context as Context)
  try {
    enter(storage.getStore())
  } catch {
    return undefined
  }
  return (context) => {
    const before = storage.getStore()
    enter(context)
    return before
  }
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

function bind<T>(manager: ContextManager, context: Context, target: T): T {
  if (typeof target === 'function') return bindFunction(manager, context, target as AnyFunction) as T
  return bindEmitter(target, (listener) => bindFunction(manager, context, listener))
}

function bindFunction(manager: ContextManager, context: Context, fn: AnyFunction): AnyFunction {
  const bound: AnyFunction = function (...args) {
    return manager.with(context, () => Reflect.apply(fn, this, args))
  }
  return Object.defineProperty(bound, 'length', { value: fn.length })
}
