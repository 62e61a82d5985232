import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context, ContextManager } from '@opentelemetry/api'
import { createEmitterBinder } from './bound-emitter.ts'
import { ROOT_CONTEXT } from './otel-context.ts'

/** A context manager as OpenTelemetry's API takes one, `attach` of version 1.10 included. */
export interface OwnContextManager extends ContextManager {
  attach(context: Context): { dispose(): void }
  readonly [SWITCH]: ContextSwitch | undefined
}

/**
 * Makes a context the active one, and later the one that was so before. Unlike `with`, it takes no place on the stack while
 * the work runs.
 */
export interface ContextSwitch {
  /** What is active, as {@link ContextSwitch.enter} takes it: nothing, outside of everything. */
  current(): Context | undefined
  enter(context: Context | undefined): void
}

/** Where a manager of turnspan has its {@link ContextSwitch}; absent where the host cannot do it, as in Workers. */
export const SWITCH: unique symbol = Symbol.for('turnspan.context-switch')

/** Where a manager keeps the context of the running code, and what it gives for code that nobody gave one. */
export interface ManagerParts {
  readonly storage?: AsyncLocalStorage<Context>
  readonly root?: Context
  /** What `active()` says where this is in the storage, or the root; for answers that are not in the storage. */
  readonly answer?: (active: Context) => Context
}

/** A context manager: contexts follow asynchronous calls. Managers that share a storage tell the same contexts. */
export function createContextManager({
  storage = new AsyncLocalStorage<Context>(),
  root = ROOT_CONTEXT,
  answer = (active) => active,
}: ManagerParts = {}): OwnContextManager {
  const bindEmitter = createEmitterBinder()
  const manager: OwnContextManager = {
    [SWITCH]: switchOf(storage),
    active: () => answer(storage.getStore() ?? root),
    with: (context, fn, thisArg, ...args) =>
      storage.run(context, () => Reflect.apply(fn, thisArg, args) as ReturnType<typeof fn>),
    bind(context, target) {
      if (typeof target === 'function')
        return bindFunction(manager, context, target as AnyFunction) as typeof target
      return bindEmitter(target, (listener) => bindFunction(manager, context, listener))
    },
    attach: (context) => attach(storage, context),
    enable: () => manager,
    disable() {
      storage.disable()
      return manager
    },
  }
  return manager
}

function switchOf(storage: AsyncLocalStorage<Context>): ContextSwitch | undefined {
  const parts: ContextSwitch = {
    current: () => storage.getStore(),
    enter: (context) => storage.enterWith(context as Context),
  }
  try {
    parts.enter(parts.current())
  } catch {
    return undefined
  }
  return parts
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

function bindFunction(manager: ContextManager, context: Context, fn: AnyFunction): AnyFunction {
  const bound: AnyFunction = function (...args) {
    return manager.with(context, () => Reflect.apply(fn, this, args))
  }
  return Object.defineProperty(bound, 'length', { value: fn.length })
}

/** Makes `context` the active one for the rest of the running code and what it starts, until it is disposed of. */
function attach(storage: AsyncLocalStorage<Context>, context: Context): { dispose(): void } {
  const before = storage.getStore()
  storage.enterWith(context)
  let attached = true
  return {
    dispose() {
      if (!attached) return
      attached = false
      storage.enterWith(before as Context)
    },
  }
}
