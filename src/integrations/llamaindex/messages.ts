import { asJson, dataAt, dataOf, isObject, itemsOf, text } from '../base/index.ts'

/** MLflow knows neither of these roles. */
const ROLES: Readonly<Record<string, string>> = { memory: 'system', developer: 'system' }

/** A message of LlamaIndex as a chat message in OpenAI's form, which MLflow and the conventions' parts are made of. */
export function toMessage(message: unknown): object {
  const role = text(dataAt(message, 'role')) ?? 'user'
  const result = dataAt(message, 'options', 'toolResult')
  const calls = itemsOf(dataAt(message, 'options', 'toolCall')).map(toToolCall)
  const content = contentOf(dataAt(message, 'content'))
  if (isObject(result)) {
    return { role: 'tool', content, tool_call_id: text(dataAt(result, 'id')) ?? '' }
  }
  return {
    role: ROLES[role] ?? role,
    content: calls.length > 0 && content === '' ? null : content,
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

/** A tool call that a model asks for; its input is text or what the text was made into. */
export function toToolCall(call: unknown): object {
  const input = dataAt(call, 'input')
  return {
    id: text(dataAt(call, 'id')) ?? '',
    type: 'function',
    function: {
      name: text(dataAt(call, 'name')) ?? '',
      arguments: typeof input === 'string' ? input : asJson(dataOf(input ?? {})),
    },
  }
}

function contentOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content ?? null
  return itemsOf(content).map(toPart)
}

/** A part of a message as MLflow shows it; of one that it does not know, the JSON text. */
function toPart(part: unknown): unknown {
  const type = dataAt(part, 'type')
  if (type === 'text') return { type, text: text(dataAt(part, 'text')) ?? '' }
  if (type === 'image_url') return { type, image_url: dataOf(dataAt(part, 'image_url')) }
  const data = text(dataAt(part, 'data'))
  if (type === 'image' && data !== undefined) {
    const mime = text(dataAt(part, 'mimeType')) ?? 'image/png'
    return { type: 'image_url', image_url: { url: `data:${mime};base64,${data}` } }
  }
  return { type: 'text', text: asJson(dataOf(part)) }
}
