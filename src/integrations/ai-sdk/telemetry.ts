import {
  currentPipeline,
  fieldsOf,
  type ModelCallInit,
  number,
  read,
  SpanType,
  type Step,
  text,
} from '../base/index.ts'
import { embeddingAnswer, finishReason, modelAnswer } from './answer.ts'
import type { Attempt } from './attempt.ts'
import { assistantMessage } from './messages.ts'
import { observed } from './observe.ts'
import type { AiSdkOptions } from './options.ts'
import { providerOf } from './provider.ts'
import { chatInputs, endpointAttributes, runInputs, settingAttributes } from './request.ts'
import { beginRun, type Run } from './run.ts'
import { nestedTools } from './tools.ts'

/**
 * What version 7 of the AI SDK tells of its calls: see `Telemetry` of the package `ai`. It can be given to a call as
 * one of its `telemetry.integrations`.
 */
export interface AiSdkTelemetry {
  onStart(event: unknown): void
  executeLanguageModelCall<T>(options: { callId: string; execute: () => PromiseLike<T> }): PromiseLike<T>
  executeTool<T>(options: {
    callId: string
    toolCallId: string
    execute: () => PromiseLike<T>
  }): PromiseLike<T>
  onToolExecutionEnd(event: unknown): void
  onObjectStepStart(event: unknown): void
  onObjectStepEnd(event: unknown): void
  onEmbedStart(event: unknown): void
  onEmbedEnd(event: unknown): void
  onRerankStart(event: unknown): void
  onRerankEnd(event: unknown): void
  onEnd(event: unknown): void
  onAbort(event: unknown): void
  onError(event: unknown): void
}

/** What is known of a call under way. */
interface Known {
  readonly run: Run
  /** What its start told. */
  readonly start: unknown
  readonly recordsInputs: boolean
  readonly recordsOutputs: boolean
  readonly tools: Map<string, Step>
  /** Calls of models that are told by a beginning and an end. */
  readonly told: Map<string, Attempt>
}

/** Version 6 calls the same methods with events that have no `callId`; it is traced by its own spans. */
const idOf = (event: unknown): string | undefined => text(read(event, 'callId'))

