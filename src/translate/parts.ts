import { mediaMark } from '../span/capture/media-mark.ts'
import { at, firstAt, isData, items, jsonOf, text } from './data.ts'

/** What the parts of a message hold, by what OpenAI's form does with it. */
export interface Gathered {
  readonly content: Record<string, unknown>[]
  readonly thoughts: string[]
  readonly calls: Record<string, unknown>[]
  readonly results: { readonly id: string; readonly name: string | undefined; readonly content: string }[]
}

const CALL_TYPES: ReadonlySet<unknown> = new Set(
  'tool_call tool-call tool_use toolUse function_call tool_request'.split(' '),
)
const RESULT_TYPES: ReadonlySet<unknown> = new Set(
  'tool_call_response tool-result tool_result toolResult function_call_output tool_response'.split(' '),
)
const THOUGHT_TYPES: ReadonlySet<unknown> = new Set(['reasoning', 'thinking', 'reasoningBlock'])
/** Members in which Gemini, Bedrock and Genkit put a call, or its result. */
const CALLS = ['functionCall', 'function_call', 'toolUse', 'toolRequest'] as const
const RESULTS = ['functionResponse', 'function_response', 'toolResult', 'toolResponse'] as const
const IDS = ['id', 'toolCallId', 'tool_call_id', 'toolUseId', 'tool_use_id', 'call_id', 'ref'] as const
const NAMES = ['name', 'toolName', 'tool_name'] as const

/** Adds one part of a message, in whatever form a library writes it. */
export function addPart(gathered: Gathered, part: unknown): void {
  if (!isData(part)) {
    if (part !== null && part !== undefined && part !== '') gathered.content.push(textPart(jsonOf(part)))
    return
  }
  const { type } = part
  const call = firstAt(part, CALLS) ?? (CALL_TYPES.has(type) ? part : undefined)
  const result = firstAt(part, RESULTS) ?? (RESULT_TYPES.has(type) ? part : undefined)
  if (isData(call)) gathered.calls.push(callOf(call))
  else if (isData(result)) gathered.results.push(resultOf(result))
  else if (!addThought(gathered, part)) gathered.content.push(contentOf(part))
}

const textPart = (said: string): Record<string, unknown> => ({ type: 'text', text: said })

/** A call in OpenAI's form; of one without an ID too, for MLflow shows none of the messages otherwise. */
export function callOf(call: unknown): Record<string, unknown> {
  const named = at(call, 'function') ?? call
  return {
    id: text(firstAt(call, IDS)) ?? '',
    type: 'function',
    function: {
      name: text(firstAt(named, NAMES)) ?? '',
      arguments: jsonOf(firstAt(named, ['arguments', 'args', 'input']) ?? {}),
    },
  }
}

function resultOf(result: unknown): Gathered['results'][number] {
  const said = firstAt(result, ['response', 'result', 'output', 'content'])
  return { id: text(firstAt(result, IDS)) ?? '', name: text(firstAt(result, NAMES)), content: saidIn(said) }
}

/** Texts of a list of parts, or JSON of anything else. */
export function saidIn(said: unknown): string {
  // The AI SDK says of a result what it is.
  if (isData(said) && typeof said.type === 'string' && 'value' in said) return saidIn(said.value)
  if (!Array.isArray(said)) return jsonOf(said ?? null)
  const texts = said.map((part) => text(firstAt(part, ['text', 'content'])))
  return texts.length > 0 && texts.every((one) => one !== undefined) ? texts.join('') : jsonOf(said)
}

function addThought(gathered: Gathered, part: unknown): boolean {
  const own =
    at(part, 'reasoningContent', 'reasoningText', 'text') ?? at(part, 'reasoning') ?? at(part, 'thinking')
  const isThought = at(part, 'thought') === true || THOUGHT_TYPES.has(at(part, 'type'))
  const thought = text(own) ?? (isThought ? (text(firstAt(part, ['text', 'content'])) ?? '') : undefined)
  if (thought !== undefined) gathered.thoughts.push(thought)
  return thought !== undefined
}

function contentOf(part: unknown): Record<string, unknown> {
  const type = at(part, 'type')
  const said = firstAt(part, ['text', 'content'])
  if (typeof said === 'string' && (type === undefined || /text$/.test(String(type)))) return textPart(said)
  return imageOf(part) ?? textPart(jsonOf(part))
}

const MEDIA = ['media', 'inlineData', 'inline_data', 'fileData', 'file_data', 'image_url', 'image'] as const
const PLACES = ['url', 'uri', 'fileUri', 'file_uri', 'data', 'content', 'image'] as const
const KINDS = ['contentType', 'mimeType', 'mime_type', 'mediaType', 'media_type'] as const

/** An image by its address, or a mark of type and size in place of what is too long for a page. */
function imageOf(part: unknown): Record<string, unknown> | undefined {
  const found = firstAt(part, MEDIA)
  const media = isData(found) ? found : part
  const place = text(found) ?? text(firstAt(media, PLACES))
  if (place === undefined) return undefined
  const kind = text(firstAt(media, KINDS)) ?? text(firstAt(part, KINDS))
  const isNamed = at(part, 'modality') === 'image' || /^image/.test(String(at(part, 'type')))
  const isImage = kind?.startsWith('image/') ?? (isNamed || found !== undefined)
  const url = /^(?:https?|data|gs):/.test(place) ? place : `data:${kind ?? 'image/png'};base64,${place}`
  const mark = mediaMark(url)
  if (mark !== undefined) return textPart(mark)
  return isImage ? { type: 'image_url', image_url: { url } } : textPart(`[${kind ?? 'file'}] ${place}`)
}

export const allParts = (parts: unknown): Gathered => {
  const gathered: Gathered = { content: [], thoughts: [], calls: [], results: [] }
  for (const part of Array.isArray(parts) ? items(parts) : [parts]) addPart(gathered, part)
  return gathered
}
