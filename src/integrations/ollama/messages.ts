import { asJson, type Fields, fieldsOf, list, read, text } from '../base/index.ts'

/** Messages in OpenAI's form, which MLflow shows: Ollama's differ in their images, and in the calls of tools. */
export const shownMessages = (messages: unknown): readonly Fields[] => list(messages).map(shownMessage)

/** As {@link shownMessages}, for one: of a request, or the answer. */
export function shownMessage(message: unknown): Fields {
  const { images, tool_calls: calls, thinking, content, ...rest } = fieldsOf(message)
  return {
    ...rest,
    content:
      list(images).length === 0 ? content : [{ type: 'text', text: content }, ...list(images).map(sizeOf)],
    ...(thinking !== undefined && { reasoning_content: thinking }),
    ...(Array.isArray(calls) && calls.length > 0 && { tool_calls: calls.map(shownCall) }),
  }
}

/** Ollama gives calls no ID, and their arguments as an object. */
function shownCall(call: unknown, index: number): Fields {
  const args = read(call, 'function', 'arguments')
  return {
    id: text(read(call, 'id')) ?? `call_${index}`,
    type: 'function',
    function: {
      name: text(read(call, 'function', 'name')) ?? '',
      arguments: typeof args === 'string' ? args : asJson(args ?? {}),
    },
  }
}

/** A request with a prompt, as it is recorded. */
export function shownPrompt(request: unknown): Fields {
  const { images, context: _tokens, ...rest } = fieldsOf(request)
  return { ...rest, ...(list(images).length > 0 && { images: list(images).map((one) => sizeOf(one).text) }) }
}

/** Images are bytes, base64 or the path of a file. */
function sizeOf(image: unknown): { readonly type: 'text'; readonly text: string } {
  const bytes = image instanceof Uint8Array ? image.byteLength : undefined
  const said = text(image)
  const size = bytes ?? Math.floor(((said?.replace(/=+$/, '').length ?? 0) * 3) / 4)
  return { type: 'text', text: `[image: ${size} bytes]` }
}
