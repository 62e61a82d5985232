import type { Context, ContextManager } from '@opentelemetry/api'
import { answered } from './active-sources.ts'
import { applicationApi } from './application-api.ts'
import { createContextManager, SWAP, type SwapContext } from './context-manager.ts'
import { apiGlobals, context, createContextKey, ROOT_CONTEXT } from './otel-context.ts'
import { processWide } from './registry.ts'

/** Carries a context through asynchronous calls. */
export interface Contexts {
  active(): Context
  with<T>(active: Context, fn: () => T): T
  /** The same in two steps, where that is possible; see {@link SwapContext}. */
  swap(): SwapContext | undefined
}

/** What carries contexts while OpenTelemetry's API is on its way; see `applicationApi`. */
interface StandIn {
  manager: ContextManager | undefined
}

const standIn = (): StandIn => processWide('stand-in-contexts', (): StandIn => ({ manager: undefined }))

const sharedManager = (): ContextManager | undefined => apiGlobals()?.context ?? standIn().manager

const swapOf = (manager: ContextManager | undefined): SwapContext | undefined =>
  (manager as { readonly [SWAP]?: SwapContext } | undefined)?.[SWAP]

/** The application's own contexts, in which turnspan's spans and those of every instrumentation meet. */
export const sharedContexts: Contexts = {
  active: () => sharedManager()?.active() ?? ROOT_CONTEXT,
  swap: () => swapOf(sharedManager()),
  with(active, fn) {
    const manager = sharedManager()
    return manager === undefined ? fn() : manager.with(active, fn)
  },
}

/** Contexts that nobody else sees, for the provider mode `private`. */
export function privateContexts(): Contexts {
  return processWide('private-contexts', (): Contexts => {
    const manager = createContextManager()
    return {
      active: () => answered(manager.active()),
      swap: () => swapOf(manager),
      with: (active, fn) => manager.with(active, fn),
    }
  })
}

/**
 * Sees to it that contexts follow asynchronous calls: SDK 3.x brings no manager of its own, and without an SDK there
 * is none at all. One that works already is left alone.
 */
export function ensureContextManager(): void {
  const key = createContextKey('turnspan.probe')
  const works = context.with(ROOT_CONTEXT.setValue(key, true), () => context.active().getValue(key) === true)
  if (works) return
  const globals = apiGlobals()
  const manager = standIn().manager ?? createContextManager()
  // The copy of the API that registered first has made the place, and every other copy looks there.
  if (globals !== undefined) globals.context ??= manager
  else if (applicationApi()?.context.setGlobalContextManager(manager) !== true) standIn().manager = manager
}
