import type { Baggage, Context, Span, SpanContext, TextMapSetter } from '@opentelemetry/api'
import { apiGlobals, createContextKey } from './otel-context.ts'

// The small functions of @opentelemetry/api that we use, written out; why: docs/decisions/0010-no-api-at-import.md.

const SPAN = createContextKey('OpenTelemetry Context Key SPAN')
const BAGGAGE = createContextKey('OpenTelemetry Baggage Key')
const NO_TRACE = '0'.repeat(32)
const NO_SPAN = '0'.repeat(16)
const TRACE_ID = /^[\da-f]{32}$/i
const SPAN_ID = /^[\da-f]{16}$/i

/** Flags of the W3C trace context; `RANDOM` is of level 2. */
export const TraceFlags: { readonly NONE: 0; readonly SAMPLED: 1; readonly RANDOM: 2 } = {
  NONE: 0,
  SAMPLED: 1,
  RANDOM: 2,
}

/** What a span says of itself that is in no trace. */
export const INVALID_SPAN_CONTEXT: SpanContext = {
  traceId: NO_TRACE,
  spanId: NO_SPAN,
  traceFlags: TraceFlags.NONE,
}

/** Whether both IDs have the form that W3C Trace Context asks for. */
export function isSpanContextValid({ traceId, spanId }: SpanContext): boolean {
  return isId(traceId, TRACE_ID, NO_TRACE) && isId(spanId, SPAN_ID, NO_SPAN)
}

// Spans of other libraries have been seen with IDs that are no text.
const isId = (id: unknown, form: RegExp, none: string): boolean =>
  typeof id === 'string' && form.test(id) && id !== none

const itself = function (this: Span): Span {
  return this
}

/** A span that records nothing and stands for `spanContext`. */
function wrapSpanContext(spanContext: SpanContext): Span {
  return {
    spanContext: () => spanContext,
    setAttribute: itself,
    setAttributes: itself,
    addEvent: itself,
    addLink: itself,
    addLinks: itself,
    setStatus: itself,
    updateName: itself,
    end() {},
    isRecording: () => false,
    recordException() {},
  }
}

const getSpan = (context: Context): Span | undefined =>
  (context.getValue(SPAN) as Span | undefined) || undefined

const setSpan = (context: Context, span: Span): Context => context.setValue(SPAN, span)

/** The active span of a context, under the key that every copy of the API uses. */
export const trace: {
  getSpan(context: Context): Span | undefined
  getSpanContext(context: Context): SpanContext | undefined
  setSpan(context: Context, span: Span): Context
  setSpanContext(context: Context, spanContext: SpanContext): Context
  wrapSpanContext(spanContext: SpanContext): Span
} = {
  getSpan,
  getSpanContext: (context) => getSpan(context)?.spanContext(),
  setSpan,
  setSpanContext: (context, spanContext) => setSpan(context, wrapSpanContext(spanContext)),
  wrapSpanContext,
}

/** Baggage, and the propagator that the application has registered. */
export const propagation: {
  getBaggage(context: Context): Baggage | undefined
  inject(context: Context, carrier: Record<string, string>): void
} = {
  getBaggage: (context) => (context.getValue(BAGGAGE) as Baggage | undefined) || undefined,
  inject(context, carrier) {
    apiGlobals()?.propagation?.inject(context, carrier, SETTER)
  },
}

const SETTER: TextMapSetter<Record<string, string>> = {
  set(carrier, key, value) {
    carrier[key] = value
  },
}
