import { cleanText } from './capture-strings.ts'

const MAX_LENGTH = 1000

/** A name that every server stores: text, well-formed, without NUL, of a length that a page can show. */
export function cleanName(name: unknown): string {
  const text = typeof name === 'string' ? name : 'unnamed'
  return cleanText(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text)
}
