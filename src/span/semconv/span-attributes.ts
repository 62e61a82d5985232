import type { ContentKeys } from '../../config/config.ts'
import { type Attributes, type AttributeValue, NO_ATTRIBUTES } from '../attributes.ts'
import { setField } from '../capture/capture-marks.ts'
import type { Captured } from '../capture/captured.ts'
import { type AgentData, type EndedSpan, isLocalRoot, type SpanStatus, StatusCode } from '../ended-span.ts'
import { sanitizedAttribute } from '../sanitize-attribute.ts'
import { textBeginsWith } from '../snapshot/look.ts'
import { plainOf } from '../snapshot/plain.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { type CountedUsage, mlflowUsage } from '../token-usage.ts'
import type { TraceRecord } from '../trace-record.ts'
import { formerName, writeToolDefinitions } from './convention-attributes.ts'
import { beginsJson, isUnreadableJson, looksLikeJson, mayBeJson } from './json-text.ts'
import * as keys from './keys.ts'
import { type JsonContent, jsonText } from './message-json.ts'
import { allMessages, askedIn, outputMessages } from './messages.ts'
import { rootInputs } from './root-inputs.ts'
import { operationOfSpanType, spanTypeOfAttributes } from './span-type.ts'

/** How a target wants its spans. */
export interface ExportOptions {
  readonly contentKeys: ContentKeys
  /** Add the former GenAI names. */
  readonly legacySemconv: boolean
  /** The receiver is an MLflow server, which decodes text that looks like JSON. */
  readonly mlflow: boolean
}

/** An attribute on the wire; nested values only under MLflow's two content keys. */
export type ExportedValue = AttributeValue | Captured

/** Takes one attribute; each key comes once. */
export type WriteAttribute = (key: string, value: AttributeValue) => void

/** Takes the attributes of a span, each once. */
export interface AttributeSink {
  readonly write: WriteAttribute
  /** An attribute whose value is content as it was captured. */
  readonly writeContent: (key: string, content: Snapshot) => void
  /** An attribute whose value is JSON text of what was captured. */
  readonly writeJson: (key: string, json: JsonContent) => void
  /** What stands before it for spans that have set some themselves. */
  unless?: Unless
}

/** The attributes with which `span` goes on the wire: everything it says, in each vocabulary. */
export function exportedAttributes(span: EndedSpan, options: ExportOptions): Record<string, ExportedValue> {
  const out: { [key: string]: Captured } = {}
  forEachExportedAttribute(span, options, {
    write: (key, value) => setField(out, key, value as Captured),
    writeContent: (key, content) => setField(out, key, plainOf(content)),
    writeJson: (key, json) => setField(out, key, jsonText(json)),
  })
  return out as Record<string, ExportedValue>
}

/**
 * Gives `sink` each attribute that {@link exportedAttributes} has, so that an encoder needs no object between. What
 * was set as an attribute stands for what we derive, and what was said of the trace for both.
 */
export function forEachExportedAttribute(span: EndedSpan, options: ExportOptions, sink: AttributeSink): void {
  const { write } = sink
  const { agent, attributes, trace } = span
  const isRoot = isLocalRoot(span)
  if (agent) {
    const unlessSet = attributes === NO_ATTRIBUTES ? sink : unlessSetIn(attributes, sink)
    writeKind(span, agent, unlessSet.write)
    writeModel(agent, hidesModel(agent, options), options.legacySemconv, unlessSet.write)
    if (!reachesMlflow(options)) writeConversation(agent, trace, unlessSet.write)
    writeUsage(agent, options, unlessSet.write)
    writeContent(agent, options, unlessSet, span.parentSpanId === undefined)
  }
  // Unlike a list of the keys, this takes no memory.
  for (const key in attributes) {
    if (!Object.hasOwn(attributes, key)) continue
    const safe = sanitizedAt(attributes, key)
    if (safe === undefined || isSaidOfTrace(key, trace, isRoot)) continue
    if (agent && MODEL_KEYS.has(key) && hidesModel(agent, options)) continue
    if (key === keys.CHAT_TOOLS && writeTools(attributes, safe, options, write)) continue
    const former = options.legacySemconv ? formerName(key) : undefined
    if (former !== undefined && !isSetIn(attributes, former)) write(former, safe)
    write(key, options.mlflow && typeof safe === 'string' ? textForMlflow(key, safe, agent) : safe)
  }
  if (!agent && !isSetIn(attributes, keys.SPAN_TYPE)) write(keys.SPAN_TYPE, spanTypeOfAttributes(attributes))
  if (trace.sessionId !== undefined) write(keys.SESSION_ID, trace.sessionId)
  if (trace.userId !== undefined) write(keys.USER_ID, trace.userId)
  if (isRoot) writeTraceTags(span, options, write)
}

