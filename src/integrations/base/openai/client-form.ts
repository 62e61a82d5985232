import { asJson } from '../as-json.ts'
import { type Fields, isObject, text } from '../method.ts'
import { dataAt, dataFields, itemsOf, settingAt } from '../own-data.ts'

// Clients of APIs that are like OpenAI's, with names of their own for the members: `toolCalls` for `tool_calls`.

const apiName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** The data properties of `value` under the names of the API; what they hold is left as it is. */
export const apiFields = (value: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(dataFields(value)).map(([name, held]) => [apiName(name), held]))

/** A parameter of a request, as the program names it or as it was sent. */
export const parameter = (request: unknown, name: string): unknown =>
  settingAt(request, name) ?? settingAt(request, apiName(name)) ?? undefined

/** A message of a request or an answer, in the form of OpenAI's API. */
export function chatMessage(message: unknown): Fields {
  const { content, tool_calls, ...rest } = apiFields(message)
  const { shown, thinking } = contentOf(content)
  const calls = itemsOf(tool_calls).map(chatToolCall)
  return {
    ...rest,
    content: shown,
    ...(thinking !== '' && { reasoning_content: thinking }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

/** A call of a tool, whose arguments the client may have parsed. */
export const chatToolCall = (call: unknown): Fields =>
  toolCallOf(dataAt(call, 'id'), dataAt(call, 'function', 'name'), dataAt(call, 'function', 'arguments'))

/** A call of a tool in the form of OpenAI's API, whose arguments are a text. */
export const toolCallOf = (id: unknown, name: unknown, given: unknown): Fields => ({
  id: text(id) ?? '',
  type: 'function',
  function: {
    name: text(name) ?? '',
    arguments: typeof given === 'string' ? given : asJson(given ?? {}),
  },
})

/** Thoughts are parts of the content there; OpenAI's form has them beside it. */
export function contentOf(content: unknown): { readonly shown: unknown; readonly thinking: string } {
  if (!Array.isArray(content)) return { shown: content ?? null, thinking: '' }
  const parts = itemsOf(content)
  const isThought = (part: unknown): boolean => dataAt(part, 'type') === 'thinking'
  const shown = parts.filter((part) => !isThought(part)).map(shownPart)
  const thinking = parts.filter(isThought).map(thoughtIn).join('')
  const isText = shown.every((part) => part.type === 'text')
  return { shown: isText && thinking !== '' ? textOf(shown) : shown, thinking }
}

/** The texts of what {@link contentOf} shows, as one. */
export const textOf = (shown: unknown): string =>
  typeof shown === 'string'
    ? shown
    : itemsOf(shown)
        .map((part) => text(dataAt(part, 'text')) ?? '')
        .join('')

function thoughtIn(part: unknown): string {
  const thinking = dataAt(part, 'thinking')
  return typeof thinking === 'string' ? thinking : textOf(thinking)
}

/** MLflow shows a conversation only if it knows each part: of what it does not know, the kind is shown as a text. */
function shownPart(part: unknown): Fields {
  const { type, ...rest } = apiFields(part)
  switch (type) {
    case 'text':
      return { type, ...rest }
    case 'image_url':
      return { type, image_url: isObject(rest.image_url) ? rest.image_url : { url: rest.image_url } }
    case 'input_audio':
      return { type, input_audio: isObject(rest.input_audio) ? rest.input_audio : { data: rest.input_audio } }
    default:
      return { ...rest, type: 'text', block_type: type, text: `[${text(type) ?? 'part'}]` }
  }
}
