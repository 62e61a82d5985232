/**
 * Tracing for LLM agents: `import { init, trace } from 'turnspan'`.
 *
 * @packageDocumentation
 */
export type { ContentKeys, Protocol } from './config/config.ts'
export type { ExportResultLike, SpanExporterLike } from './config/exporter.ts'
export type { Limits, Redact, RedactContext } from './config/limits.ts'
export type * from './config/options.ts'
export { getCurrentActiveSpan, getLastActiveTraceId, updateCurrentTrace } from './context/current-trace.ts'
export { continueTrace, type ExportedContext, exportContext } from './context/exported-context.ts'
export {
  type Carrier,
  type InjectOptions,
  injectHeaders,
  type RemoteOptions,
  withRemoteContext,
} from './context/propagation.ts'
export { type TracingContextOptions, tracingContext } from './context/scope.ts'
export type { TraceUpdate } from './context/trace-update.ts'
export type { Report } from './export/statistics/export-statistics.ts'
export { newResponseId, ResponseIdError, traceIdFromResponseId } from './ids/response-id.ts'
export { responseIdFromTraceId, toMlflowTraceId, toTraceId } from './ids/trace-id.ts'
export type { HrTime, TimeInput } from './runtime/clock.ts'
export {
  type Diagnostic,
  type DiagnosticLevel,
  type DiagnosticListener,
  onDiagnostic,
} from './runtime/diagnostics.ts'
export { ConfigError, TurnspanError, type TurnspanErrorCode } from './runtime/errors.ts'
export type { InstrumentationState } from './setup/instrumentation-states.ts'
export { instrumentations } from './setup/instrumentations.ts'
export { flushTraces, init, shutdown } from './setup/lifecycle.ts'
export type { Status } from './setup/status.ts'
export { type WithFlushOptions, withFlush } from './setup/with-flush.ts'
export { type RedactSecretsOptions, redactSecrets } from './span/redact/redact-secrets.ts'
export { SpanType } from './span/semconv/span-type.ts'
export type { EndOptions, Span } from './span/span.ts'
export type { TokenUsage } from './span/token-usage.ts'
export { stats } from './tracer/current.ts'
export type { SpanOptions } from './tracer/span-options.ts'
export type { AgentTurn, StartSpanOptions, ToolCall, WithSpanOptions } from './tracing/call-options.ts'
export type { OutputReducer } from './tracing/collected-items.ts'
export {
  type AnyMethod,
  type ResponseIdOf,
  type Trace,
  type TraceDecorator,
  type TraceOptions,
  trace,
} from './tracing/trace.ts'
export { withAgent } from './tracing/with-agent.ts'
export { startSpan, withActiveSpan, withSpan } from './tracing/with-span.ts'
export { withTool } from './tracing/with-tool.ts'