/** Makes the integration that version 7 of the AI SDK calls. */
export function createTelemetry(options: () => AiSdkOptions): AiSdkTelemetry {
  const calls = new Map<string, Known>()
  const knownOf = (event: unknown): Known | undefined => calls.get(idOf(event) ?? '')
  const ended = (event: unknown, end: (known: Known) => void): void => {
    const known = knownOf(event)
    if (known === undefined) return
    calls.delete(idOf(event) ?? '')
    end(known)
  }
  return {
    onStart(event) {
      const id = idOf(event)
      if (id === undefined || currentPipeline() === undefined) return
      const recordsInputs = read(event, 'recordInputs') !== false
      const operation = text(read(event, 'operationId')) ?? 'ai.call'
      const run = beginRun(() => ({
        operation,
        functionId: text(read(event, 'functionId')),
        inputs: recordsInputs && wantsContent() ? runInputs(operation, event) : undefined,
        attributes: {},
        idleMs: options().idleMs,
      }))
      if (run === undefined) return
      forgetEnded(calls)
      const recordsOutputs = read(event, 'recordOutputs') !== false
      calls.set(id, { run, start: event, recordsInputs, recordsOutputs, tools: new Map(), told: new Map() })
    },
    executeLanguageModelCall(call) {
      const { execute } = call
      const known = knownOf(call)
      const provider = read(call, 'provider')
      const attempt = known?.run.attempt(() => modelCall(call, known), provider)
      if (known === undefined || attempt === undefined) return execute()
      const content = known.recordsOutputs && attempt.call.wantsContent
      return observed(
        attempt.call.run(execute),
        (result) => answered(known, attempt, result, content),
        (error) => known.run.failedAttempt(attempt, error),
      )
    },
    executeTool(call) {
      const { execute, toolCallId } = call
      const known = knownOf(call)
      const tool = known?.run.tool({
        name: text(read(call, 'toolCall', 'toolName')) ?? 'tool',
        callId: text(toolCallId),
        arguments: known.recordsInputs ? read(call, 'toolCall', 'input') : undefined,
      })
      if (known === undefined || tool === undefined) return execute()
      known.tools.set(toolCallId, tool)
      return tool.run(execute)
    },
    onToolExecutionEnd(event) {
      const known = knownOf(event)
      const id = text(read(event, 'toolCall', 'toolCallId')) ?? ''
      const tool = known?.tools.get(id)
      if (known === undefined || tool === undefined) return
      known.tools.delete(id)
      const output = read(event, 'toolOutput')
      if (read(output, 'type') === 'tool-error') tool.span.fail(read(output, 'error'))
      else if (known.recordsOutputs && read(output, 'output') !== undefined) {
        tool.span.setOutputs(read(output, 'output'))
      }
      tool.span.end()
    },
    onObjectStepStart(event) {
      const known = knownOf(event)
      const attempt = known?.run.attempt(() => objectCall(event, known), read(event, 'provider'))
      if (known === undefined || attempt === undefined) return
      known.told.set('object', attempt)
      // Its stream is nowhere to be seen: a program that leaves it is noticed by the silence.
      if (read(known.start, 'operationId') === 'ai.streamObject') {
        attempt.call.watchIdle(() => {
          queueMicrotask(() => known.run.stop('idle'))
          return {}
        })
      }
    },
    onObjectStepEnd(event) {
      const known = knownOf(event)
      const attempt = known?.told.get('object')
      if (known === undefined || attempt === undefined) return
      const { call } = attempt
      const said = text(read(event, 'objectText'))
      const content = known.recordsOutputs && call.wantsContent
      const { usage, ...answer } = modelAnswer(
        {
          ...fieldsOf(event),
          content: [
            { type: 'reasoning', text: text(read(event, 'reasoning')) },
            ...(said === undefined ? [] : [{ type: 'text', text: said }]),
          ],
        },
        attempt.provider,
        content && said !== undefined,
      )
      const firstMs = number(read(event, 'msToFirstChunk'))
      call.finish({
        ...answer,
        usage,
        attributes: firstMs === undefined ? {} : { 'gen_ai.response.time_to_first_chunk': firstMs / 1000 },
      })
    },
    onEmbedStart(event) {
      const known = knownOf(event)
      if (known === undefined) return
      const before = known.told.get('embed')
      // Of several values the calls are made at the same time; one value is asked for again only after a failure.
      const single = read(known.start, 'operationId') === 'ai.embed'
      if (single && before !== undefined) known.run.failedAttempt(before, undefined)
      const attempt = known.run.attempt(() => embeddingCall(event, known), read(event, 'provider'))
      if (attempt !== undefined) known.told.set(single ? 'embed' : embedId(event), attempt)
    },
    onEmbedEnd(event) {
      const known = knownOf(event)
      const attempt = known?.told.get('embed') ?? known?.told.get(embedId(event))
      if (known === undefined) return
      attempt?.call.finish(embeddingAnswer(event, known.recordsOutputs && attempt.call.wantsContent))
    },
    onRerankStart(event) {
      const known = knownOf(event)
      const attempt = known?.run.attempt(() => rerankCall(event, known), read(event, 'provider'))
      if (attempt !== undefined) known?.told.set('rerank', attempt)
    },
    onRerankEnd(event) {
      const known = knownOf(event)
      const outputs = known?.recordsOutputs ? { ranking: read(event, 'ranking') } : undefined
      known?.told.get('rerank')?.call.finish({ outputs })
    },
    onEnd: (event) =>
      ended(event, (known) => {
        const content = known.recordsOutputs && known.run.step.span.wantsContent
        known.run.finish(content ? runOutputs(event) : undefined)
      }),
    onAbort: (event) => ended(event, (known) => known.run.stop('aborted')),
    onError: (event) => ended(event, (known) => known.run.fail(read(event, 'error'))),
  }
}

