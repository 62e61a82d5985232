import { activeContext } from '../../context/active-context.ts'
import { injectTrace, withRemoteContext } from '../../context/propagation.ts'
import { isLiveSpan } from '../../span/is-live-span.ts'
import type { LiveSpan } from '../../span/live-span.ts'
import { currentPipeline } from '../../tracer/current.ts'
import { runWithin } from '../../tracing/open-span.ts'
import { isPlainObject, read } from '../base/index.ts'
import { mayBeginTrace, type Outgoing, textAt } from './protocol.ts'

/** How much the other side is told. */
export interface MetaOptions {
  /** Also send session and user of the trace, and the application's own baggage. */
  readonly baggage?: boolean | undefined
}

/**
 * The message with the active trace in its `params._meta`, as SEP-414 has it: a copy, for the caller's object is
 * the caller's. The message itself where nothing is traced, where a trace of another system is in there already, or
 * where a copy might say something else than the original: to copy a getter is to run it.
 */
export function withMeta<M extends Outgoing>(message: M, options: MetaOptions): M {
  try {
    if (!isPlainObject(message)) return message
    const { method, params } = message
    // What needs parameters and has none is answered with what is missing; that must not change.
    if (params === undefined && mayBeginTrace(method)) return message
    if (params !== undefined && !isPlainObject(params)) return message
    const meta = params?._meta
    if (meta !== undefined && !isPlainObject(meta)) return message
    const trace: Record<string, string> = injectTrace({}, options.baggage === true)
    if (trace.traceparent === undefined || isElsewhere(meta, trace.traceparent)) return message
    return { ...message, params: { ...params, _meta: { ...meta, ...trace } } }
  } catch {
    // What cannot be copied is sent as it is.
    return message
  }
}

/** Whether `meta` names a trace that is not ours: then somebody else's tracing is at work, and keeps its parent. */
function isElsewhere(meta: unknown, ours: string): boolean {
  const given = textAt(meta, 'traceparent')
  return given !== undefined && traceIdOf(given) !== traceIdOf(ours)
}

const traceIdOf = (traceparent: string): string | undefined => traceparent.split('-')[1]?.toLowerCase()

/** Where a message says that it comes from. */
export interface Origin {
  /** The span that sent it, where it is open in this very process. */
  readonly local: LiveSpan | undefined
  /** It named a span. */
  readonly known: boolean
}

/**
 * Runs `fn` as part of the trace that a message names in its `_meta`; in the context as it is, if it names none.
 *
 * @param isNetwork - it came over a network: whoever names a span that is open here may be a stranger, who gets the trace
 * and nothing that is said in it
 */
export function inOrigin<T>(message: Outgoing, isNetwork: boolean, fn: (origin: Origin) => T): T {
  const meta = read(message, 'params', '_meta')
  const traceparent = textAt(meta, 'traceparent')
  if (traceparent === undefined) return fn({ local: undefined, known: false })
  const isTrusted = !isNetwork || currentPipeline()?.config.trustIncoming === true
  const local = isTrusted ? openSpanOf(traceparent) : undefined
  if (local !== undefined) return runWithin(activeContext(), local, () => fn({ local, known: true }))
  const carrier = { traceparent, tracestate: textAt(meta, 'tracestate'), baggage: textAt(meta, 'baggage') }
  return withRemoteContext(carrier, () => fn({ local: undefined, known: true }))
}

/** Without it, a server in the client's own process would take its trace for one of another process. */
function openSpanOf(traceparent: string): LiveSpan | undefined {
  const spanId = traceparent.split('-')[2]?.toLowerCase()
  const span = currentPipeline()
    ?.traces.find(traceIdOf(traceparent) ?? '', spanId)
    ?.open.get(spanId ?? '')
  return isLiveSpan(span) ? span : undefined
}
