import type { AccumulatorOptions, Answer, StreamAccumulator } from '../accumulator.ts'
import { methodIn } from '../copied-data.ts'
import { read, text } from '../method.ts'
import { dataAt, itemsOf } from '../own-data.ts'
import { openAIUsage } from '../usage.ts'

/** The vectors themselves say nothing to a reader, and would be the largest part of most traces. */
export function embeddingsAnswer(result: unknown): Answer {
  const data = dataAt(result, 'data')
  return {
    outputs: {
      object: 'list',
      model: dataAt(result, 'model'),
      embeddings: Array.isArray(data) ? data.length : 0,
      dimensions: dimensionsOf(dataAt(data, 0, 'embedding')),
    },
    usage: openAIUsage(dataAt(result, 'usage')),
    model: text(dataAt(result, 'model')),
  }
}

function dimensionsOf(embedding: unknown): number | undefined {
  if (Array.isArray(embedding)) return embedding.length
  // Four bytes each, in base64: not decoded yet.
  return typeof embedding === 'string' ? Math.floor((embedding.length * 3) / 4 / 4) : undefined
}

/** Images come as URLs, or as base64 that nobody wants in a trace. */
export function imagesAnswer(result: unknown): Answer {
  const data = itemsOf(dataAt(result, 'data')).map((image) => ({
    url: dataAt(image, 'url'),
    revised_prompt: dataAt(image, 'revised_prompt'),
    ...(typeof dataAt(image, 'b64_json') === 'string' && {
      b64_json: `[${(dataAt(image, 'b64_json') as string).length} characters]`,
    }),
  }))
  return {
    outputs: { data },
    usage: openAIUsage(dataAt(result, 'usage')),
    model: text(dataAt(result, 'model')),
  }
}

/** A text that was heard, or read aloud by somebody. */
export function transcriptAnswer(result: unknown): Answer {
  return { outputs: result, usage: openAIUsage(dataAt(result, 'usage')) }
}

/** What a moderation found. */
export function moderationAnswer(result: unknown): Answer {
  const flagged = itemsOf(dataAt(result, 'results')).some((one) => dataAt(one, 'flagged') === true)
  return {
    outputs: result,
    model: text(dataAt(result, 'model')),
    responseId: text(dataAt(result, 'id')),
    attributes: { 'openai.moderation.flagged': flagged },
  }
}

/** A response whose body is the program's alone. */
export function binaryAnswer(result: unknown): Answer {
  const header = (name: string): string | undefined => {
    const headers = read(result, 'headers')
    const get = read(headers, 'get')
    return typeof get === 'function' ? text(Reflect.apply(get, headers, [name])) : undefined
  }
  return { outputs: { content_type: header('content-type'), content_length: header('content-length') } }
}

/** Whether a result is a response whose body the program reads itself. */
export const isBinary = (result: unknown): boolean => methodIn(result, 'arrayBuffer') !== undefined

/** Streams of images and transcripts: their last event has the whole. */
export function accumulateEvents({ content }: AccumulatorOptions): StreamAccumulator {
  let last: Answer = {}
  return {
    add(event) {
      const usage = openAIUsage(read(event, 'usage'))
      const whole = text(read(event, 'text'))
      if (usage !== undefined || whole !== undefined) {
        last = { usage, ...(content && whole !== undefined && { outputs: { text: whole } }) }
      }
    },
    answer: () => last,
  }
}
