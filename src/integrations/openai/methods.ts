import {
  type Answer,
  accumulateChat,
  accumulateResponses,
  type CallContent,
  type CreateAccumulator,
  chatAnswer,
  dataAt,
  type Endpoint,
  endpointOf,
  type Given,
  type ModelCallInit,
  number,
  read,
  responsesAnswer,
  SpanType,
  type StainlessMethod,
  text,
} from '../base/index.ts'
import {
  accumulateEvents,
  binaryAnswer,
  embeddingsAnswer,
  imagesAnswer,
  isBinary,
  moderationAnswer,
  transcriptAnswer,
} from './answers.ts'
import { askForUsage } from './include-usage.ts'
import type { OpenAIOptions } from './options.ts'
import { chatContent, chatParameters, responsesContent, responsesParameters } from './request.ts'

/** What begins, said of the request and of the service that it goes to. */
type Describe = (given: Given, endpoint: Endpoint) => Omit<ModelCallInit, 'model' | 'provider' | 'idleMs'>

/** What of the client's methods is traced, as data. */
export function methodsOf(options: OpenAIOptions): readonly StainlessMethod[] {
  const asking = options.includeUsage ? { amend: askForUsage } : {}
  const model = (
    resource: readonly string[],
    method: string,
    describe: Describe,
    answer: (result: unknown) => Answer,
    accumulator?: CreateAccumulator,
  ): StainlessMethod => ({
    resource,
    method,
    begin: (given, client) => describedCall(given, client, describe, options.idleMs),
    answer,
    ...(accumulator && { accumulator }),
  })
  return [
    { ...model(['Chat', 'Completions'], 'create', describeChat, chatAnswer, accumulateChat), ...asking },
    model(['Responses'], 'create', describeResponse, responsesAnswer, accumulateResponses),
    model(['Beta', 'Responses'], 'create', describeResponse, responsesAnswer, accumulateResponses),
    { ...model(['Completions'], 'create', describeCompletion, chatAnswer, accumulateChat), ...asking },
    model(['Embeddings'], 'create', describeEmbeddings, embeddingsAnswer),
    ...['generate', 'edit', 'createVariation'].map((method) =>
      model(['Images'], method, generating('images', 'image'), imagesAnswer, accumulateEvents),
    ),
    model(['Audio', 'Speech'], 'create', generating('speech', 'speech'), binaryAnswer),
    ...['Transcriptions', 'Translations'].map((resource) =>
      model(
        ['Audio', resource],
        'create',
        generating(resource.toLowerCase(), 'text'),
        transcriptAnswer,
        accumulateEvents,
      ),
    ),
    model(['Moderations'], 'create', describeModeration, moderationAnswer),
    ...['create', 'retrieve', 'cancel'].map((method) => plain('Batches', method)),
    ...['create', 'retrieve', 'del', 'delete', 'content'].map((method) => plain('Files', method)),
  ]
}

function describedCall(
  given: Given,
  client: unknown,
  describe: Describe,
  idleMs: number | undefined,
): ModelCallInit {
  const endpoint = endpointOf(read(client, 'baseURL'))
  return {
    ...describe(given, endpoint),
    model: text(dataAt(given.value, 'model')),
    // A service that nobody knows is, as far as anybody can tell, compatible with OpenAI's.
    provider: endpoint.provider ?? 'openai',
    idleMs,
  }
}

const describeChat: Describe = (given, endpoint) => ({
  spanType: SpanType.CHAT_MODEL,
  operation: 'chat',
  content: () => chatContent(given.data()),
  messageFormat: 'openai',
  attributes: chatParameters(given.value, endpoint),
})

const describeResponse: Describe = (given, endpoint) => ({
  spanType: SpanType.CHAT_MODEL,
  operation: 'chat',
  content: () => responsesContent(given.data()),
  messageFormat: 'openai',
  attributes: responsesParameters(given.value, endpoint),
})

/** The request as it is. */
const wholeOf = (given: Given) => (): CallContent => ({ inputs: given.data() })

const describeCompletion: Describe = (given, endpoint) => ({
  spanType: SpanType.LLM,
  operation: 'text_completion',
  content: wholeOf(given),
  attributes: chatParameters(given.value, endpoint),
})

const describeEmbeddings: Describe = (given, { attributes }) => ({
  spanType: SpanType.EMBEDDING,
  operation: 'embeddings',
  content: wholeOf(given),
  attributes: {
    ...attributes,
    'gen_ai.embeddings.dimension.count': number(dataAt(given.value, 'dimensions')),
    'gen_ai.request.encoding_formats': encodingOf(given.value),
  },
})

const describeModeration: Describe = (given, { attributes }) => ({
  name: named('moderation', given),
  spanType: SpanType.GUARDRAIL,
  operation: 'moderation',
  content: wholeOf(given),
  attributes,
})

const generating =
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

function named(operation: string, { value }: Given): string {
  const model = text(dataAt(value, 'model'))
  return model === undefined ? operation : `${operation} ${model}`
}

/** A call that reaches no model: a plain span of type TASK. */
function plain(resource: string, method: string): StainlessMethod {
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