// In a function of its own: what its closure shares with it is made whenever it is called.
const writeTools = (
  attributes: Attributes,
  tools: AttributeValue,
  options: ExportOptions,
  write: AttributeSink['write'],
): boolean => writeToolDefinitions(tools, options, (name) => isSetIn(attributes, name), write)

/** Passes on what a span has not set itself. */
interface Unless {
  readonly sink: AttributeSink
  /** Of the span that is being written. */
  attributes: Attributes
}

/** {@link Unless} for `sink`: made once for all spans that it takes, for it would be the largest part of many of them. */
function unlessSetIn(attributes: Attributes, sink: AttributeSink): AttributeSink {
  sink.unless ??= createUnless(sink)
  sink.unless.attributes = attributes
  return sink.unless.sink
}

function createUnless(inner: AttributeSink): Unless {
  const isFree = (key: string): boolean => !isSetIn(unless.attributes, key)
  const unless: Unless = {
    attributes: NO_ATTRIBUTES,
    sink: {
      write: (key, value) => isFree(key) && inner.write(key, value),
      writeContent: (key, content) => isFree(key) && inner.writeContent(key, content),
      writeJson: (key, json) => isFree(key) && inner.writeJson(key, json),
    },
  }
  return unless
}

const isSetIn = (attributes: Attributes, key: string): boolean =>
  key in attributes && sanitizedAt(attributes, key) !== undefined

const sanitizedAt = (attributes: Attributes, key: string): AttributeValue | undefined =>
  sanitizedAttribute(key, attributes[key] as AttributeValue)

/** Whether `key` comes from the record of the trace, whatever the span's own attributes say. */
function isSaidOfTrace(key: string, trace: TraceRecord, isRoot: boolean): boolean {
  if (key === keys.SESSION_ID) return trace.sessionId !== undefined
  if (key === keys.USER_ID) return trace.userId !== undefined
  return isRoot && key.startsWith(keys.TRACE_TAG) && trace.tags.has(key.slice(keys.TRACE_TAG.length))
}

/**
 * The status on the wire. A local root carries what was said of the whole trace. To MLflow, spans of other libraries
 * that ended without a status count as successes, for it counts an unset status as neither.
 */
export function wireStatus(span: EndedSpan, options: ExportOptions): SpanStatus {
  const { state } = span.trace
  if (state !== undefined && isLocalRoot(span)) {
    if (state === 'OK') return { code: StatusCode.OK }
    return span.status.code === StatusCode.ERROR ? span.status : { code: StatusCode.ERROR }
  }
  return options.mlflow && span.status.code === StatusCode.UNSET ? { code: StatusCode.OK } : span.status
}

/**
 * What our own spans say of themselves in a few small keys, without any content: for the application's own backend,
 * which gets what was set as an attribute by itself.
 */
export function smallAttributes(span: EndedSpan, agent: AgentData): Record<string, AttributeValue> {
  const out: Record<string, AttributeValue> = {}
  const write: WriteAttribute = (key, value) => {
    if (!Object.hasOwn(span.attributes, key)) out[key] = value as AttributeValue
  }
  writeKind(span, agent, write)
  writeModel(agent, false, false, write)
  writeUsage(agent, { contentKeys: 'gen_ai', legacySemconv: false, mlflow: false }, write)
  writeConversation(agent, span.trace, write)
  if (span.trace.sessionId !== undefined) write(keys.SESSION_ID, span.trace.sessionId)
  if (span.trace.userId !== undefined) write(keys.USER_ID, span.trace.userId)
  return out
}

function writeKind(span: EndedSpan, agent: AgentData, write: WriteAttribute): void {
  write(keys.SPAN_TYPE, agent.spanType.slice(0, 250))
  const operation = operationOfSpanType(agent.spanType)
  if (operation !== undefined) write(keys.OPERATION_NAME, operation)
  if (agent.spanType === 'TOOL') write(keys.TOOL_NAME, span.name)
}

