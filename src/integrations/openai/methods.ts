import {
  type Amended,
  type Answer,
  accumulateChat,
  accumulateResponses,
  chatAnswer,
  endpointOf,
  type Fields,
  fieldsOf,
  list,
  type ModelCallInit,
  number,
  openAIUsage,
  read,
  responsesAnswer,
  SpanType,
  type StainlessMethod,
  text,
} from '../base/index.ts'
import type { OpenAIOptions } from './options.ts'
import { chatInputs, chatParameters, responsesInputs, responsesParameters, toolsOf } from './request.ts'

/** What of the client's methods is traced, as data. */
export function methodsOf(options: OpenAIOptions): readonly StainlessMethod[] {
  const { idleMs } = options
  return [
    {
      resource: ['Chat', 'Completions'],
      method: 'create',
      begin: ([body], client) => ({
        ...common(client, body),
        spanType: SpanType.CHAT_MODEL,
        operation: 'chat',
        inputs: chatInputs(body),
        messageFormat: 'openai',
        tools: toolsOf(body),
        attributes: { ...where(client), ...chatParameters(body) },
        idleMs,
      }),
      answer: chatAnswer,
      accumulator: accumulateChat,
      ...(options.includeUsage && { amend: askForUsage }),
    },
    ...[['Responses'], ['Beta', 'Responses']].map(
      (resource): StainlessMethod => ({
        resource,
        method: 'create',
        begin: ([body], client) => ({
          ...common(client, body),
          spanType: SpanType.CHAT_MODEL,
          operation: 'chat',
          inputs: responsesInputs(body),
          messageFormat: 'openai',
          tools: toolsOf(body),
          attributes: { ...where(client), ...responsesParameters(body) },
          idleMs,
        }),
        answer: responsesAnswer,
        accumulator: accumulateResponses,
      }),
    ),
    {
      resource: ['Completions'],
      method: 'create',
      begin: ([body], client) => ({
        ...common(client, body),
        spanType: SpanType.LLM,
        operation: 'text_completion',
        inputs: body,
        attributes: { ...where(client), ...chatParameters(body) },
        idleMs,
      }),
      answer: chatAnswer,
      accumulator: accumulateChat,
      ...(options.includeUsage && { amend: askForUsage }),
    },
    {
      resource: ['Embeddings'],
      method: 'create',
      begin: ([body], client) => ({
        ...common(client, body),
        spanType: SpanType.EMBEDDING,
        operation: 'embeddings',
        inputs: body,
        attributes: {
          ...where(client),
          'gen_ai.embeddings.dimension.count': number(read(body, 'dimensions')),
          'gen_ai.request.encoding_formats': text(read(body, 'encoding_format')) && [
            read(body, 'encoding_format'),
          ],
        },
        idleMs,
      }),
      answer: embeddingsAnswer,
    },
    ...generating(['Images'], ['generate', 'edit', 'createVariation'], 'image', imagesAnswer),
    ...generating(['Audio', 'Speech'], ['create'], 'speech', binaryAnswer),
    ...generating(['Audio', 'Transcriptions'], ['create'], 'text', transcriptAnswer),
    ...generating(['Audio', 'Translations'], ['create'], 'text', transcriptAnswer),
    {
      resource: ['Moderations'],
      method: 'create',
      begin: ([body], client) => ({
        ...common(client, body),
        name: named('moderation', body),
        spanType: SpanType.GUARDRAIL,
        operation: 'moderation',
        inputs: body,
        attributes: where(client),
        idleMs,
      }),
      answer: moderationAnswer,
    },
    ...plain(['Batches'], 'batches', ['create', 'retrieve', 'cancel']),
    ...plain(['Files'], 'files', ['create', 'retrieve', 'del', 'delete', 'content']),
  ]
}

/** Model and provider of a call. */
function common(client: unknown, body: unknown): Pick<ModelCallInit, 'model' | 'provider'> {
  const { provider } = endpointOf(read(client, 'baseURL'))
  // A service that nobody knows is, as far as anybody can tell, compatible with OpenAI's.
  return { model: text(read(body, 'model')), provider: provider ?? 'openai' }
}

