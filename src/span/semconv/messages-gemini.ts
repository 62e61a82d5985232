import {
  fieldIn,
  firstNameIn,
  isFields,
  isText,
  isTrue,
  itemsIn,
  notNull,
  says,
  textIn,
} from '../snapshot/look.ts'
import type { TapeView } from '../snapshot/tape.ts'
import { finishReason } from './finish-reason.ts'
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
import { isConventionalType } from './part-shapes.ts'

/** A message whose parts have all been looked at. */
type Converted = Message & { readonly parts: readonly Part[] }

/** Messages of a request of Gemini: `config.systemInstruction`, then `contents`: a text, a content, or a list of them. */
export function geminiInput(request: TapeView): Asked | undefined {
  const system =
    notNull(fieldIn(fieldIn(request, 'config'), 'systemInstruction')) ?? fieldIn(request, 'systemInstruction')
  const told = system === undefined ? [] : messagesIn(system, 'system')
  const messages = messagesIn(fieldIn(request, 'contents'), 'user')
  if (told === undefined || messages === undefined || messages.length === 0) return undefined
  const parts = told.flatMap((message) => message.parts)
  return { messages, ...(parts.length > 0 && { system: parts }) }
}

/** The candidates of an answer of Gemini. */
export function geminiOutput(candidates: readonly TapeView[]): Message[] | undefined {
  return all(
    candidates.map((candidate) => {
      if (!isFields(candidate)) return undefined
      const content = fieldIn(candidate, 'content')
      const parts = isFields(content) ? geminiParts(fieldIn(content, 'parts')) : []
      return parts && makeMessage('assistant', parts, finishOf(fieldIn(candidate, 'finishReason')))
    }),
  )
}

function finishOf(reason: TapeView | undefined): string {
  const said = textIn(reason) ?? 'STOP'
  return FILTERED.has(said) ? 'content_filter' : (finishReason(said.toLowerCase()) as string)
}

const FILTERED: ReadonlySet<string> = new Set([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
])

/** Of a content, a part, a text, or a list of any of them, which the client takes all. */
function messagesIn(given: TapeView | undefined, role: string): Converted[] | undefined {
  if (isText(given)) return [makeMessage(role, [textPart(given)])]
  const items = itemsIn(given)
  if (items !== undefined) return all(items.map((one) => messagesIn(one, role)))?.flat()
  if (!isFields(given)) return undefined
  const said = fieldIn(given, 'role')
  const inside = itemsIn(fieldIn(given, 'parts')) ?? [given]
  const parts = all(inside.map(partOf))
  return parts && [makeMessage(isText(said) ? roleOf(said) : role, parts)]
}

function roleOf(role: TapeView): Text {
  if (says(role, 'model')) return 'assistant'
  return says(role, 'function') ? 'tool' : role
}

/** The parts of a content of Gemini. */
export function geminiParts(parts: TapeView | undefined): Part[] | undefined {
  const items = itemsIn(parts)
  return items && all(items.map(partOf))
}

function partOf(part: TapeView): Part | undefined {
  if (isText(part)) return textPart(part)
  if (!isFields(part)) return undefined
  const text = fieldIn(part, 'text')
  if (isText(text)) return isTrue(fieldIn(part, 'thought')) ? reasoningPart(text) : textPart(text)
  // The second name is that of the API's other clients, and the one under which MLflow reads it.
  const call = fieldIn(part, 'functionCall') ?? fieldIn(part, 'function_call')
  if (isFields(call)) return toolCallPart(identityOf(call), fieldIn(call, 'name'), fieldIn(call, 'args'))
  const response = fieldIn(part, 'functionResponse') ?? fieldIn(part, 'function_response')
  if (isFields(response)) return toolResponsePart(identityOf(response), fieldIn(response, 'response'))
  const named = firstNameIn(part) ?? 'unknown'
  return ownPart(part, isConventionalType(named) ? GENERIC : named)
}

/** Older models identify a call by its name alone. */
const identityOf = (call: TapeView): TapeView | undefined =>
  notNull(fieldIn(call, 'id')) ?? fieldIn(call, 'name')
