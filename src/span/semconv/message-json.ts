import type { Captured } from '../capture/captured.ts'
import { LIST_MESSAGES, MAX_NATIVE, OBJECT_MESSAGES, withinNesting } from '../capture/nesting.ts'
import { NULL, putObjectWith, putView } from '../snapshot/json.ts'
import { literal, putLiteral, putQuoted, putText } from '../snapshot/json-out.ts'
import { isText, textIn } from '../snapshot/look.ts'
import { plainOf } from '../snapshot/plain.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { TapeView } from '../snapshot/tape.ts'
import { createWriter, type Writer } from '../snapshot/writer.ts'
import { GENERIC, type Message, type Part, type Text, type ToolCallPart } from './message-parts.ts'

/** What can be written as JSON text: what was captured, or messages or their parts, in which it stands. */
export type JsonContent = Snapshot | readonly Message[] | readonly Part[]

/** More than most messages come to. */
const USUAL_BYTES = 8_192

// What is left for nesting within the list of messages, a message, its parts, and a part (see ./nesting.ts).
const WITHIN_MESSAGE = MAX_NATIVE - LIST_MESSAGES - OBJECT_MESSAGES
const WITHIN_PARTS = WITHIN_MESSAGE - LIST_MESSAGES
const WITHIN_PART = WITHIN_PARTS - OBJECT_MESSAGES

/** JSON text of `json` in UTF-8; what nests too deep for MLflow is a text of its own in it. */
export function writeJson(writer: Writer, json: JsonContent): void {
  if (isMessages(json)) putList(writer, json)
  else putView(writer, json, MAX_NATIVE)
}

/** {@link writeJson} as a string. */
export function jsonText(json: JsonContent): string {
  const writer = createWriter(USUAL_BYTES)
  writeJson(writer, json)
  return writer.buffer.toString('utf8', 0, writer.pos)
}

export const isMessages = (json: JsonContent): json is readonly Message[] | readonly Part[] =>
  Array.isArray(json)

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

function putList(writer: Writer, items: readonly (Message | Part)[]): void {
  putLiteral(writer, LIST)
  for (let i = 0; i < items.length; i += 1) {
    if (i > 0) putLiteral(writer, NEXT)
    const item = items[i] as Message | Part
    if ('role' in item) putMessage(writer, item)
    else putPart(writer, item)
  }
  putLiteral(writer, LIST_END)
}

function putMessage(writer: Writer, { role, parts, finishReason }: Message): void {
  putLiteral(writer, ROLE)
  putString(writer, role)
  putLiteral(writer, PARTS)
  if (isPartList(parts)) putList(writer, parts)
  else putView(writer, parts, WITHIN_MESSAGE)
  if (finishReason !== undefined) {
    putLiteral(writer, FINISH_REASON)
    putString(writer, finishReason)
  }
  putLiteral(writer, END)
}

const isPartList = (parts: Message['parts']): parts is readonly Part[] => Array.isArray(parts)

function putPart(writer: Writer, part: Part): void {
  switch (part.type) {
    case 'own':
      if (part.named === undefined) putView(writer, part.value, WITHIN_PARTS)
      else if (part.named === GENERIC) putGeneric(writer, part.value)
      else putObjectWith(writer, part.value, WITHIN_PARTS, 'type', part.named)
      return
    case 'tool_call':
      putToolCall(writer, part)
      break
    case 'tool_call_response':
      putLiteral(writer, TOOL_RESPONSE_PART)
      putIdentity(writer, part.id)
      putLiteral(writer, RESPONSE)
      putOptional(writer, part.response)
      break
    default:
      putLiteral(writer, part.type === 'text' ? TEXT_PART : REASONING_PART)
      putString(writer, part.content)
  }
  putLiteral(writer, END)
}

function putToolCall(writer: Writer, call: ToolCallPart): void {
  putLiteral(writer, TOOL_CALL_PART)
  putIdentity(writer, call.id)
  putLiteral(writer, NAME)
  if (isText(call.name)) putOptional(writer, call.name)
  else putLiteral(writer, EMPTY_TEXT)
  putLiteral(writer, ARGUMENTS)
  // Arguments that are no JSON after all stay the text that they are.
  const parsed = call.isText ? parsedJson(textIn(call.arguments)) : undefined
  if (parsed === undefined) putOptional(writer, call.arguments)
  else putText(writer, JSON.stringify(withinNesting(parsed, WITHIN_PART)))
}

function putGeneric(writer: Writer, part: TapeView): void {
  const { type, ...fields } = plainOf(part) as { readonly [key: string]: Captured }
  const generic = { ...fields, type: GENERIC, generic_type: type ?? 'unknown' }
  putText(writer, JSON.stringify(withinNesting(generic, WITHIN_PARTS)))
}

/** An ID is a text to the conventions, or not there. */
const putIdentity = (writer: Writer, id: TapeView | undefined): void =>
  putOptional(writer, isText(id) ? id : undefined)

function putString(writer: Writer, text: Text): void {
  if (typeof text === 'string') putQuoted(writer, text)
  else putView(writer, text, WITHIN_PART)
}

function putOptional(writer: Writer, value: TapeView | undefined): void {
  if (value === undefined) putLiteral(writer, NULL)
  else putView(writer, value, WITHIN_PART)
}

function parsedJson(text: string | undefined): Captured | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Captured
  } catch {
    return undefined
  }
}
