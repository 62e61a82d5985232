import type { MeterProvider, Attributes as MetricAttributes } from '@opentelemetry/api'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { apiGlobals } from '../runtime/otel-context.ts'
import { type AgentData, type EndedSpan, StatusCode } from '../span/ended-span.ts'
import * as keys from '../span/semconv/keys.ts'
import { isModelType, operationOfSpanType, SpanType } from '../span/semconv/span-type.ts'
import { createInstruments, type Instruments } from './instruments.ts'

/** Records what the GenAI conventions measure of a span of turnspan that has ended. */
export type Measure = (span: EndedSpan) => void

/**
 * Measures in the instruments of whatever provider is registered with OpenTelemetry's API when a span ends: applications
 * register theirs before or after `init`, by any copy of the API.
 */
export function createMeasure(): Measure {
  let known: MeterProvider | undefined
  let instruments: Instruments | undefined
  return (span) => {
    const { agent } = span
    if (agent === undefined) return
    const kind = measuredKind(agent.spanType)
    if (kind === undefined) return
    const provider = apiGlobals()?.metrics
    if (provider === undefined) return sayNoProvider()
    if (instruments === undefined || provider !== known) {
      instruments = createInstruments(provider)
      known = provider
    }
    kind(instruments, span, agent)
  }
}

type Recorder = (instruments: Instruments, span: EndedSpan, agent: AgentData) => void

function measuredKind(spanType: string): Recorder | undefined {
  if (isModelType(spanType)) return recordCall
  if (spanType === SpanType.AGENT) return recordTurn
  return spanType === SpanType.TOOL ? recordTool : undefined
}

function recordCall(instruments: Instruments, span: EndedSpan, agent: AgentData): void {
  const { attributes } = span
  const of = callAttributes(span, agent)
  instruments.callDuration.record(secondsOf(span), { ...of, ...failureOf(span) })
  const wait = attributes[keys.TIME_TO_FIRST_CHUNK]
  if (typeof wait === 'number') instruments.timeToFirstChunk.record(wait, of)
  recordTokens(instruments, agent, of)
}

/** A turn counts tokens itself where nobody sees the calls of its agent. */
function recordTurn(instruments: Instruments, span: EndedSpan, agent: AgentData): void {
  const name = textAt(span, keys.AGENT_NAME) ?? span.name
  instruments.agentDuration.record(secondsOf(span), { [keys.AGENT_NAME]: name, ...failureOf(span) })
  if (agent.isSum !== true && agent.usageBelow === undefined) {
    recordTokens(instruments, agent, callAttributes(span, agent))
  }
}

function recordTool(instruments: Instruments, span: EndedSpan): void {
  instruments.toolDuration.record(secondsOf(span), {
    [keys.TOOL_NAME]: textAt(span, keys.TOOL_NAME) ?? span.name,
    ...picked(span, ['gen_ai.tool.type']),
    ...failureOf(span),
  })
}

function recordTokens({ tokens }: Instruments, { usage, isSum }: AgentData, of: MetricAttributes): void {
  if (usage === undefined || isSum === true) return
  tokens.record(usage.inputTokens, { ...of, [TOKEN_TYPE]: 'input' })
  tokens.record(usage.outputTokens, { ...of, [TOKEN_TYPE]: 'output' })
}

const TOKEN_TYPE = 'gen_ai.token.type'

function callAttributes(span: EndedSpan, { spanType, model, provider }: AgentData): MetricAttributes {
  const operation = operationOfSpanType(spanType)
  return {
    // The span of a call that is not sampled has no attributes.
    ...(operation !== undefined && { [keys.OPERATION_NAME]: operation }),
    ...(provider !== undefined && { [keys.PROVIDER_NAME]: provider }),
    ...(model !== undefined && { [keys.REQUEST_MODEL]: model }),
    ...picked(span, [
      keys.OPERATION_NAME,
      keys.PROVIDER_NAME,
      keys.REQUEST_MODEL,
      keys.RESPONSE_MODEL,
      'server.address',
      'server.port',
    ]),
  }
}

function picked({ attributes }: EndedSpan, names: readonly string[]): MetricAttributes {
  const found: MetricAttributes = {}
  for (const name of names) {
    const value = attributes[name]
    if (typeof value === 'string' || typeof value === 'number') found[name] = value
  }
  return found
}

/** `_OTHER` is the conventions' word for a failure of which nobody knows more. */
const failureOf = (span: EndedSpan): MetricAttributes =>
  span.status.code === StatusCode.ERROR
    ? { [keys.ERROR_TYPE]: textAt(span, keys.ERROR_TYPE) ?? '_OTHER' }
    : {}

function textAt({ attributes }: EndedSpan, key: string): string | undefined {
  const value = attributes[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function secondsOf({ startTime, endTime }: EndedSpan): number {
  return Math.max(0, endTime[0] - startTime[0] + (endTime[1] - startTime[1]) / 1e9)
}

function sayNoProvider(): void {
  diagnoseOnce(
    'warn',
    'TS_METRICS_NO_PROVIDER',
    'The option metrics is on, but the application has registered no MeterProvider with @opentelemetry/api: nothing is recorded until it does. Register one (metrics.setGlobalMeterProvider), or turn the option off.',
  )
}
