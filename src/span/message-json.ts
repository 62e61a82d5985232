import type { Captured } from './captured.ts'
import { type Content, contentBytes } from './content/content.ts'
import { NULL, putContent, putObjectWith } from './content/json-content.ts'
import { type JsonOut, literal, putLiteral, putText, startJson } from './content/json-out.ts'
import { notNull, textIn } from './content/look-into.ts'
import type { Message, Part, Text, ToolCallPart } from './message-parts.ts'
import { LIST_MESSAGES, MAX_NATIVE, OBJECT_MESSAGES, withinNesting } from './nesting.ts'
import { createWriter, type Writer } from './otlp/writer.ts'

/** What can be written as JSON text: what was captured, or messages in which it stands. */
export type JsonContent = Content | readonly Message[]

/** More than most messages come to. */
const USUAL_BYTES = 8_192

// What is left for nesting within the list of messages, a message, its parts, and a part (see ./nesting.ts).
const WITHIN_MESSAGE = MAX_NATIVE - LIST_MESSAGES - OBJECT_MESSAGES
const WITHIN_PARTS = WITHIN_MESSAGE - LIST_MESSAGES
const WITHIN_PART = WITHIN_PARTS - OBJECT_MESSAGES

/** JSON text of `json` in UTF-8; what nests too deep for MLflow is a text of its own in it. */
export function writeJson(writer: Writer, json: JsonContent): void {
  const out = startJson(writer)
  if (isMessages(json)) putMessages(out, json)
  else putContent(out, json, MAX_NATIVE)
}

/** {@link writeJson} as a string. */
export function jsonText(json: JsonContent): string {
  const writer = createWriter(isMessages(json) ? USUAL_BYTES : contentBytes(json) * 2)
  writeJson(writer, json)
  return writer.buffer.toString('utf8', 0, writer.pos)
}

export const isMessages = (json: JsonContent): json is readonly Message[] => Array.isArray(json)

const LIST = literal('[')
const LIST_END = literal(']')
const NEXT = literal(',')
const END = literal('}')
const EMPTY_TEXT = literal('""')
const ROLE = literal('{"role":')
const PARTS = literal(',"parts":')
const FINISH_REASON = literal(',"finish_reason":')
const TEXT_PART = literal('{"type":"text","content":')
const REASONING_PART = literal('{"type":"reasoning","content":')
const TOOL_CALL_PART = literal('{"type":"tool_call","id":')
const NAME = literal(',"name":')
const ARGUMENTS = literal(',"arguments":')
const TOOL_RESPONSE_PART = literal('{"type":"tool_call_response","id":')
const RESPONSE = literal(',"response":')

function putMessages(out: JsonOut, messages: readonly Message[]): void {
  putLiteral(out, LIST)
  for (let i = 0; i < messages.length; i += 1) {
    if (i > 0) putLiteral(out, NEXT)
    putMessage(out, messages[i] as Message)
  }
  putLiteral(out, LIST_END)
}

function putMessage(out: JsonOut, { role, parts, finishReason }: Message): void {
  putLiteral(out, ROLE)
  putString(out, role)
  putLiteral(out, PARTS)
  if (isPartList(parts)) putParts(out, parts)
  else putContent(out, parts, WITHIN_MESSAGE)
  if (finishReason !== undefined) {
    putLiteral(out, FINISH_REASON)
    putString(out, finishReason)
  }
  putLiteral(out, END)
}

const isPartList = (parts: Message['parts']): parts is readonly Part[] => Array.isArray(parts)

function putParts(out: JsonOut, parts: readonly Part[]): void {
  putLiteral(out, LIST)
  for (let i = 0; i < parts.length; i += 1) {
    if (i > 0) putLiteral(out, NEXT)
    putPart(out, parts[i] as Part)
  }
  putLiteral(out, LIST_END)
}

function putPart(out: JsonOut, part: Part): void {
  switch (part.type) {
    case 'own':
      if (part.named === undefined) putContent(out, part.value, WITHIN_PARTS)
      else putObjectWith(out, part.value, WITHIN_PARTS, 'type', part.named)
      return
    case 'tool_call':
      putToolCall(out, part)
      break
    case 'tool_call_response':
      putLiteral(out, TOOL_RESPONSE_PART)
      putOptional(out, part.id)
      putLiteral(out, RESPONSE)
      putOptional(out, part.response)
      break
    default:
      putLiteral(out, part.type === 'text' ? TEXT_PART : REASONING_PART)
      putString(out, part.content)
  }
  putLiteral(out, END)
}

function putToolCall(out: JsonOut, call: ToolCallPart): void {
  putLiteral(out, TOOL_CALL_PART)
  putOptional(out, call.id)
  putLiteral(out, NAME)
  if (notNull(call.name) === undefined) putLiteral(out, EMPTY_TEXT)
  else putOptional(out, call.name)
  putLiteral(out, ARGUMENTS)
  // Arguments that are no JSON after all stay the text that they are.
  const parsed = call.isText ? parsedJson(textIn(call.arguments)) : undefined
  if (parsed === undefined) putOptional(out, call.arguments)
  else putText(out, JSON.stringify(withinNesting(parsed, WITHIN_PART)))
}

function putString(out: JsonOut, text: Text): void {
  if (typeof text === 'string') putText(out, JSON.stringify(text))
  else putContent(out, text, WITHIN_PART)
}

function putOptional(out: JsonOut, value: Content | undefined): void {
  if (value === undefined) putLiteral(out, NULL)
  else putContent(out, value, WITHIN_PART)
}

function parsedJson(text: string | undefined): Captured | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Captured
  } catch {
    return undefined
  }
}
