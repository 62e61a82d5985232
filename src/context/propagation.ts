import type { Context, SpanContext } from '@opentelemetry/api'
import { expectOptions } from '../config/arguments.ts'
import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import { baggageText, readBaggage } from '../runtime/baggage.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { isSpanContextValid, propagation, trace } from '../runtime/otel-trace.ts'
import { readProperty } from '../runtime/read-property.ts'
import { readTraceContext, stateTextOf, traceparentOf } from '../runtime/trace-context.ts'
import { notePart } from '../span/usage-tree.ts'
import { traceStateOf } from '../tracer/begin-span.ts'
import { currentPipeline } from '../tracer/current.ts'
import { setTrusted } from '../tracer/external-trace.ts'
import type { Pipeline } from '../tracer/pipeline.ts'
import { activeContext, runIn } from './active-context.ts'
import { currentLiveSpan } from './current-trace.ts'
import { tracingContext } from './scope.ts'

/** Where headers are written to or read from. */
export type Carrier = Headers | Map<string, string> | Record<string, string | string[] | undefined>

export interface InjectOptions {
  /** Also send session and user, as W3C baggage. The receiver of the request can read them. Default: false. */
  baggage?: boolean | undefined
}

const INJECT_KEYS: Readonly<Record<keyof InjectOptions, true>> = { baggage: true }

/** Options of {@link withRemoteContext}. */
export interface RemoteOptions {
  /**
   * Whether the caller is trusted: if it uses turnspan, it decides whether the request is traced, and its baggage sets
   * user and session. @defaultValue the option `trustIncoming` of `init`
   */
  trusted?: boolean | undefined
}

const REMOTE_KEYS: Readonly<Record<keyof RemoteOptions, true>> = { trusted: true }
const REMOTE: KnownKeys = knownKeys('withRemoteContext()', REMOTE_KEYS, { trust: 'trusted' })
const INJECT: KnownKeys = knownKeys('injectHeaders()', INJECT_KEYS)

const SESSION = 'session.id'
const USER = 'user.id'

/**
 * Writes the active trace into the headers of a request to another service, as W3C `traceparent` and `tracestate`, so
 * that its spans join this trace. Without an active trace nothing is written. Agents above the active span then report
 * no token total to MLflow, because it would lack the tokens of the other service.
 *
 * @returns the carrier
 * @see https://www.w3.org/TR/trace-context/
 * @example
 * await fetch(url, { headers: injectHeaders(new Headers()) })
 */
export function injectHeaders<C extends Carrier>(carrier: C, options: InjectOptions = {}): C {
  if (currentPipeline() === undefined) return carrier
  expectOptions('injectHeaders()', options)
  checkKeys(INJECT, options)
  notePart(currentLiveSpan())
  return injectTrace(carrier, readProperty(options, 'baggage') === true)
}

/** {@link injectHeaders} for whom nobody expects to use tokens: tools, and what counts its tokens in this process. */
export function injectTrace<C extends Carrier>(carrier: C, baggage = false): C {
  if (currentPipeline() === undefined) return carrier
  try {
    writeHeaders(carrier, baggage)
  } catch {
    diagnoseOnce(
      'warn',
      'TS_CARRIER',
      'injectHeaders() could not write to its argument: it takes Headers, a Map, or a plain object that is not frozen.',
    )
  }
  return carrier
}

function writeHeaders(carrier: Carrier, baggage: boolean): void {
  const context = activeContext()
  const spanContext = trace.getSpanContext(context)
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return
  const live = currentLiveSpan()
  // Ours is exported whatever an application's sampler said of its own spans, so the next service records too. What is
  // only passed on stays as it came: whoever began it decides.
  const isOurs = live !== undefined && live.traceId === spanContext.traceId
  write(
    carrier,
    'traceparent',
    traceparentOf(isOurs ? { ...spanContext, traceFlags: live.trace.flags } : spanContext),
  )
  const state = isOurs ? traceStateOf(live.trace, live.host as Pipeline) : stateTextOf(spanContext.traceState)
  if (state !== undefined) write(carrier, 'tracestate', state)
  if (baggage) writeBaggage(carrier, context)
}

