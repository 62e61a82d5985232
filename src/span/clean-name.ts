import { cleanText } from './capture-strings.ts'

const MOST_LENGTH = 1000

// Spans have few names and many have the same, and to look at a name costs more than to look it up.
const known = new Map<string, string>()
const MOST_KNOWN = 500
const LONGEST_KNOWN = 100

/** A name that every server stores: text, well-formed, without NUL, of a length that a page can show. */
export function cleanName(name: unknown): string {
  const text = typeof name === 'string' ? name : 'unnamed'
  const before = known.get(text)
  if (before !== undefined) return before
  const clean = cleanText(text.length > MOST_LENGTH ? `${text.slice(0, MOST_LENGTH - 1)}…` : text)
  if (text.length > LONGEST_KNOWN) return clean
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(text, clean)
  return clean
}
