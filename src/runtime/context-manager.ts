import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context, ContextManager } from '@opentelemetry/api'
import { bindEmitter } from './bound-emitter.ts'
import { ROOT_CONTEXT } from './otel-context.ts'

/** A context manager as OpenTelemetry's API takes one: contexts follow asynchronous calls. */
export function createContextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>()
  const manager: ContextManager = {
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