function writeModel(
  { model, provider }: AgentData,
  hidden: boolean,
  legacySemconv: boolean,
  write: WriteAttribute,
): void {
  if (model !== undefined && !hidden) writeName(MODEL_NAMES, model, write)
  if (provider === undefined) return
  writeName(PROVIDER_NAMES, provider, write)
  if (legacySemconv) writeName(FORMER_PROVIDER_NAMES, provider, write)
}

/** Calls of models say which conversation they belong to, as agents do. */
function writeConversation({ spanType }: AgentData, { sessionId }: TraceRecord, write: WriteAttribute): void {
  if (sessionId !== undefined && CONVERSING.has(spanType)) write(keys.CONVERSATION_ID, sessionId)
}

const MODEL_NAMES = [keys.LLM_MODEL, keys.REQUEST_MODEL] as const
const PROVIDER_NAMES = [keys.LLM_PROVIDER, keys.PROVIDER_NAME] as const
const FORMER_PROVIDER_NAMES = [keys.SYSTEM] as const

/** Whoever gave the name: one that a server reads as JSON is an error to it. */
function writeName(under: readonly string[], name: string, write: WriteAttribute): void {
  const safe = String(sanitizedAttribute(keys.LLM_MODEL, name))
  for (const key of under) write(key, safe)
}

/** MLflow would price the sum by its model once more: its Overview adds up the cost of all spans. */
const hidesModel = ({ isSum }: AgentData, options: ExportOptions): boolean =>
  reachesMlflow(options) && Boolean(isSum)
const MODEL_KEYS: ReadonlySet<string> = new Set([keys.LLM_MODEL, keys.REQUEST_MODEL, keys.RESPONSE_MODEL])

/**
 * Usage, or the sum of what was used below. Backends add up what they find under the conventions' names, so only MLflow
 * gets a sum under its own, with which it leaves out what is below; others get it under names that nobody adds up, as does
 * MLflow a sum in which the tokens of other processes are missing.
 */
function writeUsage(agent: AgentData, options: ExportOptions, write: WriteAttribute): void {
  const { usage, isSum } = agent
  if (usage === undefined) return
  if (isSum === true && reachesMlflow(options)) write(keys.TOKEN_USAGE, mlflowUsage(usage))
  else if (isSum) writeCounts(usage, false, (key, value) => write(summedKey(key), value))
  else {
    write(keys.TOKEN_USAGE, mlflowUsage(usage))
    writeCounts(usage, options.legacySemconv, write)
  }
}

/** Whether it is MLflow in the end: the receiver, or what stands behind a collector. */
const reachesMlflow = ({ mlflow, contentKeys }: ExportOptions): boolean => mlflow || contentKeys === 'mlflow'

const summedKey = (key: string): string => keys.SUMMED_USAGE + key.slice('gen_ai.usage.'.length)

function writeCounts(usage: CountedUsage, legacySemconv: boolean, write: WriteAttribute): void {
  write(keys.USAGE_INPUT, usage.inputTokens)
  write(keys.USAGE_OUTPUT, usage.outputTokens)
  if (usage.cacheReadInputTokens !== undefined) write(keys.USAGE_CACHE_READ, usage.cacheReadInputTokens)
  if (usage.cacheCreationInputTokens !== undefined) {
    write(keys.USAGE_CACHE_WRITE, usage.cacheCreationInputTokens)
    if (legacySemconv) write(keys.USAGE_CACHE_CREATION, usage.cacheCreationInputTokens)
  }
  if (usage.reasoningTokens !== undefined) write(keys.USAGE_REASONING, usage.reasoningTokens)
  writeRareUsage(usage, write)
  if (!legacySemconv) return
  write(keys.USAGE_PROMPT, usage.inputTokens)
  write(keys.USAGE_COMPLETION, usage.outputTokens)
}

function writeRareUsage(usage: CountedUsage, write: WriteAttribute): void {
  const { cacheCreation1hInputTokens, audioInputTokens, audioOutputTokens } = usage
  if (cacheCreation1hInputTokens !== undefined) {
    write(keys.USAGE_CACHE_CREATION_1H, cacheCreation1hInputTokens)
  }
  if (audioInputTokens !== undefined) write(keys.USAGE_AUDIO_INPUT, audioInputTokens)
  if (audioOutputTokens !== undefined) write(keys.USAGE_AUDIO_OUTPUT, audioOutputTokens)
}

