import {
  type Answer,
  dataAt,
  itemsOf,
  type ModelCallInit,
  type ModelUsage,
  number,
  read,
  SpanType,
  text,
  usageOf,
} from '../base/index.ts'
import { answerIn } from './messages.ts'

/**
 * A call of a model as Mastra tells of it: the call itself has what it took, the generation that it belongs to has model,
 * tools and settings.
 */
export interface ToldCall {
  readonly generation: unknown
  /** The span of the call, where Mastra makes one. */
  readonly inference?: unknown
}

/** The call as it begins, or as it is known by now. */
export function callInit({ generation, inference }: ToldCall): ModelCallInit {
  const facts = read(generation, 'attributes')
  const settings = dataAt(facts, 'parameters')
  const model = text(dataAt(read(inference, 'attributes'), 'model')) ?? text(dataAt(facts, 'model'))
  const tools = itemsOf(dataAt(facts, 'tools')).map(toolIn)
  return {
    spanType: SpanType.CHAT_MODEL,
    operation: 'chat',
    model,
    provider: text(dataAt(facts, 'provider'))?.split('.')[0],
    messageFormat: 'openai',
    ...(tools.length > 0 && { tools }),
    attributes: {
      'gen_ai.request.temperature': number(dataAt(settings, 'temperature')),
      'gen_ai.request.top_p': number(dataAt(settings, 'topP')),
      'gen_ai.request.max_tokens': number(dataAt(settings, 'maxOutputTokens')),
      'gen_ai.request.seed': number(dataAt(settings, 'seed')),
    },
  }
}

const toolIn = (tool: unknown): object => ({
  type: 'function',
  function: {
    name: text(dataAt(tool, 'name')) ?? '',
    description: text(dataAt(tool, 'description')),
    parameters: dataAt(tool, 'parameters'),
  },
})

/** What came of it. `told` has `attributes` and `output`: the span of the call, or of its step. */
export function answerOf(told: unknown, failure: string | undefined): Answer {
  const facts = read(told, 'attributes')
  const finish = text(dataAt(facts, 'finishReason'))?.replaceAll('-', '_')
  const message = answerIn(told)
  const hasAnswer = message.content !== null || message.tool_calls !== undefined
  const isFailed = finish === 'error'
  return {
    usage: usageIn(dataAt(facts, 'usage')),
    model: text(dataAt(facts, 'responseModel')) ?? text(dataAt(read(told, 'metadata'), 'modelId')),
    responseId: text(dataAt(facts, 'responseId')) ?? (isFailed ? undefined : responseId(told)),
    ...(finish !== undefined && { finishReasons: [finish] }),
    ...(hasAnswer && {
      outputs: { choices: [{ index: 0, message, ...(finish !== undefined && { finish_reason: finish }) }] },
    }),
    ...(isFailed && { error: { type: 'model_error', message: failure } }),
  }
}

/** Mastra 0.24 has it among what the provider said beside. */
const responseId = (told: unknown): string | undefined => text(dataAt(read(told, 'metadata'), 'id'))

/** Tokens as Mastra counts them; `undefined` where it counted none. */
export function usageIn(usage: unknown): ModelUsage | undefined {
  const input = number(dataAt(usage, 'inputTokens')) ?? number(dataAt(usage, 'promptTokens'))
  const output = number(dataAt(usage, 'outputTokens')) ?? number(dataAt(usage, 'completionTokens'))
  if (input === undefined && output === undefined) return undefined
  const taken = dataAt(usage, 'inputDetails')
  const made = dataAt(usage, 'outputDetails')
  return usageOf({
    inputTokens: input ?? 0,
    outputTokens: output ?? 0,
    totalTokens: number(dataAt(usage, 'totalTokens')),
    cacheReadInputTokens: some(dataAt(taken, 'cacheRead')) ?? some(dataAt(usage, 'cachedInputTokens')),
    cacheCreationInputTokens: some(dataAt(taken, 'cacheWrite')),
    cacheCreation1hInputTokens: some(dataAt(taken, 'cacheWrite1h')),
    audioInputTokens: some(dataAt(taken, 'audio')),
    reasoningTokens: some(dataAt(made, 'reasoning')) ?? some(dataAt(usage, 'reasoningTokens')),
    audioOutputTokens: some(dataAt(made, 'audio')),
  })
}

const some = (count: unknown): number | undefined => number(count) || undefined
