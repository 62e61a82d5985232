import { SpanType } from '../../../span/semconv/span-type.ts'
import type { Answer, CreateAccumulator } from '../accumulator.ts'
import type { Given } from '../given.ts'
import { number, read, text } from '../method.ts'
import type { CallContent, ModelCallInit } from '../model-call-type.ts'
import { dataAt } from '../own-data.ts'
import { type Endpoint, endpointOf } from '../providers.ts'
import type { StainlessMethod } from '../stainless.ts'
import { binaryAnswer, isBinary } from './answers.ts'
import { chatContent, chatParameters, responsesContent, responsesParameters } from './request.ts'

/** What begins, said of the request and of the service that it goes to. */
export type Describe = (
  given: Given,
  endpoint: Endpoint,
) => Omit<ModelCallInit, 'model' | 'provider' | 'idleMs'>

/** Makes one line of the list of methods of a client. */
export type MethodOf = (
  resource: readonly string[],
  method: string,
  describe: Describe,
  answer: (result: unknown) => Answer,
  accumulator?: CreateAccumulator,
) => StainlessMethod

/**
 * Describes methods of a client that Stainless generated for OpenAI's API, or for a service that has copied it.
 *
 * @param provider - whose service it is where the client's base URL does not say so
 */
export function methodsFor(provider: string, idleMs: number | undefined): MethodOf {
  return (resource, method, describe, answer, accumulator) => ({
    resource,
    method,
    begin(given, client) {
      const endpoint = endpointOf(read(client, 'baseURL'))
      return {
        ...describe(given, endpoint),
        model: text(dataAt(given.value, 'model')),
        provider: endpoint.provider ?? provider,
        idleMs,
      }
    },
    answer,
    ...(accumulator && { accumulator }),
  })
}

export const describeChat: Describe = (given, endpoint) => ({
  spanType: SpanType.CHAT_MODEL,
  operation: 'chat',
  content: () => chatContent(given.data()),
  messageFormat: 'openai',
  attributes: chatParameters(given.value, endpoint),
})

export const describeResponse: Describe = (given, endpoint) => ({
  spanType: SpanType.CHAT_MODEL,
  operation: 'chat',
  content: () => responsesContent(given.data()),
  messageFormat: 'openai',
  attributes: responsesParameters(given.value, endpoint),
})

/** The request as it is. */
export const wholeOf = (given: Given) => (): CallContent => ({ inputs: given.data() })

export const describeCompletion: Describe = (given, endpoint) => ({
  spanType: SpanType.LLM,
  operation: 'text_completion',
  content: wholeOf(given),
  attributes: chatParameters(given.value, endpoint),
})

export const describeEmbeddings: Describe = (given, { attributes }) => ({
  spanType: SpanType.EMBEDDING,
  operation: 'embeddings',
  content: wholeOf(given),
  attributes: {
    ...attributes,
    'gen_ai.embeddings.dimension.count': number(dataAt(given.value, 'dimensions')),
    'gen_ai.request.encoding_formats': encodingOf(given.value),
  },
})

export const describeModeration: Describe = (given, { attributes }) => ({
  name: named('moderation', given),
  spanType: SpanType.GUARDRAIL,
  operation: 'moderation',
  content: wholeOf(given),
  attributes,
})

/** What a model makes that is no text of a chat. */
export const generating =
  (kind: string, output: string): Describe =>
  (given, { attributes }) => ({
    name: named(kind, given),
    spanType: SpanType.LLM,
    operation: 'generate_content',
    content: wholeOf(given),
    attributes: { ...attributes, 'gen_ai.output.type': output },
  })

const encodingOf = (body: unknown): string[] | undefined => {
  const format = text(dataAt(body, 'encoding_format'))
  return format === undefined ? undefined : [format]
}

/** `images gpt-image-1`: what a span is called whose name does not begin with its operation. */
export function named(kind: string, { value }: Given): string {
  const model = text(dataAt(value, 'model'))
  return model === undefined ? kind : `${kind} ${model}`
}

/** A call that reaches no model: a plain span of type TASK. */
export function plainMethod(resource: string, method: string): StainlessMethod {
  return {
    resource: [resource],
    method,
    begin: (given, client) => ({
      name: `${resource.toLowerCase()}.${method === 'del' ? 'delete' : method}`,
      spanType: SpanType.TASK,
      content: () => ({ inputs: typeof given.value === 'string' ? { id: given.value } : given.data() }),
      attributes: endpointOf(read(client, 'baseURL')).attributes,
    }),
    answer: (result) => (isBinary(result) ? binaryAnswer(result) : { outputs: result }),
  }
}