const where = (client: unknown): Fields => endpointOf(read(client, 'baseURL')).attributes

const named = (operation: string, body: unknown): string =>
  [operation, text(read(body, 'model'))].filter((part) => part !== undefined).join(' ')

function generating(
  resource: readonly string[],
  methods: readonly string[],
  output: string,
  answer: (result: unknown) => Answer,
): StainlessMethod[] {
  const kind = (resource.at(-1) ?? '').toLowerCase()
  return methods.map((method) => ({
    resource,
    method,
    begin: ([body], client) => ({
      ...common(client, body),
      name: named(kind, body),
      spanType: SpanType.LLM,
      operation: 'generate_content',
      inputs: body,
      attributes: { ...where(client), 'gen_ai.output.type': output },
    }),
    answer,
    accumulator: ({ content }) => accumulateEvents(content),
  }))
}

/** Calls that reach no model: plain spans of type TASK. */
function plain(resource: readonly string[], kind: string, methods: readonly string[]): StainlessMethod[] {
  return methods.map((method) => ({
    resource,
    method,
    begin: ([given], client) => ({
      name: `${kind}.${method === 'del' ? 'delete' : method}`,
      spanType: SpanType.TASK,
      inputs: typeof given === 'string' ? { id: given } : given,
      attributes: where(client),
    }),
    answer: (result) => (isBinary(result) ? binaryAnswer(result) : { outputs: result }),
  }))
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

/** The vectors themselves say nothing to a reader, and would be the largest part of most traces. */
function embeddingsAnswer(result: unknown): Answer {
  const data = list(read(result, 'data'))
  const [first] = data
  return {
    outputs: {
      object: 'list',
      model: read(result, 'model'),
      embeddings: data.length,
      dimensions: dimensionsOf(read(first, 'embedding')),
    },
    usage: openAIUsage(read(result, 'usage')),
    model: text(read(result, 'model')),
  }
}

function dimensionsOf(embedding: unknown): number | undefined {
  if (Array.isArray(embedding)) return embedding.length
  // Four bytes each, in base64: not decoded yet.
  return typeof embedding === 'string' ? Math.floor((embedding.length * 3) / 4 / 4) : undefined
}

/** Images come as URLs, or as base64 that nobody wants in a trace. */
function imagesAnswer(result: unknown): Answer {
  const data = list(read(result, 'data')).map((image) => ({
    url: read(image, 'url'),
    revised_prompt: read(image, 'revised_prompt'),
    ...(typeof read(image, 'b64_json') === 'string' && {
      b64_json: `[${(read(image, 'b64_json') as string).length} characters]`,
    }),
  }))
  return { outputs: { data }, usage: openAIUsage(read(result, 'usage')), model: text(read(result, 'model')) }
}

function transcriptAnswer(result: unknown): Answer {
  return { outputs: result, usage: openAIUsage(read(result, 'usage')) }
}

function moderationAnswer(result: unknown): Answer {
  const flagged = list(read(result, 'results')).some((one) => read(one, 'flagged') === true)
  return {
    outputs: result,
    model: text(read(result, 'model')),
    responseId: text(read(result, 'id')),
    attributes: { 'openai.moderation.flagged': flagged },
  }
}

/** A response whose body is the program's alone. */
function binaryAnswer(result: unknown): Answer {
  const header = (name: string): string | undefined => {
    const headers = read(result, 'headers')
    const get = read(headers, 'get')
    return typeof get === 'function' ? text(Reflect.apply(get, headers, [name])) : undefined
  }
  return { outputs: { content_type: header('content-type'), content_length: header('content-length') } }
}

const isBinary = (result: unknown): boolean => typeof read(result, 'arrayBuffer') === 'function'

/** Streams of images and transcripts: their last event has the whole. */
function accumulateEvents(content: boolean): ReturnType<NonNullable<StainlessMethod['accumulator']>> {
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
