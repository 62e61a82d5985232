import {
  type Amended,
  type Answer,
  accumulateChat,
  accumulateResponses,
  type CreateAccumulator,
  chatAnswer,
  type Endpoint,
  endpointOf,
  fieldsOf,
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
import type { OpenAIOptions } from './options.ts'
import { chatInputs, chatParameters, responsesInputs, responsesParameters, toolsOf } from './request.ts'

/** What begins, said of the body of the request and of the service that it goes to. */
type Describe = (body: unknown, endpoint: Endpoint) => Omit<ModelCallInit, 'model' | 'provider' | 'idleMs'>

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
    begin: (args, client) => describedCall(args[0], client, describe, options.idleMs),
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
  body: unknown,
  client: unknown,
  describe: Describe,
  idleMs: number | undefined,
): ModelCallInit {
  const endpoint = endpointOf(read(client, 'baseURL'))
  return {
    ...describe(body, endpoint),
    model: text(read(body, 'model')),
    // A service that nobody knows is, as far as anybody can tell, compatible with OpenAI's.
    provider: endpoint.provider ?? 'openai',
    idleMs,
  }
}

const describeChat: Describe = (body, endpoint) => ({
  spanType: SpanType.CHAT_MODEL,
  operation: 'chat',
  inputs: chatInputs(body),
  messageFormat: 'openai',
  tools: toolsOf(body),
  attributes: chatParameters(body, endpoint),
})

const describeResponse: Describe = (body, endpoint) => ({
  spanType: SpanType.CHAT_MODEL,
  operation: 'chat',
  inputs: responsesInputs(body),
  messageFormat: 'openai',
  tools: toolsOf(body),
  attributes: responsesParameters(body, endpoint),
})

const describeCompletion: Describe = (body, endpoint) => ({
  spanType: SpanType.LLM,
  operation: 'text_completion',
  inputs: body,
  attributes: chatParameters(body, endpoint),
})

const describeEmbeddings: Describe = (body, { attributes }) => ({
  spanType: SpanType.EMBEDDING,
  operation: 'embeddings',
  inputs: body,
  attributes: {
    ...attributes,
    'gen_ai.embeddings.dimension.count': number(read(body, 'dimensions')),
    'gen_ai.request.encoding_formats': text(read(body, 'encoding_format')) && [read(body, 'encoding_format')],
  },
})

const describeModeration: Describe = (body, { attributes }) => ({
  name: named('moderation', body),
  spanType: SpanType.GUARDRAIL,
  operation: 'moderation',
  inputs: body,
  attributes,
})

const generating =
  (kind: string, output: string): Describe =>
  (body, { attributes }) => ({
    name: named(kind, body),
    spanType: SpanType.LLM,
    operation: 'generate_content',
    inputs: body,
    attributes: { ...attributes, 'gen_ai.output.type': output },
  })

function named(operation: string, body: unknown): string {
  const model = text(read(body, 'model'))
  return model === undefined ? operation : `${operation} ${model}`
}

/** A call that reaches no model: a plain span of type TASK. */
function plain(resource: string, method: string): StainlessMethod {
  return {
    resource: [resource],
    method,
    begin: ([given], client) => ({
      name: `${resource.toLowerCase()}.${method === 'del' ? 'delete' : method}`,
      spanType: SpanType.TASK,
      inputs: typeof given === 'string' ? { id: given } : given,
      attributes: endpointOf(read(client, 'baseURL')).attributes,
    }),
    answer: (result) => (isBinary(result) ? binaryAnswer(result) : { outputs: result }),
  }
}

/** Asks for the tokens of a stream, which come in one more chunk without choices; the program does not see it. */
function askForUsage(args: readonly unknown[]): Amended | undefined {
  const [body, ...rest] = args
  const options = read(body, 'stream_options')
  if (read(body, 'stream') !== true || read(options, 'include_usage') !== undefined) return undefined
  return {
    args: [{ ...fieldsOf(body), stream_options: { ...fieldsOf(options), include_usage: true } }, ...rest],
    hidden: (chunk) => {
      const choices = read(chunk, 'choices')
      return Array.isArray(choices) && choices.length === 0 && typeof read(chunk, 'usage') === 'object'
    },
  }
}
