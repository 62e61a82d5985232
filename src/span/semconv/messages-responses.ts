import { fieldIn, isFields, isText, itemsIn, notNull, says } from '../snapshot/look.ts'
import { plainOf } from '../snapshot/plain.ts'
import type { TapeView } from '../snapshot/tape.ts'
import { toJsonText } from './json-text.ts'
import {
  type Asked,
  all,
  GENERIC,
  type Message,
  makeMessage,
  ownPart,
  type Part,
  reasoningPart,
  textPart,
  toolCallPart,
  toolResponsePart,
} from './message-parts.ts'
import { isConventionalPart } from './part-shapes.ts'

/** A message whose parts have all been looked at. */
type Converted = Message & { readonly parts: readonly Part[] }

/** Messages of a request of OpenAI's Responses API: its `instructions`, then its `input`, a text or a list of items. */
export function responsesInput(request: TapeView): Asked | undefined {
  const instructions = fieldIn(request, 'instructions')
  const told = isText(instructions) && { system: [textPart(instructions)] }
  const input = fieldIn(request, 'input')
  if (isText(input)) return { messages: [makeMessage('user', [textPart(input)])], ...told }
  const items = itemsIn(input)
  const messages = items && all(items.map(messageOf))
  return messages && { messages, ...told }
}

/** The items of an answer of the Responses API, as one message. */
export function responsesOutput(output: readonly TapeView[]): Message[] | undefined {
  const messages = all(output.map(messageOf))
  if (messages === undefined || messages.length === 0) return undefined
  const parts = messages.flatMap((message) => message.parts)
  return [makeMessage('assistant', parts, parts.some(isCall) ? 'tool_call' : 'stop')]
}

const isCall = (part: Part): boolean =>
  part.type === 'own' ? says(fieldIn(part.value, 'type'), 'tool_call') : part.type === 'tool_call'

function messageOf(item: TapeView): Converted | undefined {
  if (!isFields(item)) return undefined
  const type = fieldIn(item, 'type')
  if (says(type, 'function_call')) {
    const [id, name] = [fieldIn(item, 'call_id'), fieldIn(item, 'name')]
    return makeMessage('assistant', [toolCallPart(id, name, fieldIn(item, 'arguments'), true)])
  }
  if (says(type, 'function_call_output')) {
    return makeMessage('tool', [toolResponsePart(fieldIn(item, 'call_id'), fieldIn(item, 'output'))])
  }
  if (says(type, 'reasoning')) return makeMessage('assistant', summaryOf(item))
  const role = fieldIn(item, 'role')
  if (isText(role)) return makeMessage(role, contentParts(fieldIn(item, 'content')))
  // Calls of tools that run at the provider, references.
  return isText(type)
    ? makeMessage('assistant', [ownPart(item, isConventionalPart(item) ? undefined : GENERIC)])
    : undefined
}

function summaryOf(item: TapeView): Part[] {
  const lists = [fieldIn(item, 'summary'), fieldIn(item, 'content')]
  return lists
    .flatMap((list) => itemsIn(list) ?? [])
    .map((part) => fieldIn(part, 'text'))
    .filter(isText)
    .map(reasoningPart)
}

function contentParts(content: TapeView | undefined): Part[] {
  if (isText(content)) return [textPart(content)]
  return (itemsIn(content) ?? []).map((part) => {
    const text = notNull(fieldIn(part, 'text')) ?? fieldIn(part, 'refusal')
    if (isText(text)) return textPart(text)
    if (!isFields(part)) return textPart(isText(part) ? part : toJsonText(plainOf(part)))
    return ownPart(part, isConventionalPart(part) ? undefined : GENERIC)
  })
}
