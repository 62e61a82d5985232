import type { Context } from '@opentelemetry/api'
import {
  type Answer,
  beginModelCall,
  dataOf,
  type Fields,
  growingText,
  itemsOf,
  keys,
  list,
  type ModelCall,
  type ModelUsage,
  number,
  read,
  SpanType,
  text,
} from '../base/index.ts'
import { isMessage, toMessage } from './messages.ts'
import { modelOf, parameterAttributes, toolsOf } from './model-facts.ts'
import type { Ending } from './run.ts'
import { messageUsage, resultUsage } from './usage.ts'

/** A call of a model as LangChain reports its beginning. */
export interface ModelStart {
  readonly name: string
  readonly serialized: unknown
  /** One list of messages, or one prompt. */
  readonly input: unknown
  readonly isChat: boolean
  /** LangChain's `extraParams`. */
  readonly extra: unknown
  readonly metadata: Fields
  readonly attributes: Fields
  readonly context: Context
}

/** A call of a model under way. */
export interface ModelRun {
  readonly call: ModelCall
  readonly ending: Ending
}

/** Begins the span of a call of a model; `undefined` where nothing is traced, or where it is part of another call. */
export function beginModelRun(start: ModelStart): ModelRun | undefined {
  const parameters = read(start.extra, 'invocation_params')
  const call = beginModelCall(() => ({
    ...modelOf(start.metadata, start.serialized, parameters),
    name: start.name,
    spanType: start.isChat ? SpanType.CHAT_MODEL : SpanType.LLM,
    operation: start.isChat ? 'chat' : 'text_completion',
    attributes: { ...start.attributes, ...parameterAttributes(parameters) },
    context: start.context,
  }))
  if (call?.wantsContent) recordRequest(call, start, parameters)
  return call && { call, ending: endingOf(call) }
}

/** Only where it is recorded: histories of messages are long. */
function recordRequest({ span }: ModelCall, { input, isChat }: ModelStart, parameters: unknown): void {
  const tools = toolsOf(dataOf(parameters))
  if (tools.length > 0) span.setAttribute(keys.CHAT_TOOLS, tools)
  if (!isChat) {
    span.setInputs({ prompt: dataOf(input) })
    return
  }
  span.setAttribute(keys.MESSAGE_FORMAT, 'openai')
  span.setInputs({ messages: itemsOf(input).filter(isMessage).map(toMessage) })
}

function endingOf(call: ModelCall): Ending {
  const said = growingText(call.accumulating.content ? call.accumulating.limits.maxValueBytes : 0)
  let usage: ModelUsage | undefined
  const partial = (): Answer => {
    const content = call.wantsContent ? said.value() : undefined
    return {
      usage,
      ...(content !== undefined && {
        outputs: { choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: null }] },
      }),
    }
  }
  return {
    finish: (result) => call.finish(answerOf(result, call.wantsContent)),
    fail: (error) => call.fail(error, partial()),
    stop: (how, endTime) => call.stop(how, partial(), endTime),
    token(token, chunk) {
      call.touch()
      if (isContent(token, chunk)) call.firstToken()
      if (call.wantsContent) said.add(token)
      usage = messageUsage(read(chunk, 'message')) ?? usage
    },
  }
}

/** The first chunk of most services has a role and nothing else. */
const isContent = (token: unknown, chunk: unknown): boolean =>
  text(token) !== undefined ||
  text(read(chunk, 'text')) !== undefined ||
  list(read(chunk, 'message', 'tool_call_chunks')).length > 0 ||
  text(read(chunk, 'message', 'additional_kwargs', 'reasoning_content')) !== undefined ||
  list(read(chunk, 'message', 'content')).length > 0

/** What a `LLMResult` says. */
function answerOf(result: unknown, wantsContent: boolean): Answer {
  const generations = list(list(read(result, 'generations'))[0]).filter((one) => one !== undefined)
  const message = read(generations[0], 'message')
  const facts = [
    read(message, 'response_metadata'),
    read(generations[0], 'generationInfo'),
    read(result, 'llmOutput'),
  ]
  const first = (...keys: string[]): string | undefined =>
    facts.flatMap((from) => keys.map((key) => text(read(from, key)))).find((value) => value !== undefined)
  return {
    usage: resultUsage(result, message),
    model: first('model_name', 'model', 'modelId'),
    responseId: responseId(first('id'), message),
    finishReasons: generations.flatMap((generation) => finishReason(generation) ?? []),
    ...(wantsContent && generations.length > 0 && { outputs: { choices: generations.map(toChoice) } }),
  }
}

/** LangChain gives a message an ID of its own where the provider gave it none. */
function responseId(told: string | undefined, message: unknown): string | undefined {
  if (told !== undefined) return told
  const id = text(read(message, 'id'))
  return id === undefined || /^(run-|lc_|lc_run)|^[0-9a-f]{8}-/.test(id) ? undefined : id
}

function finishReason(generation: unknown): string | undefined {
  for (const from of [read(generation, 'message', 'response_metadata'), read(generation, 'generationInfo')]) {
    for (const key of ['finish_reason', 'stop_reason', 'finishReason', 'stopReason', 'status']) {
      const reason = text(read(from, key))
      if (reason !== undefined) return reason
    }
  }
  return undefined
}

function toChoice(generation: unknown, index: number): object {
  const message = read(generation, 'message')
  return {
    index: number(index),
    message: isMessage(message)
      ? toMessage(message)
      : { role: 'assistant', content: text(read(generation, 'text')) ?? '' },
    finish_reason: finishReason(generation) ?? null,
  }
}
