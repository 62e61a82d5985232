import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context, ContextManager } from '@opentelemetry/api'
import { answered } from './active-sources.ts'
import { type Api, forEachApiCopy } from './api-copies.ts'
import { type ContextSwitch, createContextManager, SWITCH } from './context-manager.ts'
import { apiGlobals, offeredContexts } from './otel-context.ts'
import { processWide } from './registry.ts'

interface Own {
  readonly storage: AsyncLocalStorage<Context>
  readonly manager: ContextManager
  /** The APIs that give ours while nobody has registered a manager. */
  readonly told: WeakSet<object>
}

let known: Own | undefined

function own(): Own {
  known ??= processWide('own-contexts', (): Own => {
    const storage = new AsyncLocalStorage<Context>()
    const manager = createContextManager({ storage, answer: answered })
    return { storage, manager, told: new WeakSet() }
  })
  return known
}

/**
 * Who carries the context of the running code through asynchronous calls; nobody where the application has no manager, and
 * ours is not offered.
 *
 * @param isPrivate - our own, for when neither side may see the other. Otherwise it is the application's, in which turnspan's
 *   spans and those of every instrumentation come together: the manager that it registered, else our own, once it is offered
 */
export function contextManager(isPrivate: boolean): ContextManager | undefined {
  return isPrivate ? own().manager : (apiGlobals()?.context ?? offeredContexts().manager)
}

/** {@link ContextManager.with} in two steps, where that is possible. */
export const switchOf = (manager: ContextManager | undefined): ContextSwitch | undefined =>
  (manager as { readonly [SWITCH]?: ContextSwitch } | undefined)?.[SWITCH]

/**
 * What our own contexts have for the running code while `manager`, the application's, answers for it: the code was
 * started before that one was registered.
 */
export function contextBefore(manager: ContextManager | undefined): Context | undefined {
  const isOurs = manager === undefined || manager === own().manager
  return isOurs ? undefined : own().storage.getStore()
}

/**
 * Makes OpenTelemetry's API give our own contexts as long as nobody has registered a context manager: SDK 3.x brings none
 * of its own, and without an SDK there is none at all. The place of the manager is never taken, so that whoever
 * registers one, then or later, has it.
 */
export function offerContexts(): void {
  offeredContexts().manager = own().manager
  forEachApiCopy('offer-contexts', offerTo)
}

/** Takes back what {@link offerContexts} did: nobody sees our contexts from now on. */
export function withdrawContexts(): void {
  offeredContexts().manager = undefined
}

/** The slice of a copy's context API that says where it takes contexts from; the same in all of 1.x. */
interface ManagedContexts {
  _getContextManager?: () => ContextManager
}

function offerTo(copy: Api): void {
  const api = copy.context as unknown as ManagedContexts
  const { told, storage } = own()
  const original = api._getContextManager
  if (typeof original !== 'function' || told.has(api)) return
  told.add(api)
  let ours: ContextManager | undefined
  Object.defineProperty(api, '_getContextManager', {
    configurable: true,
    writable: true,
    value(): ContextManager {
      const theirs = Reflect.apply(original, api, [])
      if (apiGlobals()?.context !== undefined || offeredContexts().manager === undefined) return theirs
      // Outside of everything a program compares with the root of its own copy, which only this one knows.
      ours ??= createContextManager({ storage, root: theirs.active(), answer: answered })
      return ours
    },
  })
}
