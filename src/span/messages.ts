import type { Captured } from './captured.ts'
import { toJsonText } from './json-text.ts'
import {
  all,
  type Fields,
  fieldsOf,
  parsedArguments,
  reasoningPart,
  textPart,
  toolCallPart,
  toolResponsePart,
} from './message-parts.ts'
import { geminiInput, geminiOutput } from './messages-gemini.ts'
import { responsesInput, responsesOutput } from './messages-responses.ts'

/**
 * Captured inputs as the GenAI conventions' `gen_ai.input.messages`: messages of parts. Understands text, a list of
 * chat messages (OpenAI's and Anthropic's forms, and the conventions' own), objects that hold such a list under
 * `messages`, and requests of OpenAI's Responses API and of Gemini. `undefined` when there are no messages in it: the
 * conventions have no key for other inputs.
 */
export function inputMessages(inputs: Captured): Captured[] | undefined {
  if (typeof inputs === 'string') return [textMessage('user', inputs)]
  if (Array.isArray(inputs)) return messageList(inputs)
  const fields = fieldsOf(inputs)
  if (fields === undefined) return undefined
  if (Array.isArray(fields.messages)) return withSystem(fields.system, messageList(fields.messages))
  if (fields.contents !== undefined) return geminiInput(fields)
  return fields.input === undefined ? undefined : responsesInput(fields)
}

/** Captured outputs as `gen_ai.output.messages`; also understands the answers of the APIs above. */
export function outputMessages(outputs: Captured): Captured[] | undefined {
  if (typeof outputs === 'string') return [{ ...textMessage('assistant', outputs), finish_reason: 'stop' }]
  if (Array.isArray(outputs)) return messageList(outputs)
  const fields = fieldsOf(outputs)
  if (fields === undefined) return undefined
  if (Array.isArray(fields.choices)) return choiceMessages(fields.choices)
  if (Array.isArray(fields.candidates)) return geminiOutput(fields.candidates)
  if (Array.isArray(fields.output)) return responsesOutput(fields.output)
  if (Array.isArray(fields.messages)) return messageList(fields.messages)
  const single = message(fields)
  return single && [single]
}

/** Anthropic's requests have what the system says beside the messages. */
function withSystem(system: Captured | undefined, messages: Captured[] | undefined): Captured[] | undefined {
  if (messages === undefined || system === undefined) return messages
  const parts = contentParts(system)
  return parts === undefined || parts.length === 0 ? messages : [{ role: 'system', parts }, ...messages]
}

function choiceMessages(choices: Captured[]): Captured[] | undefined {
  const messages = choices.map((choice) => {
    const fields = fieldsOf(choice)
    const inner = fieldsOf(fields?.message ?? null)
    const converted = inner && message(inner)
    const finish = fields?.finish_reason
    return converted && { ...converted, finish_reason: typeof finish === 'string' ? finish : 'stop' }
  })
  return all(messages)
}

function messageList(list: Captured[]): Captured[] | undefined {
  if (list.length === 0) return undefined
  return all(
    list.map((item) => {
      const fields = fieldsOf(item)
      return fields && message(fields)
    }),
  )
}

function message(fields: Fields): Fields | undefined {
  const { role, content, parts } = fields
  if (typeof role !== 'string') return undefined
  if (Array.isArray(parts)) return { role, parts }
  const toolCallId = fields.tool_call_id
  if (role === 'tool' && typeof toolCallId === 'string') {
    return { role, parts: [toolResponsePart(toolCallId, content)] }
  }
  const converted = contentParts(content ?? null)
  if (converted === undefined) return undefined
  return { role, parts: [...converted, ...toolCallParts(fields.tool_calls)] }
}

function contentParts(content: Captured): Fields[] | undefined {
  if (content === null) return []
  if (typeof content === 'string') return [textPart(content)]
  if (!Array.isArray(content)) return undefined
  return content.map((item) => {
    const fields = fieldsOf(item)
    if (fields === undefined) return textPart(typeof item === 'string' ? item : toJsonText(item))
    return contentPart(fields)
  })
}

function contentPart(fields: Fields): Fields {
  const { type, text } = fields
  if (typeof text === 'string' && (type === 'text' || type === 'input_text' || type === 'output_text')) {
    return textPart(text)
  }
  if (type === 'tool_use') {
    return toolCallPart(fields.id, fields.name, fields.input ?? null)
  }
  if (type === 'tool_result') {
    return toolResponsePart(fields.tool_use_id, fields.content)
  }
  if (type === 'thinking' && typeof fields.thinking === 'string') {
    return reasoningPart(fields.thinking)
  }
  // The conventions allow part types of one's own; nothing is lost by passing it on.
  return typeof type === 'string' ? fields : { ...fields, type: 'unknown' }
}

function toolCallParts(calls: Captured | undefined): Fields[] {
  if (!Array.isArray(calls)) return []
  return calls.flatMap((call) => {
    const fields = fieldsOf(call)
    const fn = fieldsOf(fields?.function ?? null)
    if (fields === undefined || typeof fn?.name !== 'string') return []
    return [toolCallPart(fields.id, fn.name, parsedArguments(fn.arguments ?? null))]
  })
}

const textMessage = (role: string, content: string): Fields => ({ role, parts: [textPart(content)] })
