import {
  type Answer,
  chatAnswer,
  completionAnswer,
  fieldsOf,
  list,
  type ModelUsage,
  messageAnswer,
  number,
  read,
  text,
  usageOf,
} from '../base/index.ts'
import type { HeaderCounts } from './attempts.ts'
import { converseAnswer, converseUsage } from './converse-stream.ts'

/** The member of a body in which the service itself counts. */
export const METRICS = 'amazon-bedrock-invocationMetrics'

/**
 * The answer in the body of a model, by its shape. Where it says nothing of tokens, the service does, in headers of the
 * answer or in the last part of a stream.
 */
export function bodyAnswer(body: unknown, counts: HeaderCounts | undefined): Answer {
  const answer = answerOf(body)
  return { ...answer, usage: answer.usage ?? serviceUsage(read(body, METRICS), counts) }
}

/** What the service counted. */
export const serviceUsage = (metrics: unknown, counts: HeaderCounts | undefined): ModelUsage | undefined =>
  converseUsage(metrics) ??
  converseUsage(
    counts && {
      inputTokens: counts.input,
      outputTokens: counts.output,
      cacheReadInputTokens: counts.cacheRead,
      cacheWriteInputTokens: counts.cacheWrite,
    },
  )

function answerOf(body: unknown): Answer {
  if (body === undefined) return {}
  if (read(body, 'type') === 'message') return messageAnswer(body)
  if (read(body, 'output', 'message') !== undefined) return converseAnswer(body)
  if (Array.isArray(read(body, 'choices'))) return chatAnswer(withFinishReasons(body))
  if (typeof read(body, 'completion') === 'string') return completionAnswer(body)
  const vectors = read(body, 'embeddings') ?? read(body, 'embeddingsByType') ?? read(body, 'embedding')
  if (vectors !== undefined) return embeddingAnswer(body, vectors)
  const images = read(body, 'images') ?? read(body, 'artifacts')
  if (Array.isArray(images)) return { outputs: { images: images.map(sizeOf) } }
  return textAnswer(body) ?? { outputs: body }
}

/** Mistral's choices say in a word of their own why they stopped. */
export function withFinishReasons(body: unknown): object {
  return {
    ...fieldsOf(body),
    choices: list(read(body, 'choices')).map((choice) => ({
      ...fieldsOf(choice),
      finish_reason: read(choice, 'finish_reason') ?? read(choice, 'stop_reason'),
    })),
  }
}

/** The texts of an answer, or of a part of one: Titan, Llama, Mistral, Cohere, in this order. */
export function textsOf(body: unknown): readonly string[] | undefined {
  const own = [read(body, 'outputText'), read(body, 'generation'), read(body, 'text')]
  const single = own.find((one) => typeof one === 'string')
  if (typeof single === 'string') return [single]
  const many = [
    ...list(read(body, 'results')).map((one) => read(one, 'outputText')),
    ...list(read(body, 'outputs')).map((one) => read(one, 'text')),
    ...list(read(body, 'generations')).map((one) => read(one, 'text')),
  ]
  return many.length === 0 ? undefined : many.map((one) => text(one) ?? '')
}

const FINISHES = ['completionReason', 'stop_reason', 'finish_reason'] as const

/** Why the texts ended. */
export function finishesOf(body: unknown): readonly string[] {
  const places = [body, ...['results', 'outputs', 'generations'].flatMap((key) => list(read(body, key)))]
  return places.flatMap((place) => FINISHES.flatMap((key) => text(read(place, key)) ?? []))
}

/** Tokens by the words of Titan and Llama. */
export function textUsage(body: unknown): ModelUsage | undefined {
  const results = list(read(body, 'results')).flatMap((one) => number(read(one, 'tokenCount')) ?? [])
  const input = number(read(body, 'inputTextTokenCount')) ?? number(read(body, 'prompt_token_count'))
  const output =
    number(read(body, 'totalOutputTextTokenCount')) ??
    number(read(body, 'generation_token_count')) ??
    (results.length === 0 ? undefined : results.reduce((sum, count) => sum + count, 0))
  if (input === undefined && output === undefined) return undefined
  return usageOf({ inputTokens: input ?? 0, outputTokens: output ?? 0 })
}

function textAnswer(body: unknown): Answer | undefined {
  const texts = textsOf(body)
  if (texts === undefined) return undefined
  const [first, ...others] = texts
  const said = others.length === 0 ? (first ?? '') : texts
  const calls = list(read(body, 'tool_calls'))
  const isChat = typeof read(body, 'text') === 'string'
  return {
    outputs: isChat ? cohereOutputs(said, calls) : said,
    usage: textUsage(body),
    responseId: text(read(body, 'generation_id')) ?? text(read(body, 'id')),
    finishReasons: finishesOf(body),
  }
}

/** As a message of the chat that Cohere's Command R was asked in. */
export function cohereOutputs(content: unknown, calls: readonly unknown[]): object {
  const tools = calls.map((call, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name: read(call, 'name'), arguments: JSON.stringify(read(call, 'parameters') ?? {}) },
  }))
  const message = { role: 'assistant', content, ...(tools.length > 0 && { tool_calls: tools }) }
  return { choices: [{ index: 0, message, finish_reason: 'stop' }] }
}

/** The vectors themselves say nothing to a reader, and would be the largest part of most traces. */
function embeddingAnswer(body: unknown, vectors: unknown): Answer {
  const first = Array.isArray(vectors) ? vectors : list(Object.values(fieldsOf(vectors))[0])
  const isOne = typeof first[0] === 'number'
  const counted = number(read(body, 'inputTextTokenCount'))
  return {
    outputs: {
      embeddings: isOne ? 1 : first.length,
      dimensions: isOne ? first.length : list(first[0]).length,
    },
    usage: counted === undefined ? undefined : { inputTokens: counted, outputTokens: 0 },
  }
}

/** Images come as base64 that nobody wants in a trace. */
function sizeOf(image: unknown): string {
  const bytes = text(image) ?? text(read(image, 'base64'))
  return bytes === undefined ? '[image]' : `[${bytes.length} characters]`
}
