import { fieldIn, isFields, isList, isText, itemsIn, notNull, says } from '../snapshot/look.ts'
import { plainOf } from '../snapshot/plain.ts'
import type { TapeView } from '../snapshot/tape.ts'
import { finishReason } from './finish-reason.ts'
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
  type Text,
  textPart,
  toolCallPart,
  toolResponsePart,
} from './message-parts.ts'
import { geminiInput, geminiOutput, geminiParts } from './messages-gemini.ts'
import { responsesInput, responsesOutput } from './messages-responses.ts'
import { isConventionalPart } from './part-shapes.ts'

/** All that a model was asked as `gen_ai.input.messages`, with what it was told beside them as the first. */
export function inputMessages(inputs: TapeView): readonly Message[] | undefined {
  const asked = askedIn(inputs)
  return asked && allMessages(asked)
}

/** {@link inputMessages} of what {@link askedIn} found. */
export const allMessages = ({ messages, system }: Asked): readonly Message[] =>
  system === undefined ? messages : [makeMessage('system', system), ...messages]

/**
 * Captured inputs as the GenAI conventions' `gen_ai.input.messages`: messages of parts. Understands text, a list of
 * chat messages (OpenAI's and Anthropic's forms, and the conventions' own), objects that hold such a list under
 * `messages`, and requests of OpenAI's Responses API and of Gemini. `undefined` when there are no messages in it: the
 * conventions have no key for other inputs.
 */
export function askedIn(inputs: TapeView): Asked | undefined {
  if (isText(inputs)) return { messages: [makeMessage('user', [textPart(inputs)])] }
  if (isList(inputs)) return asked(messageList(inputs))
  if (!isFields(inputs)) return undefined
  const messages = fieldIn(inputs, 'messages')
  if (isList(messages)) return asked(messageList(messages), contentParts(fieldIn(inputs, 'system')))
  if (fieldIn(inputs, 'contents') !== undefined) return geminiInput(inputs)
  return fieldIn(inputs, 'input') === undefined ? undefined : responsesInput(inputs)
}

/** Captured outputs as `gen_ai.output.messages`; also understands the answers of the APIs above. */
export function outputMessages(outputs: TapeView): readonly Message[] | undefined {
  if (isText(outputs)) return [makeMessage('assistant', [textPart(outputs)], 'stop')]
  if (isList(outputs)) return messageList(outputs, answer)
  if (!isFields(outputs)) return undefined
  const choices = itemsIn(fieldIn(outputs, 'choices'))
  if (choices !== undefined) return all(choices.map(choiceMessage))
  const candidates = itemsIn(fieldIn(outputs, 'candidates'))
  if (candidates !== undefined) return geminiOutput(candidates)
  const output = itemsIn(fieldIn(outputs, 'output'))
  if (output !== undefined) return responsesOutput(output)
  const messages = fieldIn(outputs, 'messages')
  if (isList(messages)) return messageList(messages, answer)
  const single = answer(outputs)
  return single && [single]
}

function asked(messages: Message[] | undefined, system?: readonly Part[]): Asked | undefined {
  return messages && { messages, ...(system !== undefined && system.length > 0 && { system }) }
}

const choiceMessage = (choice: TapeView): Message | undefined =>
  answer(fieldIn(choice, 'message'), fieldIn(choice, 'finish_reason'))

/** A message that is an answer, which says why it ended. */
function answer(fields: TapeView | undefined, reason?: TapeView): Message | undefined {
  const converted = message(fields)
  if (converted === undefined) return undefined
  const { role, parts } = converted
  const told = notNull(reason ?? fieldIn(fields, 'finish_reason') ?? fieldIn(fields, 'stop_reason'))
  const calls = Array.isArray(parts) && parts.some(({ type }: Part) => type === 'tool_call')
  return makeMessage(role, parts, finishReason(told) ?? (calls ? 'tool_call' : 'stop'))
}

function messageList(
  list: TapeView,
  of: (fields: TapeView) => Message | undefined = (fields) => message(fields),
): Message[] | undefined {
  const items = itemsIn(list)
  return items === undefined || items.length === 0 ? undefined : all(items.map((item) => of(item)))
}

function message(fields: TapeView | undefined): Message | undefined {
  const role = fieldIn(fields, 'role')
  if (!isText(role)) return undefined
  const parts = fieldIn(fields, 'parts')
  if (isList(parts)) return typedOrGemini(role, parts)
  const content = fieldIn(fields, 'content')
  if (says(role, 'tool')) {
    const toolCallId = fieldIn(fields, 'tool_call_id')
    if (isText(toolCallId)) return makeMessage(role, [toolResponsePart(toolCallId, content)])
  }
  const converted = contentParts(content)
  if (converted === undefined) return undefined
  const thoughts = fieldIn(fields, 'reasoning_content')
  if (isText(thoughts)) converted.unshift(reasoningPart(thoughts))
  addToolCalls(converted, fieldIn(fields, 'tool_calls'))
  return makeMessage(role, converted)
}

/** Parts of the conventions say what they are; those of Gemini do not. */
function typedOrGemini(role: Text, parts: TapeView): Message | undefined {
  const items = itemsIn(parts) ?? []
  if (items.every(isConventionalPart)) return makeMessage(role, parts)
  const areTyped = items.every((part) => isText(fieldIn(part, 'type')))
  const converted = areTyped ? items.map(contentPart) : geminiParts(parts)
  return converted && makeMessage(role, converted)
}

function contentParts(content: TapeView | undefined): Part[] | undefined {
  if (notNull(content) === undefined) return []
  if (isText(content)) return [textPart(content)]
  return itemsIn(content)?.map(contentPart)
}

function contentPart(item: TapeView): Part {
  if (!isFields(item)) return textPart(isText(item) ? item : toJsonText(plainOf(item)))
  const type = fieldIn(item, 'type')
  const said = saidIn(item, type)
  if (said !== undefined) return textPart(said)
  if (says(type, 'tool_use')) {
    return toolCallPart(fieldIn(item, 'id'), fieldIn(item, 'name'), fieldIn(item, 'input'))
  }
  if (says(type, 'tool_result')) {
    return toolResponsePart(fieldIn(item, 'tool_use_id'), fieldIn(item, 'content'))
  }
  if (says(type, 'thinking')) {
    const thinking = fieldIn(item, 'thinking')
    if (isText(thinking)) return reasoningPart(thinking)
  }
  if (isConventionalPart(item)) return ownPart(item)
  return namesake(item, type) ?? ownPart(item, isText(type) ? GENERIC : 'unknown')
}

/** Parts of LangChain and of the AI SDK whose types the conventions have for other forms. */
function namesake(item: TapeView, type: TapeView | undefined): Part | undefined {
  if (says(type, 'reasoning')) {
    const thoughts = fieldIn(item, 'reasoning') ?? fieldIn(item, 'text')
    return isText(thoughts) ? reasoningPart(thoughts) : undefined
  }
  return undefined
}

function saidIn(item: TapeView, type: TapeView | undefined): Text | undefined {
  if (!says(type, 'text') && !says(type, 'input_text') && !says(type, 'output_text')) return undefined
  const text = fieldIn(item, 'text')
  return isText(text) ? text : undefined
}

function addToolCalls(to: Part[], calls: TapeView | undefined): void {
  for (const call of itemsIn(calls) ?? []) {
    const called = fieldIn(call, 'function')
    const name = fieldIn(called, 'name')
    if (isText(name)) to.push(toolCallPart(fieldIn(call, 'id'), name, fieldIn(called, 'arguments'), true))
  }
}
