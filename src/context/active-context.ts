import type { Context, ContextManager } from '@opentelemetry/api'
import { isApart } from '../bridge/apart.ts'
import { contextBefore, contextManager } from '../runtime/async-context.ts'
import { createContextKey, ROOT_CONTEXT } from '../runtime/otel-context.ts'
import { trace } from '../runtime/otel-trace.ts'
import { liveSpanIn, withLiveSpan } from '../tracer/context-keys.ts'
import { currentPipeline } from '../tracer/current.ts'

/** What enclosing calls of `tracingContext` said. */
export const SCOPE: symbol = createContextKey('turnspan.scope')

const isPrivate = (): boolean => currentPipeline()?.config.provider === 'private' || isApart()

/** Who carries contexts now; see {@link contextManager}. */
export const currentManager = (): ContextManager | undefined => contextManager(isPrivate())

/** The context of the running code. */
export function activeContext(): Context {
  return activeIn(currentManager())
}

/** {@link activeContext} where `manager` is the current one. */
export function activeIn(manager: ContextManager | undefined): Context {
  const active = manager?.active() ?? ROOT_CONTEXT
  const before = contextBefore(manager)
  return before === undefined ? active : continued(active, before)
}

/** Runs `fn` in `context`, and everything that it starts. */
export function runIn<T>(context: Context, fn: () => T): T {
  const manager = currentManager()
  return manager === undefined ? fn() : manager.with(context, fn)
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
