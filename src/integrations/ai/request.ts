import { endpointOf, type Fields, fieldsOf, read, settingAt, text } from '../base/index.ts'
import { chatMessages } from './messages.ts'

/** Attributes of the settings of a call, as version 7 tells them; none of them is content. */
export function settingAttributes(event: unknown): Fields {
  return {
    'gen_ai.request.temperature': read(event, 'temperature'),
    'gen_ai.request.top_p': read(event, 'topP'),
    'gen_ai.request.top_k': read(event, 'topK'),
    'gen_ai.request.max_tokens': read(event, 'maxOutputTokens'),
    'gen_ai.request.frequency_penalty': read(event, 'frequencyPenalty'),
    'gen_ai.request.presence_penalty': read(event, 'presencePenalty'),
    'gen_ai.request.stop_sequences': settingAt(event, 'stopSequences'),
    'gen_ai.request.seed': read(event, 'seed'),
    'gen_ai.request.reasoning.level': text(read(event, 'reasoning')),
  }
}

/** The same attributes where versions 5 and 6 have given them these names themselves, and what the program added. */
export function spanAttributes(attributes: Fields): Fields {
  return Object.fromEntries(
    Object.entries(attributes).filter(
      ([key]) =>
        (key.startsWith('gen_ai.request.') && key !== 'gen_ai.request.model') ||
        key.startsWith('ai.telemetry.metadata.'),
    ),
  )
}

/** Host and port that a request went to, as far as a result of a model says. */
export const endpointAttributes = (result: unknown): Fields =>
  endpointOf(read(result, 'request', 'url')).attributes

/** What a function was called with, in the form in which it is shown. */
export function runInputs(operation: string, given: unknown): unknown {
  switch (operation) {
    case 'ai.embed':
      return { value: read(given, 'value') }
    case 'ai.embedMany':
      return { values: read(given, 'value') ?? read(given, 'values') }
    case 'ai.rerank':
      return { query: read(given, 'query'), documents: read(given, 'documents') }
    case 'ai.generateSpeech':
      return { text: read(given, 'text'), voice: read(given, 'voice') }
    case 'ai.transcribe':
      return undefined
    default:
      return chatInputs(given)
  }
}

/** A prompt as messages: `system` or `instructions`, then `prompt` or `messages`. */
export function chatInputs(given: unknown): object | undefined {
  const messages = chatMessages(
    read(given, 'messages') ?? read(given, 'prompt'),
    read(given, 'instructions') ?? read(given, 'system'),
  )
  return messages.length === 0 ? undefined : { messages }
}

/** Members of `given` that are there. */
export const present = (given: Fields): Fields =>
  Object.fromEntries(Object.entries(fieldsOf(given)).filter(([, value]) => value !== undefined))
