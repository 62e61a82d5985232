import { sayArgument } from '../config/arguments.ts'
import { readProperty } from '../runtime/read-property.ts'
import { METADATA_SOURCE_TYPE } from '../span/semconv/keys.ts'
import { newTraceRecord } from '../span/trace-record.ts'
import { currentPipeline } from '../tracer/current.ts'
import { activeContext, runIn } from './active-context.ts'
import { adoptScope, currentLiveSpan } from './current-trace.ts'
import { type Carrier, injectHeaders, withRemoteContext } from './propagation.ts'
import { CARRIED, scopeIn, type TracingContextOptions, tracingContext } from './scope.ts'

/**
 * What another process needs to continue a trace, as plain JSON: for a queue message, or the state of a durable step.
 * It holds the user, session, tags and metadata of the trace, but no inputs or outputs.
 */
export interface ExportedContext {
  /** Version of this format. */
  readonly version: 1
  /** W3C `traceparent`, `tracestate` (in which the trace's experiment travels) and `baggage`; empty when nothing is traced. */
  readonly headers: Readonly<Record<string, string>>
  /** User that the agent works for. */
  readonly user?: string | undefined
  /** Conversation that the trace belongs to. */
  readonly sessionId?: string | undefined
  /** Tags of the trace. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** Metadata of the trace, except for user and session. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** `false` if the running code is not to be traced, as set by `tracingContext({ enabled: false })`. */
  readonly enabled?: false | undefined
}

/**
 * The active trace as plain JSON, with which {@link continueTrace} continues it in another process, or later in this
 * one. Spans that start there are placed below the span that is active here, even if that span has long ended by then.
 * Agents above that span then report no token total to MLflow, because it would lack the tokens that are used
 * elsewhere.
 *
 * Never throws. When nothing is traced, `headers` is empty.
 *
 * @example
 * await queue.add('research', { question, context: exportContext() })
 */
export function exportContext(): ExportedContext {
  const pipeline = currentPipeline()
  if (pipeline === undefined) return { version: 1, headers: {} }
  const context = activeContext()
  // What a trace would be told that begins here: as texts, redacted.
  const scoped = newTraceRecord({ traceId: '', sampled: true })
  adoptScope(scoped, context, pipeline)
  const own = currentLiveSpan()?.trace
  const user = own?.userId ?? scoped.userId
  const sessionId = own?.sessionId ?? scoped.sessionId
  const tags = Object.fromEntries([...scoped.tags, ...(own?.tags ?? [])])
  // Each process knows for itself what it is.
  const { [METADATA_SOURCE_TYPE]: _, ...metadata } = Object.fromEntries([
    ...scoped.metadata,
    ...(own?.metadata ?? []),
  ])
  return {
    version: 1,
    headers: injectHeaders<Record<string, string>>({}, { baggage: true }),
    ...(user !== undefined && { user }),
    ...(sessionId !== undefined && { sessionId }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(scopeIn(context)?.enabled === false && { enabled: false }),
  }
}

/**
 * Runs `fn` as part of the trace that {@link exportContext} returned: its spans are placed below the span that was
 * active there, with the same user and session, in the same MLflow experiment, and with the same sampling decision. A
 * trace that begins inside, with a response ID of its own, gets the tags and metadata as well. `continueTrace` makes no
 * span itself.
 *
 * The context is trusted, so accept it only from places where only your own processes write. For the headers of a
 * request, use `withRemoteContext`.
 *
 * @returns what `fn` returns
 * @example
 * const worker = new Worker('research', (job) =>
 *   continueTrace(job.data.context, () => withAgent({ agent: 'researcher' }, () => research(job.data.question))))
 */
export function continueTrace<T>(context: ExportedContext, fn: () => T): T {
  if (currentPipeline() === undefined) return fn()
  const headers = partOf(context, 'headers')
  if (headers === undefined) {
    sayArgument(
      'continueTrace()',
      'a value returned by exportContext()',
      context,
      'the trace was not continued',
    )
    return fn()
  }
  const scope = scopeOf(context)
  const carried = { tags: partOf(context, 'tags'), metadata: partOf(context, 'metadata') }
  return withRemoteContext(
    headers as Carrier,
    () => tracingContext(scope, () => runIn(activeContext().setValue(CARRIED, carried), fn)),
    { trusted: true },
  )
}

function scopeOf(context: ExportedContext): TracingContextOptions {
  const [user, sessionId] = [readProperty(context, 'user'), readProperty(context, 'sessionId')]
  return {
    ...(typeof user === 'string' && { user }),
    ...(typeof sessionId === 'string' && { sessionId }),
    ...(readProperty(context, 'enabled') === false && { enabled: false }),
  }
}

/** A member of a context that may have come from anywhere. */
function partOf(context: unknown, key: keyof ExportedContext): Record<string, unknown> | undefined {
  if (typeof context !== 'object' || context === null) return undefined
  const part: unknown = readProperty(context, key)
  return typeof part === 'object' && part !== null ? (part as Record<string, unknown>) : undefined
}
