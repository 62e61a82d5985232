import { dataOf, fieldsOf, number, read, text } from '../base/index.ts'
import { embeddingAnswer, finishReason, modelAnswer } from './answer.ts'
import type { Attempt } from './attempt.ts'
import { createKnownCalls, type Known, type KnownCalls } from './known-calls.ts'
import { assistantMessage } from './messages.ts'
import { embeddingCall, modelCall, objectCall, rerankCall } from './model-inits.ts'
import { attempted, observed } from './observe.ts'
import type { AiSdkOptions } from './options.ts'
import { endpointAttributes } from './request.ts'

/**
 * Receives what version 7 of the AI SDK reports about its calls: see `Telemetry` of the package `ai`. It can be given
 * to a call as one of its `telemetry.integrations`.
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

/** Makes the integration that version 7 of the AI SDK calls. */
export function createTelemetry(options: () => AiSdkOptions): AiSdkTelemetry {
  const calls = createKnownCalls(options)
  return {
    ...functionEvents(calls),
    ...executions(calls),
    ...objectEvents(calls),
    ...otherModelEvents(calls),
  }
}

function functionEvents(
  calls: KnownCalls,
): Pick<AiSdkTelemetry, 'onStart' | 'onEnd' | 'onAbort' | 'onError'> {
  return {
    onStart: (event) => calls.begin(event),
    onEnd(event) {
      const known = calls.take(event)
      if (known === undefined) return
      const content = known.recordsOutputs && known.run.step.span.wantsContent
      known.run.finish(content ? runOutputs(event) : undefined)
    },
    onAbort: (event) => calls.take(event)?.run.stop('aborted'),
    onError: (event) => calls.take(event)?.run.fail(read(event, 'error')),
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
  // Vectors are shown by the call of the model.
  if (read(event, 'embedding') !== undefined) return undefined
  const said = text(read(event, 'text'))
  return said ?? (read(event, 'ranking') === undefined ? undefined : { ranking: read(event, 'ranking') })
}

function executions(
  calls: KnownCalls,
): Pick<AiSdkTelemetry, 'executeLanguageModelCall' | 'executeTool' | 'onToolExecutionEnd'> {
  return {
    executeLanguageModelCall(call) {
      const { execute } = call
      const known = calls.of(call)
      const attempt = attempted(() =>
        known?.run.attempt(() => modelCall(call, known), read(call, 'provider')),
      )
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
      const known = calls.of(call)
      const tool = attempted(() =>
        known?.run.tool({
          name: text(read(call, 'toolCall', 'toolName')) ?? 'tool',
          callId: text(toolCallId),
          arguments: known.recordsInputs ? read(call, 'toolCall', 'input') : undefined,
        }),
      )
      if (known === undefined || tool === undefined) return execute()
      known.tools.set(toolCallId, tool)
      return tool.run(execute)
    },
    onToolExecutionEnd(event) {
      const known = calls.of(event)
      const id = text(read(event, 'toolCall', 'toolCallId')) ?? ''
      const tool = known?.tools.get(id)
      if (known === undefined || tool === undefined) return
      known.tools.delete(id)
      const output = read(event, 'toolOutput')
      if (read(output, 'type') === 'tool-error') tool.span.fail(read(output, 'error'))
      else if (known.recordsOutputs && read(output, 'output') !== undefined) {
        tool.span.setOutputs(dataOf(read(output, 'output')))
      }
      tool.span.end()
    },
  }
}

/** The answer of a model, or the stream in which it comes. */
function answered(known: Known, attempt: Attempt, result: unknown, content: boolean): void {
  const { call, provider } = attempt
  call.span.setAttributes({ ...endpointAttributes(result) })
  const stream = read(result, 'stream')
  if (stream === undefined) call.finish(modelAnswer(result, provider, content))
  else followed(known, attempt, stream, content)
}

function followed(known: Known, attempt: Attempt, stream: unknown, content: boolean): void {
  known.run.followStream(
    attempt,
    stream,
    () => content,
    () => attempt.call.finish(attempt.answer?.(content) ?? {}),
  )
}

/** `generateObject` and `streamObject` tell of their model's call by its beginning and its end. */
function objectEvents(calls: KnownCalls): Pick<AiSdkTelemetry, 'onObjectStepStart' | 'onObjectStepEnd'> {
  return {
    onObjectStepStart(event) {
      const known = calls.of(event)
      const attempt = known?.run.attempt(() => objectCall(event, known), read(event, 'provider'))
      if (known === undefined || attempt === undefined) return
      known.told.set('object', attempt)
      // Its stream is nowhere to be seen: a program that leaves it is noticed by the silence.
      if (known.operation === 'ai.streamObject') known.run.watchIdle(attempt)
    },
    onObjectStepEnd(event) {
      const known = calls.of(event)
      const attempt = known?.told.get('object')
      if (known === undefined || attempt === undefined) return
      const { call, provider } = attempt
      const content = known.recordsOutputs && call.wantsContent
      const said = text(read(event, 'objectText'))
      const parts = [
        { type: 'reasoning', text: text(read(event, 'reasoning')) },
        ...(said === undefined ? [] : [{ type: 'text', text: said }]),
      ]
      const firstMs = number(read(event, 'msToFirstChunk'))
      call.finish({
        ...modelAnswer({ ...fieldsOf(event), content: parts }, provider, content && said !== undefined),
        attributes: { 'gen_ai.response.time_to_first_chunk': firstMs && firstMs / 1000 },
      })
    },
  }
}

function otherModelEvents(
  calls: KnownCalls,
): Pick<AiSdkTelemetry, 'onEmbedStart' | 'onEmbedEnd' | 'onRerankStart' | 'onRerankEnd'> {
  return {
    onEmbedStart(event) {
      const known = calls.of(event)
      if (known === undefined) return
      const before = known.told.get('embed')
      // Of several values the calls are made at the same time; one value is asked for again only after a failure.
      const single = known.operation === 'ai.embed'
      if (single && before !== undefined) known.run.failedAttempt(before, undefined)
      const attempt = known.run.attempt(() => embeddingCall(event, known), read(event, 'provider'))
      if (attempt !== undefined) known.told.set(single ? 'embed' : embedId(event), attempt)
    },
    onEmbedEnd(event) {
      const known = calls.of(event)
      const attempt = known?.told.get('embed') ?? known?.told.get(embedId(event))
      if (known === undefined) return
      attempt?.call.finish(embeddingAnswer(event, known.recordsOutputs && attempt.call.wantsContent))
    },
    onRerankStart(event) {
      const known = calls.of(event)
      const attempt = known?.run.attempt(() => rerankCall(event, known), read(event, 'provider'))
      if (attempt !== undefined) known?.told.set('rerank', attempt)
    },
    onRerankEnd(event) {
      const known = calls.of(event)
      const outputs = known?.recordsOutputs ? { ranking: read(event, 'ranking') } : undefined
      known?.told.get('rerank')?.call.finish({ outputs })
    },
  }
}

const embedId = (event: unknown): string => text(read(event, 'embedCallId')) ?? 'embed'
