import { type Fields, fieldsOf, list, read, text } from '../method.ts'

/**
 * Messages as they are recorded. MLflow shows a conversation only when it knows each block of it, and of the API's
 * many kinds it knows a few. A block of another kind is recorded as the known one that is nearest, with all of its
 * fields, and its own kind under `block_type`. Messages that have none are returned as they are.
 */
export function shownMessages(messages: unknown): unknown {
  if (!Array.isArray(messages) || messages.every(isShown)) return messages
  return messages.map(shownMessage)
}

/** As {@link shownMessages}, for one message: of a request, or the answer. */
export function shownMessage(message: unknown): unknown {
  if (isShown(message)) return message
  return { ...fieldsOf(message), content: list(read(message, 'content')).map(shownBlock) }
}

const isShown = (message: unknown): boolean => list(read(message, 'content')).every(isShownBlock)

function isShownBlock(block: unknown): boolean {
  switch (read(block, 'type')) {
    case 'text':
    case 'thinking':
      return true
    case 'tool_use':
      return typeof read(block, 'input') === 'object' && read(block, 'input') !== null
    case 'image':
      return isShownImage(block)
    case 'tool_result':
      return isShownResult(read(block, 'content'))
    default:
      return false
  }
}

const isShownImage = (block: unknown): boolean => {
  const source = read(block, 'source', 'type')
  return source === 'base64' || source === 'url'
}

const isShownResult = (content: unknown): boolean =>
  typeof content === 'string' ||
  (Array.isArray(content) &&
    content.every(
      (part) => read(part, 'type') === 'text' || (read(part, 'type') === 'image' && isShownImage(part)),
    ))

function shownBlock(block: unknown): unknown {
  if (isShownBlock(block) || typeof block !== 'object' || block === null) return block
  const fields = { ...fieldsOf(block), block_type: read(block, 'type') }
  const type = text(read(block, 'type')) ?? ''
  if (type === 'redacted_thinking') return { ...fields, type: 'thinking', thinking: '[redacted]' }
  if (type.endsWith('_use') && hasText(block, 'id'))
    return { ...fields, type: 'tool_use', input: inputOf(block), name: nameOf(block) }
  if (type.endsWith('_result') && hasText(block, 'tool_use_id'))
    return { ...fields, type: 'tool_result', ...resultOf(read(block, 'content')) }
  return { ...fields, type: 'text', text: labelOf(type, block) }
}

const hasText = (block: unknown, key: string): boolean => text(read(block, key)) !== undefined

const inputOf = (block: unknown): Fields => fieldsOf(read(block, 'input'))

const nameOf = (block: unknown): string => text(read(block, 'name')) ?? 'tool'

/** Text for what MLflow shows as text only; what it stands for is kept beside. */
function resultOf(content: unknown): { content: unknown; result?: unknown } {
  if (content === undefined || content === null) return { content: '' }
  if (!Array.isArray(content)) return { content: labelOf('result', content), result: content }
  const parts = content.map((part) =>
    isShownResult([part]) ? part : { type: 'text', text: labelOf(text(read(part, 'type')) ?? '', part) },
  )
  return { content: parts, result: content }
}

const NAMES = ['text', 'title', 'url', 'file_id', 'filename', 'error_code', 'stdout', 'tool_name'] as const

/** What a reader wants to know of a block: the first of its words for itself, and its kind. */
function labelOf(type: string, block: unknown): string {
  for (const key of NAMES) {
    const found =
      text(read(block, key)) ?? text(read(block, 'source', key)) ?? text(read(block, 'content', key))
    if (found !== undefined) return key === 'text' || key === 'stdout' ? found : `[${type}: ${found}]`
  }
  return `[${type}]`
}
