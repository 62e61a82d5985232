import type { Context, TextMapGetter, TextMapPropagator } from '@opentelemetry/api'
import { type Api, forEachApiCopy } from './api-copies.ts'
import { baggageText, readBaggage } from './baggage.ts'
import { leftOutSpans, modelCallSpans } from './model-call-spans.ts'
import { apiGlobals, createContextKey } from './otel-context.ts'
import { isSpanContextValid, propagation, trace } from './otel-trace.ts'
import { processWide } from './registry.ts'
import { isSuppressed } from './suppress.ts'
import { readTraceContext, stateTextOf, traceparentOf } from './trace-context.ts'

interface Offer {
  isOpen: boolean
  /** The APIs that give ours while nobody has registered a propagator. */
  readonly told: WeakSet<object>
}

const offer = (): Offer =>
  processWide('offered-propagator', (): Offer => ({ isOpen: false, told: new WeakSet() }))

/**
 * Makes OpenTelemetry's API carry the context to other processes by W3C's headers, as long as nobody has registered a
 * propagator or a provider: an SDK brings the application's own choice, which may be none. The place of the propagator
 * is never taken, so that whoever registers one, then or later, has it.
 */
export function offerPropagator(): void {
  offer().isOpen = true
  forEachApiCopy('offer-propagator', offerTo)
}

/** Takes back what {@link offerPropagator} did. */
export function withdrawPropagator(): void {
  offer().isOpen = false
}

/** The slice of a copy's propagation API that says where it takes the propagator from; the same in all of 1.x. */
interface PropagatingApi {
  _getGlobalPropagator?: () => TextMapPropagator
}

function offerTo({ propagation: api }: Api): void {
  const { told } = offer()
  const inside = api as unknown as PropagatingApi | undefined
  const original = inside?._getGlobalPropagator
  if (api === undefined || typeof original !== 'function' || told.has(api)) return
  told.add(api)
  const ours = createPropagator(api)
  Object.defineProperty(api, '_getGlobalPropagator', {
    configurable: true,
    writable: true,
    value(): TextMapPropagator {
      const registered = apiGlobals()
      const isFree = registered?.propagation === undefined && registered?.trace === undefined
      return isFree && offer().isOpen ? ours : Reflect.apply(original, api, [])
    },
  })
}

/** The nearest span of turnspan; a client's own span may be the active one. */
const SPAN: symbol = createContextKey('turnspan.span')

/**
 * Whether what runs is the call of a traced client. Its request stays the one that the program would send without turnspan,
 * though clients inject by themselves as soon as there is a propagator; and a provider of models has no part in the trace.
 */
function isOfClient(context: Context): boolean {
  const [ours, active] = [context.getValue(SPAN), trace.getSpan(context)]
  if (active !== undefined && leftOutSpans().has(active)) return true
  return typeof ours === 'object' && ours !== null && modelCallSpans().has(ours)
}

const FIELDS = ['traceparent', 'tracestate', 'baggage'] as const
const [TRACEPARENT, TRACESTATE, BAGGAGE] = FIELDS

/** W3C's headers: `traceparent`, `tracestate` and `baggage`. */
function createPropagator(api: NonNullable<Api['propagation']>): TextMapPropagator {
  return {
    fields: () => [...FIELDS],
    inject(context, carrier, setter) {
      if (isSuppressed(context) || isOfClient(context)) return
      const active = trace.getSpanContext(context)
      if (active !== undefined && isSpanContextValid(active)) {
        setter.set(carrier, TRACEPARENT, traceparentOf(active))
        const state = stateTextOf(active.traceState)
        if (state !== undefined) setter.set(carrier, TRACESTATE, state)
      }
      const text = baggageText(propagation.getBaggage(context)?.getAllEntries() ?? [])
      if (text !== '') setter.set(carrier, BAGGAGE, text)
    },
    extract(context, carrier, getter) {
      const read = (name: string): string | undefined => headerOf(getter, carrier, name)
      const remote = readTraceContext(read(TRACEPARENT), read(TRACESTATE))
      const entries = readBaggage(read(BAGGAGE))
      const below: Context = remote === undefined ? context : trace.setSpanContext(context, remote)
      return Object.keys(entries).length === 0 ? below : api.setBaggage(below, api.createBaggage(entries))
    },
  }
}

/** A header that came several times is the list of them, which only `tracestate` and `baggage` can be. */
function headerOf<Carrier>(
  getter: TextMapGetter<Carrier>,
  carrier: Carrier,
  name: string,
): string | undefined {
  const value = getter.get(carrier, name)
  const text: unknown = Array.isArray(value) ? value.join(',') : value
  return typeof text === 'string' ? text : undefined
}
