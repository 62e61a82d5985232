import { types } from 'node:util'
import { dataAt, dataOf, isObject, isPlainObject, itemsOf, ownerOf, text } from '../base/index.ts'
import { isMessage, toMessage } from './messages.ts'

const MAX_DEPTH = 6
const MAX_PARTS = 10_000

/**
 * What a run takes and gives, with LangChain's own objects in the form that MLflow knows: messages as chat messages,
 * documents with `page_content`, commands as what they say. Everything else as it can be read without running code of the
 * program.
 */
export function plain(value: unknown): unknown {
  return walk(value, 0, { parts: 0 })
}

function walk(value: unknown, depth: number, seen: { parts: number }): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (types.isProxy(value) || depth > MAX_DEPTH || ++seen.parts > MAX_PARTS) return dataOf(value)
  if (Array.isArray(value)) return itemsOf(value).map((item) => walk(item, depth + 1, seen))
  if (isMessage(value)) return toMessage(value)
  if (isDocument(value)) return toDocument(value)
  const known = ownForm(value)
  if (known !== undefined) return walk(known, depth, seen)
  if (!isPlainObject(value)) return dataOf(value)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => typeof item !== 'function')
      .map(([key, item]) => [key, walk(item, depth + 1, seen)]),
  )
}

/** Objects of classes whose serialised form says more of LangChain than of what is in them. */
function ownForm(value: object): object | undefined {
  const kind = text(dataAt(value, 'lg_name'))
  if (kind === 'Command') return present(value, ['graph', 'update', 'resume', 'goto'])
  if (kind === 'Send') return present(value, ['node', 'args'])
  if (typeof dataAt(value, 'lc_serializable') !== 'boolean') return undefined
  const messages = dataAt(value, 'messages')
  if (Array.isArray(messages)) return { messages }
  const prompt = dataAt(value, 'value')
  return typeof prompt === 'string' ? { prompt } : serialized(value)
}

/** By LangChain's own way, which leaves out secrets; not where a class of the program has one of its own. */
function serialized(value: object): object | undefined {
  const owner = ownerOf(value, 'toJSONNotImplemented')
  if (owner === undefined || owner !== ownerOf(value, 'toJSON')) return undefined
  const json: unknown = (value as { toJSON(): unknown }).toJSON()
  return isPlainObject(json) ? json : undefined
}

function present(value: object, keys: readonly string[]): object {
  return Object.fromEntries(
    keys.map((key) => [key, dataAt(value, key)]).filter(([, item]) => item !== undefined && !isEmpty(item)),
  )
}

const isEmpty = (item: unknown): boolean => Array.isArray(item) && item.length === 0

function isDocument(value: object): boolean {
  return typeof dataAt(value, 'pageContent') === 'string' && isObject(dataAt(value, 'metadata'))
}

/** A document in MLflow's words. */
export function toDocument(document: unknown): object {
  const id = text(dataAt(document, 'id'))
  return {
    page_content: dataAt(document, 'pageContent'),
    metadata: dataOf(dataAt(document, 'metadata') ?? {}),
    ...(id !== undefined && { id }),
  }
}

/** What a retriever found. */
export const toDocuments = (documents: unknown): readonly unknown[] => itemsOf(documents).map(toDocument)
