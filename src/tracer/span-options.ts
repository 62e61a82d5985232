import type { Link, Span as OtelSpan, SpanKind } from '@opentelemetry/api'
import type { TimeInput } from '../runtime/clock.ts'
import type { LiveSpan } from '../span/live-span.ts'
import type { SpanType } from '../span/semconv/span-type.ts'

/** What every way of starting a span takes. */
export interface SpanOptions {
  /** @defaultValue the function's name, else `anonymous` */
  name?: string | undefined
  /** Kind of work. @defaultValue UNKNOWN */
  spanType?: SpanType | undefined
  /** What the work is given; see `Span.setInputs`. */
  inputs?: unknown
  /** Further attributes. */
  attributes?: Record<string, unknown> | undefined
  /** Share of new traces that is kept, 0 to 1; beats the configured one. Only a trace's first span is asked. */
  sampleRatio?: number | undefined
  /** Spans of other traces that led to this one. */
  links?: Link[] | undefined
  /**
   * `resp_<hex>`: the span is the root of the trace with the ID that belongs to it, so that it is found by its response ID;
   * linked both ways to the span that is active, if there is one. Below an open turn of an agent it stays in that one's
   * trace, and the ID is recorded.
   */
  responseId?: string | undefined
  /** `true` keeps a span with a response ID below the active one, whatever that is. @defaultValue false */
  nest?: boolean | undefined
}

export interface OpenOptions extends SpanOptions {
  /** OpenTelemetry's span kind; if not given, client for calls of models, internal for all else. */
  kind?: SpanKind | undefined
  /** `null` starts a trace of its own. */
  parent?: OtelSpan | null | undefined
  startTime?: TimeInput | undefined
  /** Says more of the span, before what was around it does. */
  describe?: ((span: LiveSpan) => void) | undefined
}
