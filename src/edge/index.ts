/**
 * `turnspan` where there is no Node: in browsers and edge runtimes. Every name is there with its type, functions run
 * what they are given, nothing is traced, and `init` says so.
 *
 * @packageDocumentation
 */
import type { InitOptions } from '../config/options.ts'
import type { ExportedContext } from '../context/exported-context.ts'
import type { Carrier, InjectOptions, RemoteOptions } from '../context/propagation.ts'
import type { TracingContextOptions } from '../context/scope.ts'
import type { TraceUpdate } from '../context/trace-update.ts'
import { NOTHING, type Report } from '../export/statistics/export-statistics.ts'
import type { InstrumentationState } from '../setup/instrumentation-states.ts'
import { type Status, statusOff } from '../setup/status.ts'
import type { WithFlushOptions } from '../setup/with-flush.ts'
import { NOOP_SPAN } from '../span/noop-span.ts'
import type { Span } from '../span/span.ts'
import type { AgentTurn, StartSpanOptions, ToolCall, WithSpanOptions } from '../tracing/call-options.ts'
import type { Trace } from '../tracing/trace.ts'
import { REASON, sayNotHere } from './runtime.ts'

export { newResponseId, ResponseIdError, traceIdFromResponseId } from '../ids/response-id.ts'
export { responseIdFromTraceId, toMlflowTraceId, toTraceId } from '../ids/trace-id.ts'
export { onDiagnostic } from '../runtime/diagnostics.ts'
export { ConfigError, TurnspanError } from '../runtime/errors.ts'
export { redactSecrets } from '../span/redact/redact-secrets.ts'
export { SpanType } from '../span/semconv/span-type.ts'

export function init(_options?: InitOptions): Status {
  sayNotHere('init()')
  return statusOff(REASON)
}

export async function flushTraces(_options?: { timeoutMs?: number | undefined }): Promise<Report> {
  return NOTHING
}

export const shutdown: typeof flushTraces = flushTraces

export const stats = (): Report => NOTHING

export const instrumentations = (): readonly InstrumentationState[] => []

export function withAgent<T>(_turn: AgentTurn, fn: (agent: Span) => T): T {
  return fn(NOOP_SPAN)
}

export function withTool<T>(_call: ToolCall, fn: (span: Span) => T): T {
  return fn(NOOP_SPAN)
}

export function withSpan<T>(fn: (span: Span) => T, _options?: WithSpanOptions): T {
  return fn(NOOP_SPAN)
}

export function startSpan(_options: StartSpanOptions): Span {
  return NOOP_SPAN
}

export function withActiveSpan<T>(_span: unknown, fn: () => T): T {
  return fn()
}

export function tracingContext<T>(_options: TracingContextOptions, fn: () => T): T {
  return fn()
}

export function withRemoteContext<T>(_carrier: Carrier, fn: () => T, _options?: RemoteOptions): T {
  return fn()
}

export function injectHeaders<C extends Carrier>(carrier: C, _options?: InjectOptions): C {
  return carrier
}

export const exportContext = (): ExportedContext => ({ version: 1, headers: {} })

export function continueTrace<T>(_context: ExportedContext, fn: () => T): T {
  return fn()
}

export function updateCurrentTrace(_update: TraceUpdate): void {}

export function getCurrentActiveSpan(): Span | undefined {
  return undefined
}

export function getLastActiveTraceId(): string | undefined {
  return undefined
}

// biome-ignore lint/complexity/noBannedTypes: as in setup/with-flush.ts
export function withFlush<F extends Function>(handler: F, _options?: WithFlushOptions): F {
  return handler
}

/** A decorator that changes nothing, in both dialects: what it returns would take the place of the method. */
const leaveAsItIs = (): undefined => undefined

export const trace: Trace = ((first?: unknown, second?: unknown): unknown => {
  // `@trace` of the older dialect: a prototype or class, and the name of the member.
  if (typeof second === 'string' || typeof second === 'symbol') return undefined
  if (typeof first === 'function') return first
  return typeof second === 'function' ? second : leaveAsItIs
}) as Trace
