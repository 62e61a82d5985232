import { fieldsOf, isObject, list, read, text } from '../base/index.ts'
import { isMessage, toMessage } from './messages.ts'

const DEEPEST = 6
const MOST_PARTS = 10_000

/**
 * What a run takes and gives, with LangChain's own objects in the form that MLflow knows: messages as chat messages,
 * documents with `page_content`, commands as what they say. Everything else stays what it is.
 */
export function plain(value: unknown): unknown {
  return walk(value, 0, { parts: 0 })
}

function walk(value: unknown, depth: number, seen: { parts: number }): unknown {
  if (typeof value !== 'object' || value === null || depth > DEEPEST || ++seen.parts > MOST_PARTS)
    return value
  if (Array.isArray(value)) return value.map((item) => walk(item, depth + 1, seen))
  if (isMessage(value)) return toMessage(value)
  if (isDocument(value)) return toDocument(value)
  const known = ownForm(value)
  if (known !== undefined) return walk(known, depth, seen)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  // Getters are the program's code, and read by the capture once.
  if (hasGetters(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => typeof item !== 'function')
      .map(([key, item]) => [key, walk(item, depth + 1, seen)]),
  )
}

const hasGetters = (value: object): boolean =>
  Object.values(Object.getOwnPropertyDescriptors(value)).some(({ get }) => get !== undefined)

/** Objects of classes whose serialised form says more of LangChain than of what is in them. */
function ownForm(value: object): object | undefined {
  const kind = text(read(value, 'lg_name'))
  if (kind === 'Command') return present(value, ['graph', 'update', 'resume', 'goto'])
  if (kind === 'Send') return present(value, ['node', 'args'])
  if (read(value, 'lc_serializable') !== true) return undefined
  const messages = read(value, 'messages')
  if (Array.isArray(messages)) return { messages }
  const prompt = read(value, 'value')
  return typeof prompt === 'string' ? { prompt } : undefined
}

function present(value: object, keys: readonly string[]): object {
  return Object.fromEntries(
    keys.map((key) => [key, read(value, key)]).filter(([, item]) => item !== undefined && !isEmpty(item)),
  )
}

const isEmpty = (item: unknown): boolean => Array.isArray(item) && item.length === 0

function isDocument(value: object): boolean {
  return typeof read(value, 'pageContent') === 'string' && isObject(read(value, 'metadata'))
}

/** A document in MLflow's words. */
export function toDocument(document: unknown): object {
  const id = text(read(document, 'id'))
  return {
    page_content: read(document, 'pageContent'),
    metadata: fieldsOf(read(document, 'metadata')),
    ...(id !== undefined && { id }),
  }
}

/** What a retriever found. */
export const toDocuments = (documents: unknown): readonly unknown[] => list(documents).map(toDocument)
