import type { Captured } from './captured.ts'
import { toJsonText } from './json-text.ts'

type Part = { [key: string]: Captured }
type Fields = { [key: string]: Captured }

/**
 * Captured inputs as the GenAI conventions' `gen_ai.input.messages`: messages of parts. Understands text, a list of
 * chat messages (OpenAI's and Anthropic's forms, and the conventions' own), and objects that hold such a list under
 * `messages`. `undefined` when there are no messages in it: the conventions have no key for other inputs.
 */
export function inputMessages(inputs: Captured): Captured[] | undefined {
  if (typeof inputs === 'string') return [textMessage('user', inputs)]
  if (Array.isArray(inputs)) return messageList(inputs)
  const list = fieldsOf(inputs)?.messages
  return Array.isArray(list) ? messageList(list) : undefined
}

/** Captured outputs as `gen_ai.output.messages`; also understands a chat completion's `choices`. */
export function outputMessages(outputs: Captured): Captured[] | undefined {
  if (typeof outputs === 'string') return [{ ...textMessage('assistant', outputs), finish_reason: 'stop' }]
  if (Array.isArray(outputs)) return messageList(outputs)
  const fields = fieldsOf(outputs)
  if (fields === undefined) return undefined
  if (Array.isArray(fields.choices)) return choiceMessages(fields.choices)
  if (Array.isArray(fields.messages)) return messageList(fields.messages)
  const single = message(fields)
  return single && [single]
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
    return { role, parts: [{ type: 'tool_call_response', id: toolCallId, response: content ?? null }] }
  }
  const converted = contentParts(content ?? null)
  if (converted === undefined) return undefined
  return { role, parts: [...converted, ...toolCallParts(fields.tool_calls)] }
}

function contentParts(content: Captured): Part[] | undefined {
  if (content === null) return []
  if (typeof content === 'string') return [textPart(content)]
  if (!Array.isArray(content)) return undefined
  return content.map((item) => {
    const fields = fieldsOf(item)
    if (fields === undefined) return textPart(typeof item === 'string' ? item : toJsonText(item))
    return contentPart(fields)
  })
}

function contentPart(fields: Fields): Part {
  const { type, text } = fields
  if (typeof text === 'string' && (type === 'text' || type === 'input_text' || type === 'output_text')) {
    return textPart(text)
  }
  if (type === 'tool_use') {
    return {
      type: 'tool_call',
      id: fields.id ?? null,
      name: fields.name ?? '',
      arguments: fields.input ?? null,
    }
  }
  if (type === 'tool_result') {
    return { type: 'tool_call_response', id: fields.tool_use_id ?? null, response: fields.content ?? null }
  }
  if (type === 'thinking' && typeof fields.thinking === 'string') {
    return { type: 'reasoning', content: fields.thinking }
  }
  // The conventions allow part types of one's own; nothing is lost by passing it on.
  return typeof type === 'string' ? fields : { ...fields, type: 'unknown' }
}

function toolCallParts(calls: Captured | undefined): Part[] {
  if (!Array.isArray(calls)) return []
  return calls.flatMap((call) => {
    const fields = fieldsOf(call)
    const fn = fieldsOf(fields?.function ?? null)
    if (fields === undefined || typeof fn?.name !== 'string') return []
    return [
      { type: 'tool_call', id: fields.id ?? null, name: fn.name, arguments: parsed(fn.arguments ?? null) },
    ]
  })
}

/** Arguments arrive as JSON text from OpenAI; the conventions have them as an object. */
function parsed(value: Captured): Captured {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as Captured
  } catch {
    return value
  }
}

const textPart = (content: string): Part => ({ type: 'text', content })

const textMessage = (role: string, content: string): Fields => ({ role, parts: [textPart(content)] })

function fieldsOf(value: Captured): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

function all<T>(items: (T | undefined)[]): T[] | undefined {
  return items.every((item) => item !== undefined) ? (items as T[]) : undefined
}
