import { cleanText } from './capture-strings.ts'

const MOST_LENGTH = 1000

/** A name that every server stores: text, well-formed, without NUL, of a length that a page can show. */
export function cleanName(name: unknown): string {
  const text = typeof name === 'string' ? name : 'unnamed'
  return cleanText(text.length > MOST_LENGTH ? `${text.slice(0, MOST_LENGTH - 1)}…` : text)
}
