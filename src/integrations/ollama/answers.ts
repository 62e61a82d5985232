import {
  type AccumulatorOptions,
  type Answer,
  dataAt,
  dataOf,
  growingText,
  list,
  type ModelUsage,
  number,
  read,
  type StreamAccumulator,
  text,
  usageOf,
} from '../base/index.ts'
import { shownMessage } from './messages.ts'

/** The answer of a chat, or of a completion, that was not streamed. */
export function answerOf(result: unknown, isChat: boolean): Answer {
  const message = isChat ? dataOf(dataAt(result, 'message')) : undefined
  const { response, thinking } = {
    response: dataAt(result, 'response'),
    thinking: dataAt(result, 'thinking'),
  }
  return {
    ...describe(result),
    outputs: isChat ? choiceOf(message, dataAt(result, 'done_reason')) : completionOf(response, thinking),
  }
}

const completionOf = (response: unknown, thinking: unknown): unknown =>
  text(thinking) === undefined ? response : { response, thinking }

/** As a completion of OpenAI's, which MLflow shows. */
function choiceOf(message: unknown, reason: unknown): object {
  return { choices: [{ index: 0, message: shownMessage(message), finish_reason: text(reason) ?? null }] }
}

/** What an answer, or the last part of a stream, says beside what the model said. */
function describe(result: unknown): Answer {
  const finish = text(dataAt(result, 'done_reason'))
  return {
    model: text(dataAt(result, 'model')),
    usage: usageOfParts(number(dataAt(result, 'prompt_eval_count')), number(dataAt(result, 'eval_count'))),
    finishReasons: finish === undefined ? [] : [finish],
  }
}

/** A prompt that the server still had evaluated is not counted. */
export function usageOfParts(input: number | undefined, output: number | undefined): ModelUsage | undefined {
  if (input === undefined && output === undefined) return undefined
  return usageOf({ inputTokens: input ?? 0, outputTokens: output ?? 0 })
}

const MAX_TOOL_CALLS = 1024

/** Folds the parts of a stream to the answer that it adds up to. */
export function accumulateParts({ content, limits }: AccumulatorOptions, isChat: boolean): StreamAccumulator {
  const said = growingText(limits.maxValueBytes)
  const thinking = growingText(limits.maxValueBytes)
  const calls: unknown[] = []
  let answer: Answer = {}
  let role: unknown
  const of = (part: unknown, key: string): unknown =>
    isChat ? read(part, 'message', key) : read(part, key === 'content' ? 'response' : key)
  return {
    isFirst: (part) =>
      (text(of(part, 'content')) ?? text(of(part, 'thinking'))) !== undefined ||
      list(of(part, 'tool_calls')).length > 0,
    add(part) {
      // The counts come with the last part.
      answer = { ...answer, ...defined(describe(part)) }
      if (!content) return
      role ??= of(part, 'role')
      said.add(of(part, 'content'))
      thinking.add(of(part, 'thinking'))
      calls.push(...list(of(part, 'tool_calls')).slice(0, MAX_TOOL_CALLS - calls.length))
    },
    answer() {
      if (!content) return answer
      const [whole, thoughts] = [said.value() ?? '', text(thinking.value())]
      if (!isChat) return { ...answer, outputs: completionOf(whole, thoughts) }
      const message = {
        role: text(role) ?? 'assistant',
        content: whole,
        thinking: thoughts,
        tool_calls: calls,
      }
      return { ...answer, outputs: choiceOf(message, answer.finishReasons?.[0]) }
    },
  }
}

const defined = (answer: Answer): Answer =>
  Object.fromEntries(
    Object.entries(answer).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  )
