import {
  type Answer,
  type AsyncMethod,
  apiFields,
  type CreateAccumulator,
  dataAt,
  embeddingsAnswer,
  type Given,
  itemsOf,
  type ModelCallInit,
  number,
  parameter,
  SpanType,
  text,
} from '../base/index.ts'
import {
  accumulateConversation,
  conversationAnswer,
  conversationContent,
  conversationOf,
  requestIn,
} from './conversations.ts'
import type { MistralOptions } from './options.ts'
import { chatContent, endpointFor, otherContent, parametersOf } from './request.ts'
import { accumulateMistral, apiUsage, mistralAnswer } from './wire.ts'

/** A method of a resource of the client: `chat.complete`. */
export interface ResourceMethod extends AsyncMethod {
  /** From the client to the resource. */
  readonly resource: readonly string[]
  readonly method: string
}

type Describe = (given: Given, request: unknown) => Omit<ModelCallInit, 'model' | 'provider' | 'idleMs'>

/** What of the client's methods is traced, as data. */
export function methodsOf({ idleMs }: MistralOptions): readonly ResourceMethod[] {
  const method = (
    resource: readonly string[],
    name: string,
    describe: Describe,
    answer: (result: unknown) => Answer,
    accumulator?: CreateAccumulator,
  ): ResourceMethod => ({
    resource,
    method: name,
    begin(given, self) {
      const endpoint = endpointFor(self)
      const request = requestIn(given.value)
      const { attributes, ...init } = describe(given, request)
      return {
        ...init,
        model: text(dataAt(request, 'model')),
        provider: endpoint.provider ?? 'mistral_ai',
        attributes: {
          ...parametersOf(request, endpoint),
          ...(accumulator && { 'gen_ai.request.stream': true }),
          ...attributes,
        },
        idleMs,
      }
    },
    answer,
    ...(accumulator && { accumulator }),
    signalOf: (args) => dataAt(args[1], 'signal') ?? dataAt(args[1], 'fetchOptions', 'signal'),
  })
  const both = (resource: string, describe: Describe): ResourceMethod[] => [
    method([resource], 'complete', describe, mistralAnswer),
    method([resource], 'stream', describe, mistralAnswer, accumulateMistral),
  ]
  return [
    ...both('chat', describeChat),
    method(['chat'], 'parse', describeChat, mistralAnswer),
    method(['chat'], 'parseStream', describeChat, mistralAnswer, accumulateMistral),
    ...both('agents', describeAgent),
    ...both('fim', describeFim),
    method(['embeddings'], 'create', describeEmbeddings, vectorsAnswer),
    ...['moderate', 'moderateChat'].map((name) =>
      method(['classifiers'], name, describeModeration, plainAnswer),
    ),
    ...['classify', 'classifyChat'].map((name) =>
      method(['classifiers'], name, describeClassify, plainAnswer),
    ),
    method(['ocr'], 'process', describeOcr, ocrAnswer),
    ...['start', 'append', 'restart'].flatMap((name) => [
      method(['beta', 'conversations'], name, describeConversation, conversationAnswer),
      method(
        ['beta', 'conversations'],
        `${name}Stream`,
        describeConversation,
        conversationAnswer,
        accumulateConversation,
      ),
    ]),
  ]
}

const describeChat: Describe = (given) => ({
  spanType: SpanType.CHAT_MODEL,
  operation: 'chat',
  content: () => chatContent(given.data()),
  messageFormat: 'openai',
})

/** An agent that the service keeps: which model answers is known when it has. */
const describeAgent: Describe = (given, request) => {
  const agent = text(parameter(request, 'agentId'))
  return {
    ...describeChat(given, request),
    ...(agent !== undefined && { name: `chat ${agent}` }),
    attributes: { 'gen_ai.agent.id': agent },
  }
}

const describeConversation: Describe = (given, request) => {
  const { name, attributes } = describeAgent(given, request)
  return {
    spanType: SpanType.CHAT_MODEL,
    operation: 'chat',
    ...(name !== undefined && { name }),
    content: () => conversationContent(given.data()),
    messageFormat: 'openai',
    attributes: {
      ...attributes,
      ...parametersOf(
        dataAt(request, 'completionArgs') ?? dataAt(request, 'completion_args'),
        endpointFor(undefined),
      ),
      'gen_ai.conversation.id': conversationOf(given.value),
    },
  }
}

const describeFim: Describe = (given) => ({
  spanType: SpanType.LLM,
  operation: 'text_completion',
  content: () => otherContent(given.data()),
})

const describeEmbeddings: Describe = (given, request) => ({
  spanType: SpanType.EMBEDDING,
  operation: 'embeddings',
  content: () => otherContent(given.data()),
  attributes: { 'gen_ai.embeddings.dimension.count': number(parameter(request, 'outputDimension')) },
})

const named = (kind: string, request: unknown): string =>
  [kind, text(dataAt(request, 'model'))].filter((part) => part !== undefined).join(' ')

const describeModeration: Describe = (given, request) => ({
  name: named('moderation', request),
  spanType: SpanType.GUARDRAIL,
  operation: 'moderation',
  content: () => otherContent(given.data()),
})

const describeClassify: Describe = (given, request) => ({
  name: named('classification', request),
  spanType: SpanType.LLM,
  operation: 'classification',
  content: () => otherContent(given.data()),
})

const describeOcr: Describe = (given, request) => ({
  name: named('ocr', request),
  spanType: SpanType.LLM,
  operation: 'generate_content',
  content: () => otherContent(given.data()),
  attributes: { 'gen_ai.output.type': 'text' },
})

const vectorsAnswer = (result: unknown): Answer =>
  embeddingsAnswer({ ...apiFields(result), usage: apiUsage(dataAt(result, 'usage')) })

const plainAnswer = (result: unknown): Answer => ({
  outputs: apiFields(result),
  model: text(dataAt(result, 'model')),
  responseId: text(dataAt(result, 'id')),
})

/** Pages are texts, and images that nobody wants in a trace. */
function ocrAnswer(result: unknown): Answer {
  const pages = itemsOf(dataAt(result, 'pages')).map((page) => ({
    index: dataAt(page, 'index'),
    markdown: dataAt(page, 'markdown'),
    images: itemsOf(dataAt(page, 'images')).length,
  }))
  const { model } = plainAnswer(result)
  return { outputs: { model, pages, usage_info: apiFields(dataAt(result, 'usageInfo')) }, model }
}
