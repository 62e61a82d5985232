import type { NamePlace } from './redact-text-name.ts'

/** A part of a text. */
export interface Part {
  readonly start: number
  readonly end: number
}

const MAX_VALUE_LENGTH = 16_384
const BACKSLASH = 0x5c

/**
 * What stands in the quotes that begin at `at`, also where they are escaped: `\"...\"`. A quote with more backslashes
 * before it than the first one has is part of the value.
 */
export function quotedValue(text: string, at: number): Part | undefined {
  let start = at
  while (start < at + 8 && text.charCodeAt(start) === BACKSLASH) start += 1
  const level = start - at
  const quote = text.charAt(start)
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined
  start += 1
  const most = Math.min(text.length, start + MAX_VALUE_LENGTH)
  let end = start
  let backslashes = 0
  for (; end < most; end += 1) {
    const char = text.charAt(end)
    if (char === '\\') backslashes += 1
    else {
      if (char === quote && (level === 0 ? backslashes % 2 === 0 : backslashes <= level)) break
      if (char === '\n') break
      backslashes = 0
    }
  }
  return { start, end: end - Math.min(backslashes, level) }
}

const OPENS_BLOCK = /[ \t]{0,4}(?:[|>][+-]?\d?)?[ \t]{0,4}\r?\n/y

/** The lines of a YAML block or list below the name. */
export function blockValue(text: string, name: NamePlace, from: number): Part | undefined {
  if (name.lineStart === undefined) return undefined
  OPENS_BLOCK.lastIndex = from
  if (!OPENS_BLOCK.test(text)) return undefined
  const start = OPENS_BLOCK.lastIndex
  const isText = /[|>]/.test(text.slice(from, start))
  const indent = name.start - name.lineStart
  let end = start
  while (end < text.length && end - start < MAX_VALUE_LENGTH) {
    const newline = text.indexOf('\n', end)
    const lineEnd = newline < 0 ? text.length : newline
    const line = text.slice(end, Math.min(lineEnd, end + MAX_VALUE_LENGTH))
    const inset = line.length - line.trimStart().length
    const belongs = isText
      ? inset > indent || line.trim() === ''
      : /^\s*- +[^\s:]+\s*$/.test(line.slice(0, 500))
    if (!belongs) break
    end = lineEnd + 1
  }
  const value = text.slice(start, end)
  const inset = value.length - value.trimStart().length
  const last = start + value.trimEnd().length
  return last > start + inset ? { start: start + inset, end: last } : undefined
}

const ESCAPED_END: string = String.raw`\\{1,8}(?:["'\x60]|[nrt](?:[A-Za-z_][\w.-]{0,30}\s?[=:]|["'#\\-]|\s|$))`
/** Where values without quotes end. An escape ends one before whatever begins a line, or ends the text. */
const ENDS = {
  plain: /[\s"'`\\,;&|<>{}()[\]]|$/g,
  header: new RegExp(`[\\r\\n"'\`]|${ESCAPED_END}|$`, 'g'),
  // Lists of names and values, with quotes in them.
  headerList: new RegExp(`[\\r\\n]|${ESCAPED_END}|$`, 'g'),
  parameter: new RegExp(`[\\s&#"'\`<>]|${ESCAPED_END}|$`, 'g'),
  part: /[;\n"]|$/g,
  partInBraces: /(?<=\})|$/g,
  // A line or a variable of its own, up to one more part of a connection string or of a form.
  own: new RegExp(`\\s|${ESCAPED_END}|[;&,]\\s?[\\w.-]{1,40}=|$`, 'g'),
  doubleQuote: /["\n]|$/g,
  singleQuote: /['\n]|$/g,
  backtick: /[`\n]|$/g,
} as const

/** Where a value without quotes ends that begins at `from`. */
export function unquotedValue(
  text: string,
  from: number,
  name: NamePlace,
  sign: '=' | ':' | 'header',
): number {
  const pattern = ENDS[endsOf(text, from, name, sign)]
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? text.length
}

function endsOf(text: string, from: number, name: NamePlace, sign: '=' | ':' | 'header'): keyof typeof ENDS {
  const { quote } = name
  if (quote !== undefined && text.charAt(name.start - 2) !== '\\') {
    return quote === '"' ? 'doubleQuote' : quote === "'" ? 'singleQuote' : 'backtick'
  }
  if (sign === 'header') return HEADER_LIST.test(text.slice(from, from + 40)) ? 'headerList' : 'header'
  if (name.isParameter) return 'parameter'
  if (name.isPart) return text.charAt(from) === '{' ? 'partInBraces' : 'part'
  const isOwn = name.lineStart !== undefined || (sign === '=' && CAPITALS.test(name.text))
  return isOwn ? 'own' : 'plain'
}

const CAPITALS = /^[A-Z][A-Z0-9_]{2,}$/
const HEADER_LIST = /^(?:digest|hawk|oauth|signature|token\s{1,3}token=|aws4-hmac-sha256)\b/i
