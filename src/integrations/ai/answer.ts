import { type Answer, list, read, text } from '../base/index.ts'
import { assistantMessage } from './messages.ts'
import { embeddingUsage, modelUsage } from './usage.ts'

/**
 * What a model of the AI SDK answered, streamed or not: the result of its `doGenerate`.
 *
 * @param provider - the name that the provider package gives the model
 */
export function modelAnswer(result: unknown, provider: unknown, content: boolean): Answer {
  const finish = finishReason(read(result, 'finishReason'))
  const said = list(read(result, 'content'))
  return {
    usage: modelUsage(read(result, 'usage'), provider, read(result, 'providerMetadata')),
    model: text(read(result, 'response', 'modelId')),
    responseId: text(read(result, 'response', 'id')),
    finishReasons: finish === undefined ? undefined : [finish],
    ...(content &&
      said.length > 0 && {
        outputs: { choices: [{ index: 0, message: assistantMessage(said), finish_reason: finish ?? null }] },
      }),
  }
}

/** `stop`, `length`, `tool-calls`, ...: a text in version 5, in later ones with the provider's own word beside it. */
export const finishReason = (reason: unknown): string | undefined =>
  text(read(reason, 'unified')) ?? text(reason)

/** The vectors themselves say nothing to a reader, and would be the largest part of most traces. */
export function embeddingAnswer(result: unknown, content: boolean): Answer {
  const one = read(result, 'embedding')
  const embeddings = one === undefined ? list(read(result, 'embeddings')) : [one]
  const [first] = embeddings
  return {
    usage: embeddingUsage(read(result, 'usage')),
    ...(content && { outputs: embeddingShape(embeddings.length, first) }),
  }
}

function embeddingShape(count: number, first: unknown): object {
  return { embeddings: count, dimensions: Array.isArray(first) ? first.length : undefined }
}
