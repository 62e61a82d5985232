import type { Context } from '@opentelemetry/api'
import { createContextKey } from '../runtime/otel-context.ts'
import type { LiveSpan } from '../span/live-span.ts'

// createContextKey gives the same symbol for the same text in every copy of the API.
const SPAN: symbol = createContextKey('turnspan.span')
/** The key under which OpenTelemetry's API keeps the active span. */
const ACTIVE_SPAN: symbol = createContextKey('OpenTelemetry Context Key SPAN')

/** The nearest span of turnspan in `context`; also where a span of another library is the active one. */
export function liveSpanIn(context: Context): LiveSpan | undefined {
  return context.getValue(SPAN) as LiveSpan | undefined
}

/** `context` with `span` as the active one, for us and for everybody else. */
export function withLiveSpan(context: Context, span: LiveSpan): Context {
  return context instanceof SpanContextNode
    ? new SpanContextNode(context.base, span, context.traces)
    : new SpanContextNode(context, span, undefined)
}

/** The active span of `context`, where turnspan itself has set it: the shortest way to what is asked most often. */
export function ownActiveSpan(context: Context): LiveSpan | undefined {
  return context instanceof SpanContextNode ? context.span : undefined
}

/**
 * What `decide` says of what `context` holds beside its spans. Spans below each other share all of that, so it is
 * decided once for them.
 */
export function tracesIn(context: Context, decide: (base: Context) => boolean): boolean {
  if (!(context instanceof SpanContextNode)) return decide(context)
  context.traces ??= decide(context.base)
  return context.traces
}

/**
 * A context that answers for its span and leaves the rest to the one below: setting both keys the usual way copies all
 * values twice for each span. The span of a node hides that of a node below, so nodes never form a chain.
 */
class SpanContextNode implements Context {
  readonly base: Context
  readonly span: LiveSpan
  /** See {@link tracesIn}; `undefined` until it was asked for. */
  traces: boolean | undefined

  constructor(base: Context, span: LiveSpan, traces: boolean | undefined) {
    this.base = base
    this.span = span
    this.traces = traces
  }

  getValue(key: symbol): unknown {
    return key === ACTIVE_SPAN || key === SPAN ? this.span : this.base.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === ACTIVE_SPAN) return this.base.setValue(SPAN, this.span).setValue(key, value)
    if (key === SPAN) return this.#spread().setValue(key, value)
    return new SpanContextNode(this.base.setValue(key, value), this.span, undefined)
  }

  deleteValue(key: symbol): Context {
    if (key === ACTIVE_SPAN || key === SPAN) return this.#spread().deleteValue(key)
    return new SpanContextNode(this.base.deleteValue(key), this.span, undefined)
  }

  #spread(): Context {
    return this.base.setValue(SPAN, this.span).setValue(ACTIVE_SPAN, this.span)
  }
}
