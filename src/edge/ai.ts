/**
 * `turnspan/ai` where there is no Node.
 *
 * @packageDocumentation
 */
import type { Tracer } from '@opentelemetry/api'
import type { AiSdkTelemetry } from '../integrations/ai/telemetry.ts'
import type { Uninstrument } from '../integrations/base/index.ts'
import { NOOP_SPAN } from '../span/noop-span.ts'
import { leaveAlone } from './leave-alone.ts'

export const instrumentAiSdk: (copy?: unknown, options?: unknown) => Uninstrument =
  leaveAlone('instrumentAiSdk')

const nothing = (): void => {}
const execute = <T>(options: { readonly execute: () => PromiseLike<T> }): PromiseLike<T> => options.execute()

export const aiSdkTelemetry = (): AiSdkTelemetry => ({
  onStart: nothing,
  executeLanguageModelCall: execute,
  executeTool: execute,
  onToolExecutionEnd: nothing,
  onObjectStepStart: nothing,
  onObjectStepEnd: nothing,
  onEmbedStart: nothing,
  onEmbedEnd: nothing,
  onRerankStart: nothing,
  onRerankEnd: nothing,
  onEnd: nothing,
  onAbort: nothing,
  onError: nothing,
})

/** A tracer whose spans take everything and keep nothing. */
export const aiSdkTracer = (): Tracer => ({
  startSpan: () => NOOP_SPAN,
  startActiveSpan: (...given: readonly unknown[]) => (given.at(-1) as (span: unknown) => never)(NOOP_SPAN),
})
