import {
  asJson,
  dataAt,
  dataOf,
  fieldsOf,
  isObject,
  itemsOf,
  list,
  type Method,
  methodIn,
  read,
  text,
} from '../base/index.ts'

const ROLES: Readonly<Record<string, string>> = {
  human: 'user',
  ai: 'assistant',
  system: 'system',
  // MLflow's Chat tab knows no `developer`, who is the `system` of today.
  developer: 'system',
  tool: 'tool',
  function: 'tool',
}

/** Whether `value` is a message of LangChain, of whichever copy. */
export function isMessage(value: unknown): value is object {
  return methodIn(value, '_getType') !== undefined || (isObject(value) && isNewMessage(value))
}

/** Messages of LangChain 1 may lack the former method. */
const isNewMessage = (value: object): boolean =>
  methodIn(value, 'getType') !== undefined && dataAt(value, 'content') !== undefined

/** A message of LangChain as a chat message in OpenAI's form, which MLflow and the conventions' parts are made of. */
export function toMessage(message: object): object {
  const type = typeOf(message)
  const calls = toolCalls(message)
  const { content, reasoning } = contentOf(dataOf(dataAt(message, 'content')), calls.length > 0)
  const name = text(dataAt(message, 'name'))
  const callId = text(dataAt(message, 'tool_call_id')) ?? (type === 'function' ? name : undefined)
  const thoughts = reasoning ?? text(dataAt(message, 'additional_kwargs', 'reasoning_content'))
  return {
    role: ROLES[type] ?? text(dataAt(message, 'role')) ?? type,
    content,
    ...(name !== undefined && { name }),
    ...(callId !== undefined && { tool_call_id: callId }),
    ...(thoughts !== undefined && { reasoning_content: thoughts }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(type === 'remove' && { id: dataAt(message, 'id') }),
  }
}

function typeOf(message: object): string {
  for (const key of ['_getType', 'getType']) {
    const method = methodIn(message, key)
    if (method === undefined) continue
    try {
      return String(Reflect.apply(method as Method, message, []))
    } catch {
      // A message of one's own that does not know what it is.
    }
  }
  return text(dataAt(message, 'type')) ?? 'user'
}

function toolCalls(message: object): object[] {
  const made = (key: string): readonly unknown[] => itemsOf(dataAt(message, key)).map(dataOf)
  const calls = [...made('tool_calls'), ...made('invalid_tool_calls')]
  if (calls.length === 0) {
    // As OpenAI sent them, where LangChain made nothing of them.
    return itemsOf(dataAt(message, 'additional_kwargs', 'tool_calls'))
      .map(dataOf)
      .filter(isObject)
  }
  return calls.map((call) => {
    const given = read(call, 'args')
    return {
      id: text(read(call, 'id')) ?? '',
      type: 'function',
      function: {
        name: text(read(call, 'name')) ?? '',
        arguments: typeof given === 'string' ? given : asJson(given ?? {}),
      },
    }
  })
}

/** Parts that only repeat the tool calls, which the message has in a place of their own. */
const CALL_PARTS: ReadonlySet<unknown> = new Set([
  'tool_use',
  'tool_call',
  'tool_call_chunk',
  'function_call',
  'functionCall',
  'input_json_delta',
])

function contentOf(content: unknown, hasCalls: boolean): { content: unknown; reasoning?: string } {
  if (!Array.isArray(content)) return { content: content ?? null }
  const thoughts: string[] = []
  const parts: object[] = []
  for (const part of content) {
    const type = read(part, 'type')
    if (hasCalls && CALL_PARTS.has(type)) continue
    const thought = type === 'thinking' || type === 'reasoning' ? thoughtOf(part) : undefined
    if (thought !== undefined) thoughts.push(thought)
    else if (type !== 'redacted_thinking') parts.push(toPart(part))
  }
  return {
    content: parts.length === 0 ? null : parts,
    ...(thoughts.length > 0 && { reasoning: thoughts.join('') }),
  }
}

function thoughtOf(part: unknown): string | undefined {
  const summary = list(read(part, 'summary')).flatMap((one) => text(read(one, 'text')) ?? [])
  return text(read(part, 'thinking')) ?? text(read(part, 'reasoning')) ?? (summary.join('') || undefined)
}

/** A part of a message as MLflow shows it; of one that it does not know, the JSON text. */
function toPart(part: unknown): object {
  if (typeof part === 'string') return { type: 'text', text: part }
  const type = read(part, 'type')
  if (type === 'text' || type === 'input_text' || type === 'output_text') {
    return { type, text: text(read(part, 'text')) ?? '' }
  }
  const image = type === 'image_url' ? read(part, 'image_url') : imageOf(part)
  if (image !== undefined) return { type: 'image_url', image_url: isObject(image) ? image : { url: image } }
  if (type === 'input_audio') return fieldsOf(part)
  return { type: 'text', text: asJson(part) }
}

/** The URL of an image in the form of LangChain 1 or Anthropic. */
function imageOf(part: unknown): string | undefined {
  if (read(part, 'type') !== 'image') return undefined
  const url = text(read(part, 'url')) ?? text(read(part, 'source', 'url'))
  if (url !== undefined) return url
  const data = text(read(part, 'data')) ?? text(read(part, 'source', 'data'))
  const mime =
    text(read(part, 'mimeType')) ?? text(read(part, 'mime_type')) ?? text(read(part, 'source', 'media_type'))
  return data === undefined ? undefined : `data:${mime ?? 'image/png'};base64,${data}`
}
