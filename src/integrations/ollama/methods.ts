import {
  type Answer,
  type CreateAccumulator,
  dataAt,
  endpointOf,
  type Fields,
  fieldsOf,
  type Given,
  itemsOf,
  list,
  type ModelCallInit,
  number,
  read,
  SpanType,
  settingAt,
  text,
} from '../base/index.ts'
import { accumulateParts, answerOf, usageOfParts } from './answers.ts'
import { shownMessages, shownPrompt } from './messages.ts'

/** One method of the client. @see https://docs.ollama.com/api */
export interface TracedMethod {
  readonly method: string
  /** `client` is the instance that the call is made on. */
  begin(given: Given, client: unknown): ModelCallInit
  answer(result: unknown): Answer
  readonly accumulate?: CreateAccumulator
}

/** What of the client's methods is traced, as data. */
export const METHODS: readonly TracedMethod[] = [
  {
    method: 'chat',
    begin: (given, client) => ({
      ...common(given.value, client),
      spanType: SpanType.CHAT_MODEL,
      operation: 'chat',
      messageFormat: 'openai',
      content: () => {
        const request = given.data()
        return {
          inputs: { ...fieldsOf(request), messages: shownMessages(read(request, 'messages')) },
          tools: list(read(request, 'tools')),
        }
      },
    }),
    answer: (result) => answerOf(result, true),
    accumulate: (options) => accumulateParts(options, true),
  },
  {
    method: 'generate',
    begin: (given, client) => ({
      ...common(given.value, client),
      spanType: SpanType.LLM,
      operation: 'text_completion',
      content: () => ({ inputs: shownPrompt(given.data()) }),
    }),
    answer: (result) => answerOf(result, false),
    accumulate: (options) => accumulateParts(options, false),
  },
  ...['embed', 'embeddings'].map(
    (method): TracedMethod => ({
      method,
      begin: (given, client) => ({
        ...common(given.value, client),
        spanType: SpanType.EMBEDDING,
        operation: 'embeddings',
        content: () => ({ inputs: given.data() }),
      }),
      answer: embeddingsAnswer,
    }),
  ),
]

function common(request: unknown, client: unknown): Pick<ModelCallInit, 'model' | 'provider' | 'attributes'> {
  return {
    model: text(dataAt(request, 'model')),
    provider: 'ollama',
    attributes: { ...endpointOf(read(client, 'config', 'host')).attributes, ...parameters(request) },
  }
}

/** Attributes of the parameters; none of them is content. */
function parameters(request: unknown): Fields {
  const option = (key: string): unknown => settingAt(request, 'options', key)
  return {
    'gen_ai.request.temperature': option('temperature'),
    'gen_ai.request.top_p': option('top_p'),
    'gen_ai.request.top_k': option('top_k'),
    'gen_ai.request.max_tokens': option('num_predict'),
    'gen_ai.request.stop_sequences': option('stop'),
    'gen_ai.request.frequency_penalty': option('frequency_penalty'),
    'gen_ai.request.presence_penalty': option('presence_penalty'),
    'gen_ai.request.seed': option('seed'),
    'gen_ai.request.stream': settingAt(request, 'stream') === true ? true : undefined,
    'gen_ai.output.type': outputType(dataAt(request, 'format')),
    'gen_ai.embeddings.dimension.count': settingAt(request, 'dimensions'),
    'ollama.request.think': settingAt(request, 'think'),
  }
}

/** A schema, or the word `json`. */
const outputType = (format: unknown): string | undefined =>
  format === undefined || format === null || format === '' ? undefined : 'json'

/** The vectors themselves say nothing to a reader, and would be the largest part of most traces. */
function embeddingsAnswer(result: unknown): Answer {
  const one = dataAt(result, 'embedding')
  const vectors = one === undefined ? itemsOf(dataAt(result, 'embeddings')) : [one]
  return {
    outputs: { embeddings: vectors.length, dimensions: itemsOf(vectors[0]).length },
    model: text(dataAt(result, 'model')),
    usage: usageOfParts(number(dataAt(result, 'prompt_eval_count')), undefined),
  }
}