/** Content travels once: in the vocabulary of the target, or in MLflow's where the conventions have no key for it. */
function writeContent(
  agent: AgentData,
  options: ExportOptions,
  sink: AttributeSink,
  beginsTrace: boolean,
): void {
  const { spanType, inputs, outputs } = agent
  const isTool = spanType === 'TOOL'
  const isSaid = options.contentKeys !== 'mlflow' && (isTool || CONVERSING.has(spanType))
  const conversation = inputs && isSaid && !isTool ? askedIn(inputs) : undefined
  // MLflow does not read what stands beside the messages.
  const messages = options.mlflow ? conversation && allMessages(conversation) : conversation?.messages
  const asked = isTool && isSaid ? inputs : messages
  const answered = outputs && isSaid ? (isTool ? outputs : outputMessages(outputs)) : undefined
  if (asked) writeJson(isTool ? keys.TOOL_CALL_ARGUMENTS : keys.INPUT_MESSAGES, asked, options, sink)
  if (conversation?.system && !options.mlflow) sink.writeJson(keys.SYSTEM_INSTRUCTIONS, conversation.system)
  if (answered) writeJson(isTool ? keys.TOOL_CALL_RESULT : keys.OUTPUT_MESSAGES, answered, options, sink)
  const both = options.contentKeys === 'both'
  if (inputs && (both || !asked)) {
    const isForDataset = beginsTrace && reachesMlflow(options)
    const given = isForDataset ? rootInputs(inputs, CONVERSING.has(spanType)) : inputs
    writeNative(keys.SPAN_INPUTS, given, sink)
  }
  if (outputs && (both || !answered)) writeNative(keys.SPAN_OUTPUTS, outputs, sink)
}

const CONVERSING: ReadonlySet<string> = new Set(['AGENT', 'LLM', 'CHAT_MODEL'])
const FORMER_KEYS: Readonly<Record<string, string>> = {
  [keys.TOOL_CALL_ARGUMENTS]: keys.TOOL_ARGUMENTS,
  [keys.TOOL_CALL_RESULT]: keys.TOOL_RESULT,
}

function writeJson(key: string, json: JsonContent, options: ExportOptions, sink: AttributeSink): void {
  sink.writeJson(key, json)
  const former = options.legacySemconv ? FORMER_KEYS[key] : undefined
  if (former !== undefined) sink.writeJson(former, json)
}

/**
 * Content as a native value. MLflow takes one layer of JSON off a text, so a plain text that is itself JSON travels
 * with a layer added.
 */
function writeNative(key: string, content: Snapshot, sink: AttributeSink): void {
  const text = textBeginsWith(content, beginsJson) ? plainOf(content) : undefined
  if (typeof text === 'string' && looksLikeJson(text)) sink.write(key, JSON.stringify(text))
  else sink.writeContent(key, content)
}

/**
 * Text for MLflow, which reads text that looks like JSON as JSON: plain text gets a layer of JSON more, and so does
 * JSON text on which the server would choke.
 */
function textForMlflow(key: string, value: string, agent: AgentData | undefined): string {
  if (!mayBeJson(value)) return value
  const isJson = agent === undefined || agent.jsonKeys.has(key) || VOCABULARY.test(key)
  return (isJson ? isUnreadableJson(value) : looksLikeJson(value)) ? JSON.stringify(value) : value
}

const VOCABULARY = /^(gen_ai|mlflow|openinference|llm|input|output)\./

function writeTraceTags(
  { name, trace, attributes }: EndedSpan,
  { mlflow }: ExportOptions,
  write: WriteAttribute,
): void {
  const text = (value: string): string => (mlflow && looksLikeJson(value) ? JSON.stringify(value) : value)
  for (const [key, value] of trace.tags) write(keys.TRACE_TAG + key, text(value))
  const nameKey = keys.TRACE_TAG + keys.TRACE_NAME_TAG
  if (!trace.tags.has(keys.TRACE_NAME_TAG) && !isSetIn(attributes, nameKey))
    write(nameKey, text(name.slice(0, 4096)))
}
