import { asJson, dataOf, fieldsOf, isObject, list, mediaMark, read, text } from '../base/index.ts'

/**
 * Messages of the AI SDK, or of a prompt that it hands to a model, in OpenAI's chat form, which MLflow shows and the
 * conventions' parts are made of.
 *
 * @param system - what stands before them: a text, a message, or several
 */
export function chatMessages(messages: unknown, system?: unknown): object[] {
  return chatMessagesOf(dataOf(messages), dataOf(system))
}

function chatMessagesOf(messages: unknown, system: unknown): object[] {
  const before = (Array.isArray(system) ? system : system === undefined ? [] : [system]).map((one) =>
    typeof one === 'string' ? { role: 'system', content: one } : { ...fieldsOf(one), role: 'system' },
  )
  const given = typeof messages === 'string' ? [{ role: 'user', content: messages }] : list(messages)
  return [...before, ...given].flatMap(chatMessage)
}

function chatMessage(message: unknown): object[] {
  const role = text(read(message, 'role')) ?? 'user'
  const content = read(message, 'content')
  if (role === 'tool') return list(content).flatMap(toolMessage)
  if (role === 'assistant') return [assistantMessage(content)]
  if (!Array.isArray(content)) return [{ role, content: content ?? null }]
  const parts = content.map(contentPart)
  const [only] = parts
  return [{ role, content: parts.length === 1 && text(read(only, 'text')) ? read(only, 'text') : parts }]
}

/** The answers of tools, which OpenAI has in one message each. */
function toolMessage(part: unknown): object[] {
  if (read(part, 'type') !== 'tool-result') return []
  return [
    {
      role: 'tool',
      tool_call_id: text(read(part, 'toolCallId')) ?? '',
      name: text(read(part, 'toolName')),
      content: resultText(read(part, 'output') ?? read(part, 'result')),
    },
  ]
}

function resultText(output: unknown): string {
  const type = read(output, 'type')
  const value = typeof type === 'string' && isTyped(output) ? read(output, 'value') : output
  return typeof value === 'string' ? value : jsonOf(value)
}

const isTyped = (output: unknown): boolean => isObject(output) && 'value' in output

/** What a model said, as one message: its parts are a text, or content parts as models and messages have them. */
export function assistantMessage(content: unknown): object {
  if (!Array.isArray(content)) return { role: 'assistant', content: content ?? null }
  const parts: object[] = []
  const thoughts: string[] = []
  const calls: object[] = []
  for (const part of content) {
    const type = read(part, 'type')
    if (type === 'reasoning') thoughts.push(text(read(part, 'text')) ?? '')
    else if (type === 'tool-call') calls.push(toolCall(part))
    else if (type !== 'tool-result' && type !== 'source') parts.push(contentPart(part))
  }
  const texts = parts.map((part) => read(part, 'type') === 'text' && read(part, 'text'))
  const plain = texts.every((one) => typeof one === 'string')
  return {
    role: 'assistant',
    content: parts.length === 0 ? null : plain ? texts.join('') : parts,
    ...(thoughts.some((one) => one !== '') && { reasoning_content: thoughts.join('') }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

function toolCall(part: unknown): object {
  const input = read(part, 'input') ?? read(part, 'args')
  return {
    id: text(read(part, 'toolCallId')) ?? '',
    type: 'function',
    function: {
      name: text(read(part, 'toolName')) ?? '',
      arguments: typeof input === 'string' ? input : jsonOf(input ?? {}),
    },
  }
}

function contentPart(part: unknown): object {
  if (typeof part === 'string') return { type: 'text', text: part }
  const type = read(part, 'type')
  if (type === 'text') return { type: 'text', text: String(read(part, 'text') ?? '') }
  if (type !== 'image' && type !== 'file') return { type: 'text', text: jsonOf(part) }
  const data =
    read(part, 'data', 'url') ?? read(part, 'data', 'data') ?? read(part, 'data') ?? read(part, 'image')
  const mediaType =
    text(read(part, 'mediaType')) ?? (type === 'image' ? 'image/*' : 'application/octet-stream')
  const url = mediaType.startsWith('image/') ? urlOf(data, mediaType) : undefined
  // Only a short one is an image that a page can show: of others, type and size are recorded.
  const mark = url === undefined ? undefined : mediaMark(url)
  if (mark !== undefined) return { type: 'text', text: mark }
  if (url !== undefined) return { type: 'image_url', image_url: { url } }
  return { type: 'text', text: `[${text(read(part, 'filename')) ?? mediaType}${sizeOf(data)}]` }
}

function urlOf(data: unknown, mediaType: string): string | undefined {
  if (data instanceof URL) return data.href
  if (typeof data !== 'string') return undefined
  if (/^(https?|data):/.test(data)) return data
  return `data:${mediaType === 'image/*' ? 'image/png' : mediaType};base64,${data}`
}

/** Bytes stay where they are: nobody reads them in a trace. */
function sizeOf(data: unknown): string {
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return `, ${data.byteLength} bytes`
  return typeof data === 'string' ? `, ${data.length} characters` : ''
}

/** `value` as JSON text, whatever it is, as far as it can be read without running code of the program. */
const jsonOf = (value: unknown): string => asJson(dataOf(value)) || 'null'

/** What a JSON text says; the text itself where it is not JSON. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}
