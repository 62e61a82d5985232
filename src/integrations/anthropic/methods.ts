import {
  accumulateCompletion,
  accumulateMessage,
  completionAnswer,
  dataAt,
  messageAnswer,
  read,
  SpanType,
  type StainlessMethod,
  text,
} from '../base/index.ts'
import type { AnthropicOptions } from './options.ts'
import { common, messageContent, messageInputs, messageParameters, where } from './request.ts'

const MESSAGES: readonly (readonly string[])[] = [
  ['Messages'],
  ['Beta', 'Messages'],
  // Versions before 0.33 have prompt caching as an API of its own.
  ['Beta', 'PromptCaching', 'Messages'],
]

/** What of the client's methods is traced, as data. */
export function methodsOf({ idleMs }: AnthropicOptions): readonly StainlessMethod[] {
  return [
    ...MESSAGES.flatMap((resource): StainlessMethod[] => [
      {
        resource,
        method: 'create',
        begin: (given, client) => ({
          ...common(client, given.value),
          spanType: SpanType.CHAT_MODEL,
          operation: 'chat',
          content: () => messageContent(given.data()),
          messageFormat: 'anthropic',
          attributes: { ...where(client), ...messageParameters(given.value) },
          idleMs,
        }),
        answer: messageAnswer,
        accumulator: accumulateMessage,
      },
      plain(resource, 'countTokens', 'count_tokens', messageInputs),
      ...['create', 'retrieve', 'cancel', 'delete', 'results'].map((method) =>
        plain([...resource, 'Batches'], method, `batches.${method}`),
      ),
    ]),
    {
      resource: ['Completions'],
      method: 'create',
      begin: (given, client) => ({
        ...common(client, given.value),
        spanType: SpanType.LLM,
        operation: 'text_completion',
        content: () => ({ inputs: given.data() }),
        attributes: { ...where(client), ...messageParameters(given.value) },
        idleMs,
      }),
      answer: completionAnswer,
      accumulator: accumulateCompletion,
    },
  ]
}

/** Calls in which no model answers: plain spans of type TASK. */
function plain(
  resource: readonly string[],
  method: string,
  name: string,
  inputsOf: (body: unknown) => unknown = (given) => given,
): StainlessMethod {
  return {
    resource,
    method,
    begin: (given, client) => ({
      name,
      spanType: SpanType.TASK,
      content: () => ({
        inputs: typeof given.value === 'string' ? { id: given.value } : inputsOf(given.data()),
      }),
      attributes: { ...where(client), 'gen_ai.request.model': text(dataAt(given.value, 'model')) },
    }),
    // The results of a batch come as a stream of their own, which is the program's to read.
    answer: (result) => (typeof read(result, Symbol.asyncIterator) === 'function' ? {} : { outputs: result }),
  }
}
