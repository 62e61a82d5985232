import { joinChunks } from './redact-chunks.ts'
import type { NameKinds } from './redact-names.ts'
import type { Find } from './redact-rules.ts'
import { isProse } from './redact-verdict.ts'

export type Fields = Readonly<Record<string, unknown>>

/** What is needed to look at lists and objects. */
export interface Structure {
  readonly kindOfName: NameKinds
  readonly mark: (kind: string) => string
  /** What is found in texts that were put together; in running text also data about people. */
  readonly findInChunks: (text: string, isRunning: boolean) => readonly Find[]
}

/** Names of properties that hold the name of what is in `value`: of a header, a variable, a field. */
const NAME_FIELDS = ['name', 'key', 'header', 'field', 'variable'] as const
const VALUE_FIELDS = ['value', 'values', 'val'] as const
/** Private parts of a JSON Web Key (RFC 7518). */
const JWK_FIELDS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'] as const
const COOKIE_FIELDS = ['httpOnly', 'sameSite', 'secure', 'expires', 'domain'] as const

/** `fields`, or a copy without the secrets that their neighbours give away: `{ name: 'password', value: '...' }`. */
export function cleanFields(fields: Fields, { kindOfName, mark }: Structure): Fields {
  if ('kty' in fields) return without(fields, JWK_FIELDS, () => mark('private-key'))
  if (!VALUE_FIELDS.some((field) => field in fields)) return fields
  const nameField = NAME_FIELDS.find((field) => typeof fields[field] === 'string')
  if (nameField === undefined) return fields
  const kind =
    kindOfName(fields[nameField] as string) ??
    (COOKIE_FIELDS.filter((field) => field in fields).length > 1 ? 'cookie' : undefined)
  if (kind === undefined) return fields
  return without(fields, VALUE_FIELDS, () => mark(kind))
}

function without(fields: Fields, names: readonly string[], mark: () => string): Fields {
  let copy: Record<string, unknown> | undefined
  for (const name of names) {
    const value = fields[name]
    if (value === undefined || value === null || value === '' || typeof value === 'boolean') continue
    copy ??= { ...fields }
    copy[name] = mark()
  }
  return copy ?? fields
}

/** `items`, or a copy without the secrets that their neighbours give away, and those split over several items. */
export function cleanList(items: readonly unknown[], structure: Structure): readonly unknown[] {
  if (items.length < 2) return items
  const first = items[0]
  if (Array.isArray(first)) return withoutPairs(items, structure)
  if (typeof first !== 'string') return joinChunks(items, structure)
  return joinChunks(withoutNamed(items, structure), structure)
}

/** Entries of headers or of an object: `[['x-api-key', '...']]`. */
function withoutPairs(items: readonly unknown[], { kindOfName, mark }: Structure): readonly unknown[] {
  if (!items.every((item) => Array.isArray(item) && item.length === 2 && typeof item[0] === 'string'))
    return items
  let copy: unknown[] | undefined
  for (const [i, item] of (items as readonly [string, unknown][]).entries()) {
    const kind = kindOfName(item[0])
    if (kind === undefined || typeof item[1] === 'boolean' || item[1] === null) continue
    copy ??= [...items]
    copy[i] = [item[0], mark(kind)]
  }
  return copy ?? items
}

const HEADER_NAME = /^[A-Za-z][\w-]{1,60}$/
const WORD = /^[A-Za-z_]{1,20}$/

/** A pair of a name and a value, headers in one list (`rawHeaders` of Node), arguments of a command. */
function withoutNamed(items: readonly unknown[], { kindOfName, mark }: Structure): readonly unknown[] {
  const hasHeaders = items.length % 2 === 0 && areHeaders(items)
  let copy: unknown[] | undefined
  for (let i = 0; i + 1 < items.length; i += 1) {
    const name = items[i]
    const value = items[i + 1]
    if (typeof name !== 'string' || typeof value !== 'string' || value === '') continue
    const isFlag = name.startsWith('-') && !value.startsWith('-') && !isProse(value)
    if (!isFlag && !(hasHeaders && i % 2 === 0)) continue
    const kind = kindOfName(isFlag ? name.replace(/^-+/, '') : name)
    if (kind === undefined) continue
    copy ??= [...items]
    copy[i + 1] = mark(kind)
  }
  return copy ?? items
}

/** Every second text is a name, and not all between are words: a list of columns has names only. */
function areHeaders(items: readonly unknown[]): boolean {
  let onlyWords = true
  for (let i = 0; i < items.length; i += 2) {
    const name = items[i]
    const value = items[i + 1]
    if (typeof name !== 'string' || typeof value !== 'string' || !HEADER_NAME.test(name)) return false
    if (!WORD.test(value)) onlyWords = false
  }
  return !onlyWords
}
