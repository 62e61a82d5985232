import type { Span as OtelSpan } from '@opentelemetry/api'
import type { TimeInput } from '../runtime/clock.ts'
import type { SpanOptions } from '../tracer/span-options.ts'
import type { OutputReducer } from './collected-items.ts'

/** Options of {@link withSpan}. */
export interface WithSpanOptions extends SpanOptions {
  /** Record what `fn` returns as outputs. Default: true. */
  captureOutputs?: boolean | undefined
  /** Reduces the items of a returned stream to the value that is recorded; without it, they are recorded as a list. */
  outputReducer?: OutputReducer | undefined
}

/** Options of {@link startSpan}. */
export interface StartSpanOptions extends SpanOptions {
  name: string
  /** The parent span. Default: the active one; `null` starts a trace of its own. */
  parent?: OtelSpan | null | undefined
  /** When the work began, if not now. */
  startTime?: TimeInput | undefined
}

/** One turn of an agent. */
export interface AgentTurn {
  /** Name of the agent; the span is named `agent:<name>`. */
  agent: string
  /** Model that the agent requests. */
  model?: string | undefined
  /** Provider of the model: `openai`, `anthropic`, ... */
  provider?: string | undefined
  /** `resp_<hex>`: the trace gets the ID that this response ID gives, so that the turn can be found by it. */
  responseId?: string | undefined
  /** Conversation that the turn belongs to, at most 250 characters. */
  sessionId?: string | undefined
  /** User that the agent works for. */
  user?: string | undefined
  /** What the agent was asked; content, so it needs `captureContent`. */
  input?: unknown
  /**
   * If another span is active (of a traced handler, or of an HTTP server), a turn with a response ID starts a trace of
   * its own, linked to that span in both directions. `true` nests the turn below that span instead, and records the ID.
   * Below the open turn of another agent, the turn is always nested. Default: false.
   */
  nest?: boolean | undefined
  /** Further attributes. */
  attributes?: Record<string, unknown> | undefined
  /** Fraction of turns that is kept, from 0 to 1; overrides the configured one. */
  sampleRatio?: number | undefined
  /** Reduces the items of a returned stream to the value that is recorded. */
  outputReducer?: OutputReducer | undefined
}

/** One call of a tool. */
export interface ToolCall {
  /** Name of the tool; the span is named `tool:<name>`. */
  tool: string
  /** What the tool is called with; content, so it needs `captureContent`. */
  arguments?: unknown
  /** The model's ID of this call. */
  callId?: string | undefined
  /** Further attributes. */
  attributes?: Record<string, unknown> | undefined
  /** Reduces the items of a returned stream to the value that is recorded. */
  outputReducer?: OutputReducer | undefined
}
