import { cleanText } from './capture-strings.ts'

const MAX_LENGTH = 1000

/** Programs give their spans the same few names over and over. */
const MAX_KNOWN = 256
const MAX_KNOWN_LENGTH = 64
const known = new Set<string>()

/** A name that every server stores: text, well-formed, without NUL, of a length that a page can show. */
export function cleanName(name: unknown): string {
  const text = typeof name === 'string' ? name : 'unnamed'
  if (known.has(text)) return text
  const clean = cleanText(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text)
  if (clean === text && text.length <= MAX_KNOWN_LENGTH) {
    if (known.size >= MAX_KNOWN) known.clear()
    known.add(text)
  }
  return clean
}
