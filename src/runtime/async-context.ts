import { type Context, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { processWide } from './registry.ts'

/** Carries a context through asynchronous calls. */
export interface Contexts {
  active(): Context
  with<T>(active: Context, fn: () => T): T
}

/** The application's own contexts, in which turnspan's spans and those of every instrumentation meet. */
export const sharedContexts: Contexts = {
  active: () => context.active(),
  with: (active, fn) => context.with(active, fn),
}

/** Contexts that nobody else sees, for the provider mode `private`. */
export function privateContexts(): Contexts {
  return processWide('private-contexts', () => {
    const manager = new AsyncLocalStorageContextManager().enable()
    return {
      active: () => manager.active(),
      with: <T>(active: Context, fn: () => T): T => manager.with(active, fn),
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
  if (!works) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
}
