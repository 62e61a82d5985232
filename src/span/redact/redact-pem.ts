import { eachMatch, type Finder, type Found } from './redact-rules.ts'

const BEGIN_KEY = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g
const END_KEY = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g
/** What a key is made of, in lines or with the escapes of a string. */
const KEY_BODY = /(?:[A-Za-z0-9+/=\s]|\\[nrt])*/y
/** A cut text may lack either end of a key; this much of its body is then looked for. */
const KEY_LENGTH = 16_384

/** Private keys in PEM form, whole or with one end cut off. */
export const privateKeys: Finder = (text, found) => {
  if (!text.includes('PRIVATE KEY')) return
  const ends: { start: number; end: number }[] = []
  eachMatch(END_KEY, text, (match) => ends.push({ start: match.index, end: match.index + match[0].length }))
  let next = 0
  let covered = 0
  eachMatch(BEGIN_KEY, text, (match) => {
    if (match.index < covered) return
    const body = match.index + match[0].length
    while (next < ends.length && (ends[next]?.start ?? 0) < body) {
      covered = tail(text, ends[next], covered, found)
      next += 1
    }
    const close = ends[next]
    const isWhole = close !== undefined && close.end - body < KEY_LENGTH
    covered = isWhole ? close.end : bodyEnd(text, body)
    if (isWhole) next += 1
    found(match.index, covered, 'private-key')
  })
  for (; next < ends.length; next += 1) covered = tail(text, ends[next], covered, found)
}

function bodyEnd(text: string, from: number): number {
  KEY_BODY.lastIndex = from
  const end = KEY_BODY.exec(text) === null ? from : KEY_BODY.lastIndex
  return Math.max(from, end)
}

/** An end without a begin: the run of key characters before it goes too. @returns up to where the text is covered */
function tail(
  text: string,
  close: { start: number; end: number } | undefined,
  covered: number,
  found: Found,
): number {
  if (close === undefined || close.end <= covered) return covered
  let { start } = close
  while (start > covered && isKeyUnit(text.charCodeAt(start - 1))) start -= 1
  found(start, close.end, 'private-key')
  return close.end
}

/** Letters, digits, `+ / =`, line ends and the backslash of an escaped one; no blank, so prose stays. */
const isKeyUnit = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  (unit >= 0x2f && unit <= 0x39) ||
  unit === 0x2b ||
  unit === 0x3d ||
  unit === 0x0a ||
  unit === 0x0d ||
  unit === 0x5c
