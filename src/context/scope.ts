import type { Context } from '@opentelemetry/api'
import { expectOptions, sayArgument } from '../config/arguments.ts'
import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import { createContextKey } from '../runtime/otel-context.ts'
import { ownKeys, readProperty } from '../runtime/read-property.ts'
import { currentPipeline } from '../tracer/current.ts'
import { activeContext, runIn, SCOPE } from './active-context.ts'

/** Properties of every trace that starts inside {@link tracingContext}. */
export interface TracingContextOptions {
  /** User that the agent works for (`user.id`, `mlflow.trace.user`). */
  user?: string | undefined
  /** Conversation or session that the traces belong to (`session.id`, `mlflow.trace.session`), at most 250 characters. */
  sessionId?: string | undefined
  /** Tags of each trace; may be changed in MLflow later. */
  tags?: Record<string, unknown> | undefined
  /** Metadata of each trace; fixed once written. */
  metadata?: Record<string, unknown> | undefined
  /** `false`: nothing inside is traced. */
  enabled?: boolean | undefined
}

const SCOPE_KEYS: Readonly<Record<keyof TracingContextOptions, true>> = {
  user: true,
  sessionId: true,
  tags: true,
  metadata: true,
  enabled: true,
}
const KNOWN: KnownKeys = knownKeys('tracingContext()', SCOPE_KEYS)

/** What enclosing calls of {@link tracingContext} said; the innermost wins for each key. */
export function scopeIn(context: Context): TracingContextOptions | undefined {
  return context.getValue(SCOPE) as TracingContextOptions | undefined
}

/** What {@link continueTrace} brought of another process for traces that begin in this one. */
export const CARRIED: symbol = createContextKey('turnspan.carried')

/**
 * Runs `fn`; every trace that starts inside gets this user, session, tags and metadata. It makes no span itself. Nested
 * calls are combined, and the inner one wins.
 *
 * @returns what `fn` returns
 * @example
 * await tracingContext({ user: req.user.id, sessionId: req.session.id }, () => agent.run(req.body))
 */
export function tracingContext<T>(options: TracingContextOptions, fn: () => T): T {
  if (typeof fn !== 'function' && typeof options === 'function') {
    sayArgument('tracingContext()', 'its arguments in the other order', fn, 'turnspan swapped them')
    return tracingContext((fn ?? {}) as TracingContextOptions, options as typeof fn)
  }
  if (currentPipeline() === undefined) return fn()
  expectOptions('tracingContext()', options)
  checkKeys(KNOWN, options)
  const context = activeContext()
  const outer = scopeIn(context)
  const scope: TracingContextOptions = {
    ...outer,
    ...propertiesOf(options),
    tags: { ...outer?.tags, ...propertiesOf(readProperty(options, 'tags')) },
    metadata: { ...outer?.metadata, ...propertiesOf(readProperty(options, 'metadata')) },
  }
  return runIn(context.setValue(SCOPE, scope), fn)
}

/** What of `given` is there and can be read; an option that is undefined does not hide the outer one. */
function propertiesOf(given: unknown): Record<string, unknown> {
  if (typeof given !== 'object' || given === null) return {}
  const read = ownKeys(given).map((key) => [key, readProperty(given, key)])
  return Object.fromEntries(read.filter(([, value]) => value !== undefined))
}
