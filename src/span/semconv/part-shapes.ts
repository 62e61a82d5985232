import { fieldIn, isText, textIn } from '../snapshot/look.ts'
import type { TapeView } from '../snapshot/tape.ts'

/** What a part of each type that the conventions know must have as text. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  text: ['content'],
  reasoning: ['content'],
  tool_call: ['name'],
  tool_call_response: [],
  server_tool_call: ['name'],
  server_tool_call_response: [],
  blob: ['modality', 'content'],
  file: ['modality', 'file_id'],
  uri: ['modality', 'uri'],
}

/** What it must have in any form. */
const FIELDS: Readonly<Record<string, string>> = {
  tool_call_response: 'response',
  server_tool_call: 'server_tool_call',
  server_tool_call_response: 'server_tool_call_response',
}

/** Whether the conventions say what parts of this type are. */
export const isConventionalType = (type: string): boolean => Object.hasOwn(TEXTS, type)

/**
 * Whether a part is one of the conventions, or has a type of its own. Some providers have parts of other forms with the
 * same names for their types.
 */
export function isConventionalPart(part: TapeView): boolean {
  const type = textIn(fieldIn(part, 'type'))
  if (type === undefined) return false
  if (!isConventionalType(type)) return true
  const field = FIELDS[type]
  if (field !== undefined && fieldIn(part, field) === undefined) return false
  return TEXTS[type]?.every((name) => isText(fieldIn(part, name))) === true
}
