import {
  type Answer,
  type AsyncMethod,
  type CallContent,
  type CreateAccumulator,
  dataAt,
  type Endpoint,
  endpointOf,
  type Fields,
  type ModelCallInit,
  parameter,
  read,
  SpanType,
  settingAt,
  text,
} from '../base/index.ts'
import { accumulateFormer, formerAnswer, formerContent } from './chat-v1.ts'
import { accumulateChat, chatAnswer, chatContent } from './chat-v2.ts'
import type { CohereOptions } from './options.ts'
import {
  accumulateGenerated,
  embedAnswer,
  generateAnswer,
  otherContent,
  rerankAnswer,
} from './other-calls.ts'

/** A method of a client that makes one request. */
export interface CohereMethod extends AsyncMethod {
  readonly method: string
}

interface Described extends Pick<ModelCallInit, 'spanType' | 'operation' | 'messageFormat' | 'attributes'> {
  readonly content: (data: unknown) => CallContent
}

type MethodOf = (
  method: string,
  described: Described,
  answer: (result: unknown) => Answer,
  accumulator?: CreateAccumulator,
) => CohereMethod

const methodsFor =
  ({ idleMs }: CohereOptions): MethodOf =>
  (method, { content, attributes, ...described }, answer, accumulator) => ({
    method,
    begin(given, self) {
      const endpoint = endpointFor(self)
      return {
        ...described,
        content: () => content(given.data()),
        model: text(dataAt(given.value, 'model')),
        provider: endpoint.provider ?? 'cohere',
        attributes: {
          ...parametersOf(given.value, endpoint),
          ...(accumulator && { 'gen_ai.request.stream': true }),
          ...attributes,
        },
        idleMs,
      }
    },
    answer,
    ...(accumulator && { accumulator }),
    signalOf: (args) => dataAt(args[1], 'abortSignal'),
  })

const CHAT = { spanType: SpanType.CHAT_MODEL, operation: 'chat', messageFormat: 'openai' } as const
const EMBED: Described = { spanType: SpanType.EMBEDDING, operation: 'embeddings', content: otherContent }
const RERANK: Described = { spanType: SpanType.RERANKER, operation: 'rerank', content: otherContent }
const GENERATE: Described = { spanType: SpanType.LLM, operation: 'text_completion', content: otherContent }

/** What is traced of the client for the first version of the API, as data. */
export function formerMethods(options: CohereOptions): readonly CohereMethod[] {
  const method = methodsFor(options)
  const chat: Described = { ...CHAT, content: formerContent }
  return [
    method('chat', chat, formerAnswer),
    method('chatStream', chat, formerAnswer, accumulateFormer),
    method('generate', GENERATE, generateAnswer),
    method('generateStream', GENERATE, generateAnswer, accumulateGenerated),
    method('embed', EMBED, embedAnswer),
    method('rerank', RERANK, rerankAnswer),
  ]
}

/** What is traced of the client for the second version. */
export function methodsOf(options: CohereOptions): readonly CohereMethod[] {
  const method = methodsFor(options)
  const chat: Described = { ...CHAT, content: chatContent }
  return [
    method('chat', chat, chatAnswer),
    method('chatStream', chat, chatAnswer, accumulateChat),
    method('embed', EMBED, embedAnswer),
    method('rerank', RERANK, rerankAnswer),
  ]
}

const PRODUCTION = 'https://api.cohere.com'

/** Where a client sends its requests. A function that gives the address is the program's, and not asked. */
function endpointFor(client: unknown): Endpoint {
  const given = read(client, '_options', 'baseUrl') ?? read(client, '_options', 'environment')
  return endpointOf(given ?? PRODUCTION)
}

/** Attributes of the parameters of a call; none of them is content. */
const parametersOf = (request: unknown, { attributes }: Endpoint): Fields => ({
  ...attributes,
  'gen_ai.request.temperature': settingAt(request, 'temperature') ?? undefined,
  'gen_ai.request.top_p': settingAt(request, 'p') ?? undefined,
  'gen_ai.request.top_k': settingAt(request, 'k') ?? undefined,
  'gen_ai.request.max_tokens': parameter(request, 'maxTokens'),
  'gen_ai.request.seed': settingAt(request, 'seed') ?? undefined,
  'gen_ai.request.stop_sequences': parameter(request, 'stopSequences'),
  'gen_ai.request.frequency_penalty': parameter(request, 'frequencyPenalty'),
  'gen_ai.request.presence_penalty': parameter(request, 'presencePenalty'),
  'gen_ai.output.type': outputType(text(dataAt(request, 'responseFormat', 'type'))),
})

const outputType = (format: string | undefined): string | undefined =>
  format === undefined ? undefined : format === 'text' ? 'text' : 'json'
