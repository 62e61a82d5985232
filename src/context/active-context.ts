import type { Context } from '@opentelemetry/api'
import { isApart } from '../bridge/provider-bridge.ts'
import {
  type Contexts,
  contextBeforeManager,
  privateContexts,
  sharedContexts,
} from '../runtime/async-context.ts'
import type { SwapContext } from '../runtime/context-manager.ts'
import { createContextKey } from '../runtime/otel-context.ts'
import { trace } from '../runtime/otel-trace.ts'
import { liveSpanIn, withLiveSpan } from '../tracer/context-keys.ts'
import { currentPipeline } from '../tracer/current.ts'

/** What enclosing calls of `tracingContext` said. */
export const SCOPE: symbol = createContextKey('turnspan.scope')

const isPrivate = (): boolean => currentPipeline()?.config.provider === 'private' || isApart()

const contexts = (): Contexts => (isPrivate() ? privateContexts : sharedContexts)

/** The context of the running code. */
export function activeContext(): Context {
  if (isPrivate()) return privateContexts.active()
  const active = sharedContexts.active()
  const before = contextBeforeManager()
  return before === undefined ? active : continued(active, before)
}

/** Runs `fn` in `context`, and everything that it starts. */
export function runIn<T>(context: Context, fn: () => T): T {
  return contexts().with(context, fn)
}

/**
 * `active`, with what of ours was open in `before`: a context manager was registered while the code ran, and knows
 * nothing of what is around it.
 */
function continued(active: Context, before: Context): Context {
  const span = liveSpanIn(before)
  if (span === undefined || !span.isRecording() || trace.getSpan(active) !== undefined) return active
  const scope = before.getValue(SCOPE)
  return withLiveSpan(scope === undefined ? active : active.setValue(SCOPE, scope), span)
}
/** {@link runIn} in two steps, where that is possible. */
export const contextSwap = (): SwapContext | undefined => contexts().swap()
