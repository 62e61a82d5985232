import {
  type Answer,
  dataAt,
  type Given,
  geminiAnswer,
  geminiUsage,
  list,
  type ModelCallInit,
  number,
  read,
  SpanType,
  text,
} from '../base/index.ts'
import {
  callContent,
  common,
  contentInputs,
  contentParameters,
  otherInputs,
  parametersOf,
  where,
} from './request.ts'

/** A method of the client that makes one request. */
export interface TracedMethod {
  readonly method: string
  /** What begins. `models` is the instance that it is called on. */
  begin(given: Given, models: unknown): ModelCallInit
  /** The parameters of the request that the client sent; `undefined` where they are not known from it. */
  readonly parametersOf?: (sent: unknown) => unknown
  answer(result: unknown): Answer
}

/**
 * What of the client's methods is traced, as data. These are its own: the public ones are functions of each instance,
 * all of which come down to them, each round of an automatic function calling too.
 */
export const METHODS: readonly TracedMethod[] = [
  {
    method: 'generateContentInternal',
    begin: (given, models) => generating(given, models, {}),
    parametersOf,
    answer: geminiAnswer,
  },
  {
    method: 'generateContentStreamInternal',
    begin: (given, models) => generating(given, models, { 'gen_ai.request.stream': true }),
    parametersOf,
    answer: geminiAnswer,
  },
  {
    method: 'embedContentInternal',
    begin: (given, models) => ({
      ...common(models, given.value),
      spanType: SpanType.EMBEDDING,
      operation: 'embeddings',
      content: () => ({ inputs: otherInputs(given.data()) }),
      attributes: {
        ...where(models),
        'gen_ai.embeddings.dimension.count': number(dataAt(given.value, 'config', 'outputDimensionality')),
      },
    }),
    answer: embeddingsAnswer,
  },
  ...['generateImagesInternal', 'editImageInternal', 'upscaleImageInternal', 'recontextImage'].map(
    (method): TracedMethod => ({
      method,
      begin: (given, models) => ({
        ...common(models, given.value),
        name: ['images', common(models, given.value).model].filter((part) => part !== undefined).join(' '),
        spanType: SpanType.LLM,
        operation: 'generate_content',
        content: () => ({ inputs: otherInputs(given.data()) }),
        attributes: { ...where(models), 'gen_ai.output.type': 'image' },
      }),
      answer: imagesAnswer,
    }),
  ),
  plain('countTokens', 'count_tokens'),
  plain('computeTokens', 'compute_tokens'),
  plain('generateVideosInternal', 'generate_videos'),
]

function generating(given: Given, models: unknown, attributes: ModelCallInit['attributes']): ModelCallInit {
  return {
    ...common(models, given.value),
    spanType: SpanType.CHAT_MODEL,
    operation: 'generate_content',
    content: () => callContent(given.data()),
    messageFormat: 'gemini',
    attributes: { ...where(models), ...contentParameters(given.value), ...attributes },
  }
}

/** Calls in which no model answers, or not yet: plain spans of type TASK. */
function plain(method: string, name: string): TracedMethod {
  return {
    method,
    begin: (given, models) => ({
      name,
      spanType: SpanType.TASK,
      content: () => ({ inputs: contentInputs(given.data()) }),
      attributes: { ...where(models), 'gen_ai.request.model': common(models, given.value).model },
    }),
    answer: (result) => ({ outputs: withoutHttp(result) }),
  }
}

const withoutHttp = (result: unknown): object => {
  const { sdkHttpResponse: _http, ...rest } = (result ?? {}) as Record<string, unknown>
  return rest
}

/** The vectors themselves say nothing to a reader, and would be the largest part of most traces. */
function embeddingsAnswer(result: unknown): Answer {
  const embeddings = list(read(result, 'embeddings'))
  const counts = embeddings.flatMap((one) => number(read(one, 'statistics', 'tokenCount')) ?? [])
  const counted = counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0)
  return {
    outputs: { embeddings: embeddings.length, dimensions: list(read(embeddings[0], 'values')).length },
    usage:
      counted === undefined
        ? geminiUsage(read(result, 'usageMetadata'))
        : { inputTokens: counted, outputTokens: 0 },
  }
}

/** Images come as base64 that nobody wants in a trace, or with an address. */
function imagesAnswer(result: unknown): Answer {
  const images = list(read(result, 'generatedImages')).map((generated) => {
    const bytes = text(read(generated, 'image', 'imageBytes'))
    return {
      mimeType: read(generated, 'image', 'mimeType'),
      gcsUri: read(generated, 'image', 'gcsUri'),
      enhancedPrompt: read(generated, 'enhancedPrompt'),
      raiFilteredReason: read(generated, 'raiFilteredReason'),
      ...(bytes !== undefined && { imageBytes: `[${bytes.length} characters]` }),
    }
  })
  return { outputs: { generatedImages: images } }
}
