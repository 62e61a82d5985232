import type { ContentKeys } from '../config/config.ts'
import type { Captured } from './captured.ts'
import {
  type AgentData,
  type AttributeValue,
  type EndedSpan,
  isLocalRoot,
  type SpanStatus,
  StatusCode,
} from './ended-span.ts'
import { guarded } from './guard.ts'
import { isUnreadableJson, looksLikeJson, toJsonText } from './json-text.ts'
import * as keys from './keys.ts'
import { inputMessages, outputMessages } from './messages.ts'
import { withinNesting } from './nesting.ts'
import { operationOfSpanType, spanTypeOfAttributes } from './span-type.ts'
import { mlflowUsage } from './token-usage.ts'

/** How a target wants its spans. */
export interface WireOptions {
  readonly contentKeys: ContentKeys
  /** Add the former GenAI names. */
  readonly legacySemconv: boolean
  /** The receiver is an MLflow server, which decodes text that looks like JSON. */
  readonly mlflow: boolean
}

/** An attribute on the wire; nested values only under MLflow's two content keys. */
export type WireValue = AttributeValue | Captured

type WireAttributes = Record<string, WireValue>

/** The attributes with which `span` goes on the wire: everything it says, in each vocabulary. */
export function wireAttributes(span: EndedSpan, options: WireOptions): WireAttributes {
  const out: WireAttributes = {}
  if (span.agent) addAgentData(out, span, span.agent, options)
  for (const [key, value] of Object.entries(span.attributes)) {
    const safe = guarded(key, value)
    if (safe === undefined) continue
    out[key] = options.mlflow && typeof safe === 'string' ? textForMlflow(key, safe, span.agent) : safe
  }
  out[keys.SPAN_TYPE] ??= spanTypeOfAttributes(span.attributes)
  if (span.trace.sessionId !== undefined) out[keys.SESSION_ID] = span.trace.sessionId
  if (span.trace.userId !== undefined) out[keys.USER_ID] = span.trace.userId
  if (isLocalRoot(span)) addTraceTags(out, span, options)
  return out
}

/**
 * The status on the wire. A local root carries what was said of the whole trace. To MLflow, spans of other libraries
 * that ended without a status count as successes, for it counts an unset status as neither.
 */
export function wireStatus(span: EndedSpan, options: WireOptions): SpanStatus {
  const { state } = span.trace
  if (state !== undefined && isLocalRoot(span)) {
    if (state === 'OK') return { code: StatusCode.OK }
    return span.status.code === StatusCode.ERROR ? span.status : { code: StatusCode.ERROR }
  }
  return options.mlflow && span.status.code === StatusCode.UNSET ? { code: StatusCode.OK } : span.status
}

function addAgentData(out: WireAttributes, span: EndedSpan, agent: AgentData, options: WireOptions): void {
  out[keys.SPAN_TYPE] = agent.spanType.slice(0, 250)
  const operation = operationOfSpanType(agent.spanType)
  if (operation !== undefined) out[keys.OPERATION_NAME] = operation
  if (agent.spanType === 'TOOL') out[keys.TOOL_NAME] = span.name
  addModel(out, agent)
  addUsage(out, agent, options)
  addContent(out, agent, options)
}

function addModel(out: WireAttributes, { model, provider }: AgentData): void {
  if (model !== undefined) {
    out[keys.LLM_MODEL] = model.slice(0, 500)
    out[keys.REQUEST_MODEL] = model.slice(0, 500)
  }
  if (provider !== undefined) {
    out[keys.LLM_PROVIDER] = provider.slice(0, 500)
    out[keys.PROVIDER_NAME] = provider.slice(0, 500)
    out[keys.SYSTEM] = provider.slice(0, 500)
  }
}

