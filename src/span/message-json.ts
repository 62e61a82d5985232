import type { Captured } from './captured.ts'
import { type Content, contentBytes } from './content/content.ts'
import { putContent, putObjectWith } from './content/json-content.ts'
import { type JsonOut, putAscii, putText, startJson } from './content/json-out.ts'
import { notNull, textIn } from './content/look-into.ts'
import type { Message, Part, Text } from './message-parts.ts'
import { LIST_MESSAGES, MOST_NATIVE, OBJECT_MESSAGES, withinNesting } from './nesting.ts'
import { createWriter, type Writer } from './otlp/writer.ts'

/** What can be written as JSON text: what was captured, or messages in which it stands. */
export type JsonContent = Content | readonly Message[]

/** More than most messages come to. */
const USUAL_BYTES = 8_192

// What is left for nesting within the list of messages, a message, its parts, and a part (see ./nesting.ts).
const WITHIN_MESSAGE = MOST_NATIVE - LIST_MESSAGES - OBJECT_MESSAGES
const WITHIN_PARTS = WITHIN_MESSAGE - LIST_MESSAGES
const WITHIN_PART = WITHIN_PARTS - OBJECT_MESSAGES

/** JSON text of `json` in UTF-8; what nests too deep for MLflow is a text of its own in it. */
export function writeJson(writer: Writer, json: JsonContent): void {
  const out = startJson(writer)
  if (isMessages(json)) putMessages(out, json)
  else putContent(out, json, MOST_NATIVE)
}

/** {@link writeJson} as a string. */
export function jsonText(json: JsonContent): string {
  const writer = createWriter(isMessages(json) ? USUAL_BYTES : contentBytes(json) * 2)
  writeJson(writer, json)
  return writer.buffer.toString('utf8', 0, writer.pos)
}

const isMessages = (json: JsonContent): json is readonly Message[] => Array.isArray(json)

function putMessages(out: JsonOut, messages: readonly Message[]): void {
  putAscii(out, '[')
  messages.forEach((message, index) => {
    putMessage(out, message, index)
  })
  putAscii(out, ']')
}

function putMessage(out: JsonOut, { role, parts, finishReason }: Message, index: number): void {
  putAscii(out, index === 0 ? '{"role":' : ',{"role":')
  putString(out, role)
  putAscii(out, ',"parts":')
  if ('buffer' in parts) putContent(out, parts, WITHIN_MESSAGE)
  else putParts(out, parts)
  if (finishReason !== undefined) {
    putAscii(out, ',"finish_reason":')
    putString(out, finishReason)
  }
  putAscii(out, '}')
}

function putParts(out: JsonOut, parts: readonly Part[]): void {
  putAscii(out, '[')
  parts.forEach((part, index) => {
    if (index > 0) putAscii(out, ',')
    putPart(out, part)
  })
  putAscii(out, ']')
}

function putPart(out: JsonOut, part: Part): void {
  switch (part.type) {
    case 'own':
      if (part.named === undefined) putContent(out, part.value, WITHIN_PARTS)
      else putObjectWith(out, part.value, WITHIN_PARTS, 'type', part.named)
      return
    case 'tool_call':
      putAscii(out, '{"type":"tool_call","id":')
      putOptional(out, part.id)
      putAscii(out, ',"name":')
      if (notNull(part.name) === undefined) putAscii(out, '""')
      else putOptional(out, part.name)
      putAscii(out, ',"arguments":')
      if (part.isText) putArguments(out, part.arguments)
      else putOptional(out, part.arguments)
      break
    case 'tool_call_response':
      putAscii(out, '{"type":"tool_call_response","id":')
      putOptional(out, part.id)
      putAscii(out, ',"response":')
      putOptional(out, part.response)
      break
    default:
      putAscii(out, part.type === 'text' ? '{"type":"text","content":' : '{"type":"reasoning","content":')
      putString(out, part.content)
  }
  putAscii(out, '}')
}

function putString(out: JsonOut, text: Text): void {
  if (typeof text === 'string') putText(out, JSON.stringify(text))
  else putContent(out, text, WITHIN_PART)
}

function putOptional(out: JsonOut, value: Content | undefined): void {
  if (value === undefined) putAscii(out, 'null')
  else putContent(out, value, WITHIN_PART)
}

/** Arguments that are no JSON after all stay the text that they are. */
function putArguments(out: JsonOut, value: Content | undefined): void {
  const parsed = parsedJson(textIn(value))
  if (parsed === undefined) putOptional(out, value)
  else putText(out, JSON.stringify(withinNesting(parsed, WITHIN_PART)))
}

function parsedJson(text: string | undefined): Captured | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Captured
  } catch {
    return undefined
  }
}
