import type { Context } from '@opentelemetry/api'
import {
  beginModelCall,
  chatAnswer,
  dataAt,
  type ModelCall,
  type ModelCallInit,
  openAIUsage,
  processWide,
  read,
  responsesAnswer,
  SpanType,
  settingAt,
  text,
} from '../base/index.ts'
import { rootHere } from './runs.ts'

/** Calls that are known by the SDK's spans alone: those of models that are neither of the SDK's own two. */
const calls = (): WeakMap<object, ModelCall> =>
  processWide('openai-agents-generations', () => new WeakMap<object, ModelCall>())

/** Begins what a span of kind `generation` or `response` stands for. */
export function beginGeneration(span: object, context: Context): void {
  const call = beginModelCall(() => ({ ...initOf(read(span, 'spanData')), context }))
  if (call !== undefined) calls().set(span, call)
}

function initOf(data: unknown): ModelCallInit {
  const withContent = rootHere()?.withContent ?? true
  return {
    spanType: SpanType.CHAT_MODEL,
    operation: 'chat',
    model: text(dataAt(data, 'model')),
    ...(withContent && { inputs: dataAt(data, 'input') ?? dataAt(data, '_input') }),
    attributes: {
      'gen_ai.request.temperature': settingAt(data, 'model_config', 'temperature') ?? undefined,
      'gen_ai.request.top_p': settingAt(data, 'model_config', 'top_p') ?? undefined,
    },
  }
}

/** Ends it: what it asked for and what came is known only now. */
export function endGeneration(span: object, error: unknown): void {
  const call = calls().get(span)
  if (call === undefined || call.ended()) return
  const data = read(span, 'spanData')
  call.describe(initOf(data))
  const response = dataAt(data, '_response')
  const output = dataAt(data, 'output', 0)
  const answer = response === undefined ? chatAnswer(output) : responsesAnswer(response)
  const usage = answer.usage ?? openAIUsage(dataAt(data, 'usage'))
  const withContent = rootHere()?.withContent ?? true
  call.finish({
    ...answer,
    usage,
    ...(!withContent && { outputs: undefined }),
    ...(error !== null &&
      error !== undefined && {
        error: {
          type: 'model_error',
          message: text(read(error, 'data', 'error')) ?? text(read(error, 'message')),
        },
      }),
  })
}