function addUsage(out: WireAttributes, { usage }: AgentData, { legacySemconv }: WireOptions): void {
  if (usage === undefined) return
  out[keys.TOKEN_USAGE] = JSON.stringify(mlflowUsage(usage))
  out[keys.USAGE_INPUT] = usage.inputTokens
  out[keys.USAGE_OUTPUT] = usage.outputTokens
  if (usage.cacheReadInputTokens !== undefined) out[keys.USAGE_CACHE_READ] = usage.cacheReadInputTokens
  if (usage.cacheCreationInputTokens !== undefined) {
    out[keys.USAGE_CACHE_CREATION] = usage.cacheCreationInputTokens
  }
  if (usage.reasoningTokens !== undefined) out[keys.USAGE_REASONING] = usage.reasoningTokens
  if (!legacySemconv) return
  out[keys.USAGE_PROMPT] = usage.inputTokens
  out[keys.USAGE_COMPLETION] = usage.outputTokens
}

/** Content travels once: in the vocabulary of the target, or in MLflow's where the conventions have no key for it. */
function addContent(out: WireAttributes, agent: AgentData, options: WireOptions): void {
  const { inputs, outputs } = agent
  const both = options.contentKeys === 'both'
  const conventions = options.contentKeys === 'mlflow' ? {} : conventionalContent(agent)
  Object.assign(out, conventions)
  if (options.legacySemconv) addLegacyContent(out)
  const saidIn = keys.INPUT_MESSAGES in conventions || keys.TOOL_CALL_ARGUMENTS in conventions
  const saidOut = keys.OUTPUT_MESSAGES in conventions || keys.TOOL_CALL_RESULT in conventions
  if (inputs !== undefined && (both || !saidIn)) out[keys.SPAN_INPUTS] = nativeContent(inputs)
  if (outputs !== undefined && (both || !saidOut)) out[keys.SPAN_OUTPUTS] = nativeContent(outputs)
}

const CONVERSING: ReadonlySet<string> = new Set(['AGENT', 'LLM', 'CHAT_MODEL'])

function conventionalContent({ spanType, inputs, outputs }: AgentData): Record<string, string> {
  const content: Record<string, string> = {}
  if (spanType === 'TOOL') {
    if (inputs !== undefined) content[keys.TOOL_CALL_ARGUMENTS] = toJsonText(inputs)
    if (outputs !== undefined) content[keys.TOOL_CALL_RESULT] = toJsonText(outputs)
  } else if (CONVERSING.has(spanType)) {
    const asked = inputs === undefined ? undefined : inputMessages(inputs)
    const answered = outputs === undefined ? undefined : outputMessages(outputs)
    if (asked) content[keys.INPUT_MESSAGES] = toJsonText(asked)
    if (answered) content[keys.OUTPUT_MESSAGES] = toJsonText(answered)
  }
  return content
}

function addLegacyContent(out: WireAttributes): void {
  const call = out[keys.TOOL_CALL_ARGUMENTS]
  const result = out[keys.TOOL_CALL_RESULT]
  if (call !== undefined) out[keys.TOOL_ARGUMENTS] = call
  if (result !== undefined) out[keys.TOOL_RESULT] = result
}

/**
 * Content as a native value. MLflow takes one layer of JSON off a text, so a plain text that is itself JSON travels
 * with a layer added, and so do the values that OTLP has but MLflow would turn into text.
 */
function nativeContent(value: Captured): WireValue {
  if (typeof value === 'string') return looksLikeJson(value) ? JSON.stringify(value) : value
  return withinNesting(value)
}

/**
 * Text for MLflow, which reads text that looks like JSON as JSON: plain text gets a layer of JSON more, and so does
 * JSON text on which the server would choke.
 */
function textForMlflow(key: string, value: string, agent: AgentData | undefined): string {
  const isJson = agent === undefined || agent.jsonKeys.has(key) || VOCABULARY.test(key)
  return (isJson ? isUnreadableJson(value) : looksLikeJson(value)) ? JSON.stringify(value) : value
}

const VOCABULARY = /^(gen_ai|mlflow|openinference|llm|input|output)\./

function addTraceTags(out: WireAttributes, span: EndedSpan, { mlflow }: WireOptions): void {
  const text = (value: string): string => (mlflow && looksLikeJson(value) ? JSON.stringify(value) : value)
  for (const [key, value] of span.trace.tags) out[keys.TRACE_TAG + key] = text(value)
  out[keys.TRACE_TAG + keys.TRACE_NAME_TAG] ??= text(span.name.slice(0, 4096))
}
