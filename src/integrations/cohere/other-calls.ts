import {
  type AccumulatorOptions,
  type Answer,
  apiFields,
  type CallContent,
  dataAt,
  dataFields,
  growingText,
  itemsOf,
  type StreamAccumulator,
  text,
} from '../base/index.ts'
import { cohereUsage, searchUnits, shownUsage } from './usage.ts'

/** A request as it is, under the names of the API. */
export const otherContent = (data: unknown): CallContent => ({ inputs: apiFields(data) })

/** The vectors themselves say nothing to a reader, and would be the largest part of most traces. */
export function embedAnswer(result: unknown): Answer {
  const found = dataAt(result, 'embeddings')
  const byType = Array.isArray(found) ? { float: found } : dataFields(found)
  const types = Object.keys(byType).filter((type) => Array.isArray(byType[type]))
  const vectors = itemsOf(byType[types[0] ?? ''])
  const [first] = vectors
  const usage = cohereUsage(dataAt(result, 'meta'))
  return {
    outputs: {
      embeddings: vectors.length,
      dimensions: Array.isArray(first) ? first.length : undefined,
      types,
    },
    usage,
    responseId: text(dataAt(result, 'id')),
  }
}

export function rerankAnswer(result: unknown): Answer {
  const meta = dataAt(result, 'meta')
  return {
    outputs: { id: dataAt(result, 'id'), results: itemsOf(dataAt(result, 'results')).map(apiFields) },
    usage: cohereUsage(meta),
    responseId: text(dataAt(result, 'id')),
    attributes: searchUnits(meta),
  }
}

/** What was generated of a prompt: the completions of the first version of the API. */
export function generateAnswer(result: unknown): Answer {
  const generations = itemsOf(dataAt(result, 'generations'))
  const usage = cohereUsage(dataAt(result, 'meta'))
  const finishes = generations.flatMap((one) => text(dataAt(one, 'finishReason')) ?? [])
  return {
    outputs: {
      id: dataAt(result, 'id'),
      choices: generations.map((one, index) => ({
        index,
        text: dataAt(one, 'text'),
        finish_reason: dataAt(one, 'finishReason') ?? null,
      })),
      ...shownUsage(usage),
    },
    usage,
    responseId: text(dataAt(result, 'id')),
    finishReasons: finishes,
  }
}

/** Folds the events of such a stream. */
export function accumulateGenerated({ content, limits }: AccumulatorOptions): StreamAccumulator {
  const said = growingText(limits.maxValueBytes)
  let id: unknown
  let finish: unknown
  return {
    isFirst: (event) => text(dataAt(event, 'text')) !== undefined,
    add(event) {
      if (content) said.add(dataAt(event, 'text'))
      id ??= dataAt(event, 'response', 'id')
      finish = dataAt(event, 'finishReason') ?? finish
    },
    answer() {
      const answer = generateAnswer({ id, generations: [{ text: said.value() ?? '', finishReason: finish }] })
      return content ? answer : { ...answer, outputs: undefined }
    },
  }
}
