import { asJson, type Fields, fieldsOf, isObject, list, read, text } from '../base/index.ts'

/** Blocks of Converse in Anthropic's form; of media their kind and size. */
export const shownBlocks = (content: unknown): unknown =>
  typeof content === 'string' ? content : list(content).map(shownBlock)

/** A block is an object with one member, whose name is its kind. */
function shownBlock(block: unknown): unknown {
  const fields = fieldsOf(block)
  const [kind = 'unknown'] = Object.keys(fields).filter((key) => fields[key] !== undefined)
  const value = fields[kind]
  switch (kind) {
    case 'text':
      return said(value)
    case 'toolUse':
      return {
        type: 'tool_use',
        id: read(value, 'toolUseId'),
        name: read(value, 'name'),
        input: inputOf(value),
      }
    case 'toolResult':
      return {
        type: 'tool_result',
        tool_use_id: read(value, 'toolUseId'),
        content: list(read(value, 'content')).map(shownResult),
        ...(read(value, 'status') === 'error' && { is_error: true }),
      }
    case 'reasoningContent':
      return reasoning(value)
    case 'guardContent':
      return { ...said(read(value, 'text', 'text') ?? label(kind, value)), block_type: kind }
    case 'citationsContent':
      return {
        ...said(joined(read(value, 'content'))),
        citations: list(read(value, 'citations')),
        block_type: kind,
      }
    default:
      return { ...said(label(kind, value)), block_type: kind }
  }
}

const said = (value: unknown): Fields => ({ type: 'text', text: text(value) ?? '' })

/** An object, as MLflow wants it; a model may have made something else of it. */
const inputOf = (use: unknown): unknown => {
  const input = read(use, 'input')
  return isObject(input) ? input : { value: input }
}

function reasoning(value: unknown): Fields {
  const thinking = text(read(value, 'reasoningText', 'text'))
  const signature = text(read(value, 'reasoningText', 'signature'))
  if (thinking === undefined && signature === undefined) return { type: 'thinking', thinking: '[redacted]' }
  return { type: 'thinking', thinking: thinking ?? '', ...(signature !== undefined && { signature }) }
}

function shownResult(part: unknown): unknown {
  const json = read(part, 'json')
  if (json === undefined) return shownBlock(part)
  return { ...said(asJson(json)), block_type: 'json' }
}

const joined = (parts: unknown): string =>
  list(parts)
    .map((part) => text(read(part, 'text')) ?? '')
    .join('')

/** Of bytes, or of the base64 that they are sent as. */
function sizeOf(bytes: unknown): string | undefined {
  if (bytes instanceof Uint8Array) return `${bytes.byteLength} bytes`
  const base64 = text(bytes)?.replace(/=+$/, '')
  return base64 === undefined ? undefined : `${Math.floor((base64.length * 3) / 4)} bytes`
}

/** What a reader wants to know of a block that is no text: its kind, its name or address, its size. */
function label(kind: string, value: unknown): string {
  const bytes = read(value, 'source', 'bytes')
  const known = [
    text(read(value, 'format')),
    text(read(value, 'name')),
    text(read(value, 'source', 's3Location', 'uri')) ?? text(read(value, 'source', 'text')),
    sizeOf(bytes),
  ].filter((one) => one !== undefined)
  return known.length === 0 ? `[${kind}]` : `[${kind}: ${known.join(', ')}]`
}
