import {
  type AccumulatorOptions,
  type Answer,
  dataAt,
  geminiUsage,
  growingText,
  itemsOf,
  list,
  type ModelUsage,
  messageAnswer,
  number,
  openAIUsage,
  type StreamAccumulator,
  text,
} from '../base/index.ts'
import { toMessage, toToolCall } from './messages.ts'

/** What a response of LlamaIndex says: `{ message, raw }`, where `raw` is the provider's own. */
export function answerOf(response: unknown): Answer {
  const raw = dataAt(response, 'raw')
  const message = dataAt(response, 'message')
  return {
    ...factsOf(raw),
    ...(message !== undefined && { outputs: outputs(toMessage(message)) }),
  }
}

/** Folds the chunks of a stream, `{ delta, options, raw }`. */
export function accumulate({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const said = growingText(content ? limits.maxValueBytes : 0)
  const calls = new Map<unknown, object>()
  let facts: Answer = {}
  return {
    add(chunk) {
      said.add(dataAt(chunk, 'delta'))
      for (const call of itemsOf(dataAt(chunk, 'options', 'toolCall'))) {
        if (content) calls.set(dataAt(call, 'id'), toToolCall(call))
      }
      facts = merged(facts, factsOf(dataAt(chunk, 'raw')))
    },
    isFirst: (chunk) =>
      text(dataAt(chunk, 'delta')) !== undefined || list(dataAt(chunk, 'options', 'toolCall')).length > 0,
    answer() {
      const told = said.value()
      if (!content || (told === undefined && calls.size === 0)) return facts
      const message = {
        role: 'assistant',
        content: told === '' && calls.size > 0 ? null : (told ?? null),
        ...(calls.size > 0 && { tool_calls: [...calls.values()] }),
      }
      return { ...facts, outputs: outputs(message) }
    },
  }
}

const outputs = (message: object): object => ({ choices: [{ index: 0, message }] })

/** What later chunks do not say stays. */
function merged(before: Answer, after: Answer): Answer {
  const said = Object.entries(after).filter(([, value]) => value !== undefined)
  return { ...before, ...Object.fromEntries(said) }
}

function factsOf(raw: unknown): Answer {
  const model = text(dataAt(raw, 'model')) ?? text(dataAt(raw, 'modelVersion'))
  const reason =
    text(dataAt(itemsOf(dataAt(raw, 'choices'))[0], 'finish_reason')) ?? text(dataAt(raw, 'stop_reason'))
  return {
    usage: usageIn(raw),
    model,
    responseId: text(dataAt(raw, 'id')),
    finishReasons: reason === undefined ? undefined : [reason],
  }
}

/** Tokens in the words of OpenAI, Anthropic, Gemini or Ollama. */
function usageIn(raw: unknown): ModelUsage | undefined {
  if (dataAt(raw, 'type') === 'message') return messageAnswer(raw).usage
  const inputTokens = number(dataAt(raw, 'prompt_eval_count'))
  if (inputTokens !== undefined) return { inputTokens, outputTokens: number(dataAt(raw, 'eval_count')) ?? 0 }
  return openAIUsage(dataAt(raw, 'usage')) ?? geminiUsage(dataAt(raw, 'usageMetadata'))
}