/**
 * Runs `fn` as part of the trace that the headers of a request name; its spans are placed below the caller's span.
 * Headers without a valid `traceparent` change nothing. From a trusted caller, the sampling decision is adopted as
 * well, and session and user are taken from its baggage; from any other caller, only the trace is.
 *
 * @returns what `fn` returns
 * @example
 * http.createServer((req, res) => withRemoteContext(req.headers, () => agent(req, res)))
 */
export function withRemoteContext<T>(carrier: Carrier, fn: () => T, options: RemoteOptions = {}): T {
  const pipeline = currentPipeline()
  if (pipeline === undefined) return fn()
  expectOptions('withRemoteContext()', options)
  checkKeys(REMOTE, options)
  const said = readProperty(options, 'trusted')
  const isTrusted = typeof said === 'boolean' ? said : pipeline.config.trustIncoming
  const remote = readTraceContext(read(carrier, 'traceparent'), read(carrier, 'tracestate'))
  const context = remote === undefined ? activeContext() : below(remote, isTrusted)
  const { session, user } = isTrusted ? whoIn(read(carrier, 'baggage')) : NOBODY
  if (session === undefined && user === undefined) return runIn(context, fn)
  const scope = { ...(session !== undefined && { sessionId: session }), ...(user !== undefined && { user }) }
  return runIn(context, () => tracingContext(scope, fn))
}

const NOBODY: ReturnType<typeof whoIn> = {}

/** The context of the running code, below a caller. Each time it is another caller, whatever it says of itself. */
function below(remote: SpanContext, isTrusted: boolean): Context {
  const caller = trace.wrapSpanContext(remote)
  setTrusted(caller, isTrusted)
  return trace.setSpan(activeContext(), caller)
}

function writeBaggage(carrier: Carrier, context: Context): void {
  const record = currentLiveSpan()?.trace
  const entries = new Map(propagation.getBaggage(context)?.getAllEntries() ?? [])
  if (record?.sessionId !== undefined) entries.set(SESSION, { value: record.sessionId })
  if (record?.userId !== undefined) entries.set(USER, { value: record.userId })
  const text = baggageText([...entries])
  if (text !== '') write(carrier, 'baggage', text)
}

function whoIn(header: string | undefined): { session?: string; user?: string } {
  const entries = readBaggage(header)
  const [session, user] = [entries[SESSION]?.value, entries[USER]?.value]
  return { ...(session && { session }), ...(user && { user }) }
}

function write(carrier: Carrier, name: string, value: string): void {
  if (carrier instanceof Map || isHeaders(carrier)) carrier.set(name, value)
  else carrier[name] = value
}

/** The value of a header; a carrier that cannot be read has none. */
function read(carrier: Carrier | undefined, name: string): string | undefined {
  try {
    return readHeader(carrier, name)
  } catch {
    return undefined
  }
}

function readHeader(carrier: Carrier | undefined, name: string): string | undefined {
  if (typeof carrier !== 'object' || carrier === null) return undefined
  if (!(carrier instanceof Map) && isHeaders(carrier)) return textOf(carrier.get(name))
  const fields: Iterable<[string, unknown]> = carrier instanceof Map ? carrier : Object.entries(carrier)
  for (const [key, value] of fields) {
    if (typeof key !== 'string' || key.toLowerCase() !== name) continue
    // A header that came several times is the list of them, which only `tracestate` and `baggage` can be.
    return textOf(Array.isArray(value) ? value.join(',') : value)
  }
  return undefined
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function isHeaders(carrier: Carrier): carrier is Headers {
  return typeof (carrier as Headers).get === 'function' && typeof (carrier as Headers).set === 'function'
}
