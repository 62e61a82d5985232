/**
 * `JSON.parse` for what MLflow writes. Integers beyond what a double holds exactly (times in nanoseconds) become
 * strings of their digits, and Python's `NaN` and `Infinity`, which JSON does not know, become strings too.
 *
 * @throws SyntaxError when it is not JSON
 */
export function parseJson(text: string): unknown {
  return JSON.parse(UNSAFE.test(text) ? quoteUnsafe(text) : text)
}

const UNSAFE = /\d{16}|NaN|Infinity/
const UNSAFE_OUTSIDE_STRINGS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|-?Infinity/g

// Not one expression over the whole text: its backtracking overflows the stack on strings of megabytes.
function quoteUnsafe(text: string): string {
  const parts: string[] = []
  let at = 0
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    const outside = text.slice(at, quote === -1 ? text.length : quote)
    parts.push(outside.replace(UNSAFE_OUTSIDE_STRINGS, quoteOne))
    if (quote === -1) break
    at = endOfString(text, quote)
    parts.push(text.slice(quote, at))
  }
  return parts.join('')
}

function quoteOne(literal: string): string {
  if (/^-?\d+$/.test(literal)) return Number.isSafeInteger(Number(literal)) ? literal : `"${literal}"`
  return /\d/.test(literal) ? literal : `"${literal}"`
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end + 1
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text[at - 1 - backslashes] === '\\') backslashes += 1
  return backslashes % 2 === 1
}
