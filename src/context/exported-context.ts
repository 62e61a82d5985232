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
 * What another process needs to go on with a trace: plain JSON, for a message of a queue or the state of a durable step.
 * It holds no inputs and no outputs, but whatever was said of the trace: user, session, tags, metadata.
 */
export interface ExportedContext {
  /** Of this form. */
  readonly version: 1
  /** W3C `traceparent`, `tracestate` (in which the trace's experiment travels) and `baggage`; empty where nothing is traced. */
  readonly headers: Readonly<Record<string, string>>
  /** Who the agent works for. */
  readonly user?: string | undefined
  /** Conversation that the trace belongs to. */
  readonly sessionId?: string | undefined
  /** Tags of the trace. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** Metadata of the trace, but for user and session. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
  /** The running code is not to be traced, as `tracingContext({ enabled: false })` has it. */
  readonly enabled?: false | undefined
}

/**
 * The active trace as plain JSON, with which {@link continueTrace} goes on in another process, or later in this one. What is done
 * there stands below the span that is active here, which may have ended long before. Agents above it name no sum of tokens
 * to MLflow then, for it would leave out those that are used there.
 *
 * Never throws. Where nothing is traced, `headers` is empty.
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
 * Runs `fn` as part of the trace that {@link exportContext} gave: its spans stand below the span that was active there, with the
 * same user and session, in the same experiment of MLflow, kept or not as it was decided there. A trace that begins inside, by
 * a response ID of its own, gets the tags and metadata as well. Makes no span itself.
 *
 * The context is believed: take it from where only your own processes write. For the headers of a request there is
 * `withRemoteContext`.
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
    sayArgument('continueTrace()', 'what exportContext() gave', context, 'the trace was not continued')
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
