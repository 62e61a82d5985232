import type { Link, Span as OtelSpan, SpanKind } from '@opentelemetry/api'
import type { TimeInput } from '../runtime/clock.ts'
import type { LiveSpan } from '../span/live-span.ts'
import type { SpanType } from '../span/semconv/span-type.ts'

/** Options that every way of starting a span accepts. */
export interface SpanOptions {
  /** @defaultValue the function's name, else `anonymous` */
  name?: string | undefined
  /** Kind of work. @defaultValue UNKNOWN */
  spanType?: SpanType | undefined
  /** Inputs of the work; see `Span.setInputs`. */
  inputs?: unknown
  /** Further attributes. */
  attributes?: Record<string, unknown> | undefined
  /**
   * Fraction of new traces that is kept, from 0 to 1; overrides the configured one. Applies only to the first span of a
   * trace.
   */
  sampleRatio?: number | undefined
  /** Spans of other traces that led to this one. */
  links?: Link[] | undefined
  /**
   * `resp_<hex>`: the span becomes the root of the trace whose ID this response ID gives, so that it can be found by
   * the response ID. If a span is active, the two are linked in both directions. Below an open turn of an agent, the
   * span stays in the trace of that turn, and the ID is recorded.
   */
  responseId?: string | undefined
  /** `true` keeps a span with a response ID below the active span, whatever kind of span that is. @defaultValue false */
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
