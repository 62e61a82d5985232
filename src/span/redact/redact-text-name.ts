/** A name that stands before a sign in a text. */
export interface Named {
  readonly text: string
  /** Where the name begins, without its quote. */
  readonly start: number
  readonly isQuoted: boolean
}

/** How a name stands in its text. */
export interface NamePlace extends Named {
  /** The quote in which name and value stand together: `"NAME=value"`. */
  readonly quote: string | undefined
  readonly isParameter: boolean
  /** It is one of several parts of a connection string. */
  readonly isPart: boolean
  /** Where its line begins, if nothing but an indent, a dash or `export` stands before it. */
  readonly lineStart: number | undefined
}

const MAX_LENGTH = 80
const MAX_INDENT_LENGTH = 120

/** The name before the sign at `at`: `name`, `"name"`, `\"name\"`, `['name']`. */
export function nameBefore(text: string, at: number): Named | undefined {
  let end = at
  const least = Math.max(0, at - MAX_LENGTH)
  while (end > least && end > at - 4 && isBlank(text.charCodeAt(end - 1))) end -= 1
  const isIndexed = text.charCodeAt(end - 1) === 0x5d
  const shut = isIndexed ? end - 1 : end
  const isQuoted = isQuote(text.charCodeAt(shut - 1))
  // A word before a bracket without quotes is an index, no name.
  if (isIndexed && !isQuoted) return undefined
  if (isQuoted) {
    end = shut - 1
    while (end > least && text.charCodeAt(end - 1) === 0x5c) end -= 1
  }
  let start = end
  while (start > least && isNameUnit(text.charCodeAt(start - 1))) start -= 1
  while (start < end && !isWordUnit(text.charCodeAt(start))) start += 1
  return start === end ? undefined : { text: text.slice(start, end), start, isQuoted }
}

/** Whether the name is a parameter of a URL or of a form. */
export function isParameter(text: string, { start }: Named): boolean {
  const before = text.charCodeAt(start - 1)
  return before === 0x3f || before === 0x26 || before === 0x23
}

/** All that matters about where `name` stands. */
export function placeOf(text: string, name: Named): NamePlace {
  const { start, isQuoted } = name
  const before = text.charAt(start - 1)
  return {
    ...name,
    quote: !isQuoted && isQuote(before.charCodeAt(0)) ? before : undefined,
    isParameter: isParameter(text, name),
    isPart: !isQuoted && (before === ';' || (before === ' ' && text.charAt(start - 2) === ';')),
    lineStart: isQuoted ? undefined : lineStartOf(text, start),
  }
}

/** Where the line of `at` begins, if nothing but an indent, a dash or a word of a shell stands before `at`. */
function lineStartOf(text: string, at: number): number | undefined {
  let start = at
  const least = Math.max(0, at - MAX_INDENT_LENGTH)
  while (start > least && text.charCodeAt(start - 1) !== 0x0a) start -= 1
  if (start > 0 && text.charCodeAt(start - 1) !== 0x0a) return undefined
  return /^[ \t]*(?:-[ \t]+)?(?:(?:export|set|ENV|ARG|env)[ \t]+)?$/.test(text.slice(start, at))
    ? start
    : undefined
}

/** `"`, `'` and a backtick. */
const isQuote = (unit: number): boolean => unit === 0x22 || unit === 0x27 || unit === 0x60
const isBlank = (unit: number): boolean => unit === 0x20 || unit === 0x09

/** Letters, digits and `_ - . $`. */
const isNameUnit = (unit: number): boolean =>
  isWordUnit(unit) || unit === 0x2d || unit === 0x2e || unit === 0x24

/** Letters, digits and `_`. */
const isWordUnit = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  (unit >= 0x30 && unit <= 0x39) ||
  unit === 0x5f
