import type { Context, SpanContext } from '@opentelemetry/api'
import { expectOptions } from '../config/arguments.ts'
import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import { traceStateOf } from '../delivery/begin-span.ts'
import { currentPipeline } from '../delivery/current.ts'
import type { Pipeline } from '../delivery/pipeline.ts'
import { ownTraceState } from '../delivery/trace-state.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { isSpanContextValid, propagation, TraceFlags, trace } from '../runtime/otel-trace.ts'
import { createTraceState } from '../runtime/otel-trace-state.ts'
import { readProperty } from '../span/attribute-values.ts'
import { activeContext, runIn } from './active-context.ts'
import { currentLiveSpan } from './current-trace.ts'
import { tracingContext } from './scope.ts'

/** Where headers are written to or read from. */
export type Carrier = Headers | Map<string, string> | Record<string, string | string[] | undefined>

export interface InjectOptions {
  /** Also send session and user, as W3C baggage. Whoever receives the request can read them. Default: false. */
  baggage?: boolean | undefined
}

const INJECT_KEYS: Readonly<Record<keyof InjectOptions, true>> = { baggage: true }
const INJECT: KnownKeys = knownKeys('injectHeaders()', INJECT_KEYS)

const SESSION = 'session.id'
const USER = 'user.id'
const MOST_BAGGAGE = 8192
const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/

/**
 * Writes the active trace into the headers of a request to another service, as W3C `traceparent` and `tracestate`,
 * so that its spans join this trace. Without an active trace nothing is written.
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
  try {
    writeHeaders(carrier, readProperty(options, 'baggage') === true)
  } catch {
    diagnoseOnce(
      'warn',
      'TS_CARRIER',
      'injectHeaders could not write to what it was given: it takes Headers, a Map or a plain object that is not frozen.',
    )
  }
  return carrier
}

function writeHeaders(carrier: Carrier, baggage: boolean): void {
  const context = activeContext()
  const spanContext = trace.getSpanContext(context)
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return
  // Ours is exported whatever an application's sampler said of its own spans, so the next service records too.
  const sampled = currentLiveSpan()?.trace.sampled ?? (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0
  const flags = sampled ? '01' : '00'
  write(carrier, 'traceparent', `00-${spanContext.traceId}-${spanContext.spanId}-${flags}`)
  write(carrier, 'tracestate', stateText(spanContext))
  if (baggage) writeBaggage(carrier, context)
}

/**
 * Runs `fn` as part of the trace that the headers of a request name; its spans stand below the caller's. Headers
 * without a valid `traceparent` change nothing. Session and user are taken from baggage where it has them.
 *
 * @returns what `fn` returns
 * @example
 * http.createServer((req, res) => withRemoteContext(req.headers, () => agent(req, res)))
 */
export function withRemoteContext<T>(carrier: Carrier, fn: () => T): T {
  if (currentPipeline() === undefined) return fn()
  const remote = readTraceparent(read(carrier, 'traceparent'), read(carrier, 'tracestate'))
  const { session, user } = readBaggage(read(carrier, 'baggage'))
  const context = remote === undefined ? activeContext() : trace.setSpanContext(activeContext(), remote)
  if (session === undefined && user === undefined) return runIn(context, fn)
  const scope = { ...(session !== undefined && { sessionId: session }), ...(user !== undefined && { user }) }
  return runIn(context, () => tracingContext(scope, fn))
}

function stateText({ traceState }: SpanContext): string {
  const live = currentLiveSpan()
  const ours = live === undefined ? ownTraceState() : traceStateOf(live.trace, live.host as Pipeline)
  const merged = traceState === undefined ? ours : traceState.set('turnspan', ours.get('turnspan') ?? 'root')
  return merged.serialize()
}

function readTraceparent(header: string | undefined, state: string | undefined): SpanContext | undefined {
  const match = header === undefined ? null : TRACEPARENT.exec(header.trim().toLowerCase())
  if (match === null) return undefined
  const [, version, traceId = '', spanId = '', flags = '00', rest] = match
  // Version ff is forbidden; of version 00 the header has exactly four parts.
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(state !== undefined && state !== '' && { traceState: createTraceState(state) }),
  }
  return isSpanContextValid(context) ? context : undefined
}

function writeBaggage(carrier: Carrier, context: Context): void {
  const record = currentLiveSpan()?.trace
  const members = Object.entries({
    ...Object.fromEntries(
      (propagation.getBaggage(context)?.getAllEntries() ?? []).map(([k, v]) => [k, v.value]),
    ),
    ...(record?.sessionId !== undefined && { [SESSION]: record.sessionId }),
    ...(record?.userId !== undefined && { [USER]: record.userId }),
  }).map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
  const text = members.join(',')
  if (text !== '' && text.length <= MOST_BAGGAGE) write(carrier, 'baggage', text)
}

function readBaggage(header: string | undefined): { session?: string; user?: string } {
  const found: { session?: string; user?: string } = {}
  for (const member of (header ?? '').slice(0, MOST_BAGGAGE).split(',')) {
    const [pair = ''] = member.split(';')
    const at = pair.indexOf('=')
    const key = pair.slice(0, at).trim()
    const value = at < 0 ? undefined : decoded(pair.slice(at + 1).trim())
    if (value === undefined || value === '') continue
    if (key === SESSION) found.session = value
    else if (key === USER) found.user = value
  }
  return found
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
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
    return textOf(Array.isArray(value) ? value[0] : value)
  }
  return undefined
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

function isHeaders(carrier: Carrier): carrier is Headers {
  return typeof (carrier as Headers).get === 'function' && typeof (carrier as Headers).set === 'function'
}
