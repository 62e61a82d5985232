import { fieldIn, isFields, isList, isText, itemsIn, notNull, says } from '../snapshot/look.ts'
import { plainOf } from '../snapshot/plain.ts'
import type { TapeView } from '../snapshot/tape.ts'
import { toJsonText } from './json-text.ts'
import {
  all,
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
import { geminiInput, geminiOutput } from './messages-gemini.ts'
import { responsesInput, responsesOutput } from './messages-responses.ts'

/**
 * Captured inputs as the GenAI conventions' `gen_ai.input.messages`: messages of parts. Understands text, a list of
 * chat messages (OpenAI's and Anthropic's forms, and the conventions' own), objects that hold such a list under
 * `messages`, and requests of OpenAI's Responses API and of Gemini. `undefined` when there are no messages in it: the
 * conventions have no key for other inputs.
 */
export function inputMessages(inputs: TapeView): readonly Message[] | undefined {
  if (isText(inputs)) return [makeMessage('user', [textPart(inputs)])]
  if (isList(inputs)) return messageList(inputs)
  if (!isFields(inputs)) return undefined
  const messages = fieldIn(inputs, 'messages')
  if (isList(messages)) return withSystem(inputs, messageList(messages))
  if (fieldIn(inputs, 'contents') !== undefined) return geminiInput(inputs)
  return fieldIn(inputs, 'input') === undefined ? undefined : responsesInput(inputs)
}

/** Captured outputs as `gen_ai.output.messages`; also understands the answers of the APIs above. */
export function outputMessages(outputs: TapeView): readonly Message[] | undefined {
  if (isText(outputs)) return [makeMessage('assistant', [textPart(outputs)], 'stop')]
  if (isList(outputs)) return messageList(outputs)
  if (!isFields(outputs)) return undefined
  const choices = itemsIn(fieldIn(outputs, 'choices'))
  if (choices !== undefined) return all(choices.map(choiceMessage))
  const candidates = itemsIn(fieldIn(outputs, 'candidates'))
  if (candidates !== undefined) return geminiOutput(candidates)
  const output = itemsIn(fieldIn(outputs, 'output'))
  if (output !== undefined) return responsesOutput(output)
  const messages = fieldIn(outputs, 'messages')
  if (isList(messages)) return messageList(messages)
  const single = message(outputs)
  return single && [single]
}

/** Anthropic's requests have what the system says beside the messages. */
function withSystem(inputs: TapeView, messages: Message[] | undefined): Message[] | undefined {
  const system = messages && fieldIn(inputs, 'system')
  const parts = system && contentParts(system)
  return messages && parts && parts.length > 0 ? [makeMessage('system', parts), ...messages] : messages
}

function choiceMessage(choice: TapeView): Message | undefined {
  const converted = message(fieldIn(choice, 'message'))
  const finish = fieldIn(choice, 'finish_reason')
  return converted && makeMessage(converted.role, converted.parts, isText(finish) ? finish : 'stop')
}

function messageList(list: TapeView): Message[] | undefined {
  const items = itemsIn(list)
  return items === undefined || items.length === 0 ? undefined : all(items.map(message))
}

function message(fields: TapeView | undefined): Message | undefined {
  const role = fieldIn(fields, 'role')
  if (!isText(role)) return undefined
  const parts = fieldIn(fields, 'parts')
  if (isList(parts)) return makeMessage(role, parts)
  const content = fieldIn(fields, 'content')
  if (says(role, 'tool')) {
    const toolCallId = fieldIn(fields, 'tool_call_id')
    if (isText(toolCallId)) return makeMessage(role, [toolResponsePart(toolCallId, content)])
  }
  const converted = contentParts(content)
  if (converted === undefined) return undefined
  addToolCalls(converted, fieldIn(fields, 'tool_calls'))
  return makeMessage(role, converted)
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
  return isText(type) ? ownPart(item) : ownPart(item, 'unknown')
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