const embedId = (event: unknown): string => text(read(event, 'embedCallId')) ?? 'embed'

/** Whether recording content is of any use. */
const wantsContent = (): boolean => currentPipeline()?.config.captureContent === true

/** The calls of streams that the program left are known to have ended, but nobody reports their end. */
function forgetEnded(calls: Map<string, Known>): void {
  if (calls.size < FORGET_FROM) return
  for (const [id, { run }] of calls) if (run.ended()) calls.delete(id)
}

const FORGET_FROM = 64

function modelCall(event: unknown, known: Known): ModelCallInit {
  const records = known.recordsInputs && wantsContent()
  return {
    operation: 'chat',
    spanType: SpanType.CHAT_MODEL,
    model: text(read(event, 'modelId')),
    provider: providerOf(read(event, 'provider')),
    inputs: records ? chatInputs(event) : undefined,
    messageFormat: 'openai',
    tools: records ? nestedTools(read(event, 'tools')) : undefined,
    attributes: { ...settingAttributes(event), ...streamed(known) },
  }
}

function objectCall(event: unknown, known: Known): ModelCallInit {
  const prompt = read(event, 'promptMessages')
  const records = known.recordsInputs && wantsContent()
  return {
    ...modelCall(event, known),
    inputs: records ? chatInputs(prompt === undefined ? known.start : { messages: prompt }) : undefined,
    tools: undefined,
    attributes: {
      ...settingAttributes(known.start),
      ...streamed(known),
      'gen_ai.output.type': 'json',
    },
  }
}

const streamed = ({ start }: Known): object =>
  String(read(start, 'operationId')).startsWith('ai.stream') ? { 'gen_ai.request.stream': true } : {}

function embeddingCall(event: unknown, known: Known): ModelCallInit {
  return {
    operation: 'embeddings',
    spanType: SpanType.EMBEDDING,
    model: text(read(event, 'modelId')),
    provider: providerOf(read(event, 'provider')),
    inputs: known.recordsInputs ? { input: read(event, 'values') } : undefined,
    attributes: { 'gen_ai.embeddings.dimension.count': number(read(event, 'dimensions')) },
  }
}

function rerankCall(event: unknown, known: Known): ModelCallInit {
  const { query, documents } = fieldsOf(event)
  return {
    operation: 'rerank',
    spanType: SpanType.RERANKER,
    model: text(read(event, 'modelId')),
    provider: providerOf(read(event, 'provider')),
    inputs: known.recordsInputs ? { query, documents } : undefined,
  }
}

/** The answer of a model, or the stream in which it comes. */
function answered(known: Known, attempt: Attempt, result: unknown, content: boolean): void {
  const { call } = attempt
  call.span.setAttributes({ ...endpointAttributes(result) })
  const stream = read(result, 'stream')
  if (stream === undefined) call.finish(modelAnswer(result, attempt.provider, content))
  else {
    known.run.followStream(
      attempt,
      stream,
      () => content,
      () => call.finish(attempt.answer?.(content) ?? {}),
    )
  }
}

/** What a function brought, in the form in which it is shown. */
function runOutputs(event: unknown): unknown {
  const object = read(event, 'object')
  if (object !== undefined) return object
  const content = read(event, 'finalStep', 'content') ?? read(event, 'content')
  if (Array.isArray(content)) {
    return { messages: [assistantMessage(content)], finish_reason: finishReason(read(event, 'finishReason')) }
  }
  if (read(event, 'embedding') !== undefined) return undefined
  const said = text(read(event, 'text'))
  return said ?? (read(event, 'ranking') === undefined ? undefined : { ranking: read(event, 'ranking') })
}
