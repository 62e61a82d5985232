import type { Link, Span as OtelSpan, SpanContext, SpanStatus } from '@opentelemetry/api'
import type { TimeInput } from '../runtime/clock.ts'
import type { SpanType } from './semconv/span-type.ts'
import type { TokenUsage } from './token-usage.ts'

/** What can be set when a span ends. */
export interface EndOptions {
  /** As with {@link Span.setOutputs}. */
  outputs?: unknown
  /** As with {@link Span.setAttributes}. */
  attributes?: Record<string, unknown> | undefined
  /** As with {@link Span.setStatus}. */
  status?: 'OK' | 'ERROR' | SpanStatus | undefined
  /** When the work ended, if not now. */
  endTime?: TimeInput | undefined
}

/**
 * A span of turnspan. It is an OpenTelemetry span too, so it can be passed wherever one is expected. Its methods never
 * throw, and have no effect after `end()`.
 */
export interface Span extends OtelSpan {
  /** W3C trace ID, 32 lower-case hex digits; all zeros when nothing is traced. */
  readonly traceId: string
  /** W3C span ID, 16 lower-case hex digits; all zeros when nothing is traced. */
  readonly spanId: string
  /** Name as it is now; see `updateName`. */
  readonly name: string

  /**
   * Records what the work was given. The value is copied now, so that later changes to it do not show. Kept only when
   * content is captured (`captureContent`).
   */
  setInputs(inputs: unknown): this
  /** Records what the work resulted in; like {@link Span.setInputs}. Takes precedence over the return value. */
  setOutputs(outputs: unknown): this
  /** Sets the kind of work that the span stands for (`mlflow.spanType`). */
  setSpanType(type: SpanType): this
  /**
   * Records the tokens of this call. Input tokens include cached ones; the total is derived when it is not given. On
   * an agent's span it replaces the sum over the calls below.
   */
  setTokenUsage(usage: TokenUsage): this
  /** Records which model answered, and its provider (`openai`, `anthropic`, ...), by which its price is looked up. */
  setModel(model: string, provider?: string): this
  /** Records an attribute. Objects become JSON text; a value that cannot be recorded is left out. */
  setAttribute(key: string, value: unknown): this
  /** Records several attributes. */
  setAttributes(attributes: Record<string, unknown>): this
  /** Sets the status: `OK`, or `ERROR` with what went wrong. Also takes OpenTelemetry's `{ code, message }`. */
  setStatus(status: 'OK' | 'ERROR' | SpanStatus, message?: string): this
  /** Records an event within the span. */
  addEvent(name: string, attributesOrTime?: Record<string, unknown> | TimeInput, time?: TimeInput): this
  /** Links another span: by its context, or the span itself. */
  addLink(link: Link | OtelSpan): this
  addLinks(links: (Link | OtelSpan)[]): this
  /** Records an error as the event `exception`. Its message and stack are content: they need `captureContent`. */
  recordException(exception: unknown, time?: TimeInput): void
  updateName(name: string): this
  /** Ends the span. Further calls do nothing. */
  end(options?: EndOptions | TimeInput): void
  /** False once ended, and when nothing is traced. */
  isRecording(): boolean
  spanContext(): SpanContext
  /** Ends the span, for `using span = startSpan(...)`. */
  [Symbol.dispose](): void
}
