import { processWide } from './registry.ts'

// Servers give back what they were sent, and addresses hold keys. Whoever configures a secret notes it here, and whatever
// is said passes by here.

interface State {
  readonly secrets: Set<string>
  /** Of all of them, and of those that are no words; made anew after one was noted. */
  patterns: { readonly all: RegExp; readonly long: RegExp } | undefined
}

const MAX_SECRETS = 500
/** Shorter ones are taken out of what others say, but not of our own sentences, which may have the same word. */
const MIN_LONG = 5
/** Shorter ones are no part of a longer word. */
const MIN_WITHIN = 8
const NEVER = /(?!)/g

const state = (): State => processWide('secrets', (): State => ({ secrets: new Set(), patterns: undefined }))

/** Notes texts that nobody may be told, in every form in which they may come back. */
export function noteSecrets(texts: Iterable<string>): void {
  const current = state()
  for (const text of texts) {
    if (text.trim() === '' || current.secrets.has(text)) continue
    for (const form of formsOf(text)) current.secrets.add(form)
    for (const oldest of current.secrets) {
      if (current.secrets.size <= MAX_SECRETS) break
      current.secrets.delete(oldest)
    }
    current.patterns = undefined
  }
}

/** Notes what of `headers` is no business of anybody: values of those whose names say so, and what is encoded in them. */
export function noteHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!SECRET_NAME.test(name)) continue
    const bare = value.slice(value.indexOf(' ') + 1)
    noteSecrets([value, bare])
    if (/^basic /i.test(value)) noteBasic(Buffer.from(bare, 'base64').toString('utf8'))
  }
}

/** Notes the query of an address, and what in it is long or has a name that says so. */
export function noteQuery(address: string): void {
  const at = address.search(/[?#]/)
  if (at < 0) return
  noteSecrets([address.slice(at)])
  for (const [name, value] of new URLSearchParams(address.slice(at + 1))) {
    if (SECRET_NAME.test(name) || value.length >= MIN_WITHIN) noteSecrets([value])
  }
}

const SECRET_NAME = /auth|key|token|secret|cookie|passw|pwd|credential|sig|session|^code$/i

/** @param pair - user name and password */
export function noteBasic(pair: string): void {
  const at = pair.indexOf(':')
  if (at >= 0) noteSecrets([pair, pair.slice(at + 1)])
}

function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const html = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  const ascii = json.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const encoded = encodedForms(text)
  const quoted = html.replace(/"/g, '&quot;').replace(/'/g, '&#39;')
  const slashed = json.replaceAll('/', '\\/')
  return [
    text,
    json,
    JSON.stringify(json).slice(1, -1),
    ascii,
    slashed,
    html,
    quoted,
    ...encoded,
    oneLine(text),
  ]
}

function encodedForms(text: string): string[] {
  try {
    return [encodeURIComponent(text), encodeURI(text)]
  } catch {
    // Half of a character has no such form.
    return []
  }
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** `text`, which a server said, without any secret. */
export const withoutSecrets = (text: string): string => replaced(text, 'all')

/** `text`, which is of our own making and may quote others, without the secrets that cannot be words of ours. */
export const withoutLongSecrets = (text: string): string => replaced(text, 'long')

function replaced(text: string, which: 'all' | 'long'): string {
  const current = state()
  if (current.secrets.size === 0) return text
  current.patterns ??= {
    all: patternOf([...current.secrets]),
    long: patternOf([...current.secrets].filter(({ length }) => length >= MIN_LONG)),
  }
  return text.replace(current.patterns[which], (found) => (/^[?#]/.test(found) ? '?…' : '[secret]'))
}

function patternOf(secrets: readonly string[]): RegExp {
  if (secrets.length === 0) return NEVER
  const sorted = [...secrets].sort((a, b) => b.length - a.length)
  return new RegExp(sorted.map(sourceOf).join('|'), 'gu')
}

function sourceOf(secret: string): string {
  const source = secret.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return secret.length >= MIN_WITHIN ? source : `(?<![\\p{L}\\p{N}_])${source}(?![\\p{L}\\p{N}_])`
}

/** `data` without secrets in its texts, at any depth that diagnostics have. */
export function dataWithoutSecrets<T>(data: T): T {
  if (state().secrets.size === 0) return data
  return cleaned(data, 0) as T
}

const MAX_DEPTH = 4

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return withoutLongSecrets(value)
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => cleaned(item, depth + 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, cleaned(field, depth + 1)]))
}
