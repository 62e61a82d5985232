import type { Context } from '@opentelemetry/api'
import { currentPipeline } from '../delivery/current.ts'
import { type Contexts, privateContexts, sharedContexts } from '../runtime/async-context.ts'
import type { SwapContext } from '../runtime/context-manager.ts'

function contexts(): Contexts {
  return currentPipeline()?.config.provider === 'private' ? privateContexts() : sharedContexts
}

/** The context of the running code. */
export function activeContext(): Context {
  return contexts().active()
}

/** Runs `fn` in `context`, and everything that it starts. */
export function runIn<T>(context: Context, fn: () => T): T {
  return contexts().with(context, fn)
}

/** {@link runIn} in two steps, where that is possible. */
export const contextSwap = (): SwapContext | undefined => contexts().swap()
