/** Stands where a character was that some target refuses: a lone surrogate (MLflow) or NUL (PostgreSQL). */
const REPLACEMENT = '\uFFFD'
/** Below this many bytes a cut keeps no text: the mark alone would not fit. */
const MIN_CUT_BYTES = 48
const CUT_MARK = /…\[(\d+) characters cut\]…/g
/** How far a cut moves to fall between words, so that it seldom leaves half of a token or a number behind. */
const WORD_SEARCH = 120
/** A removed part beyond this is not searched for earlier marks. */
const MARK_SEARCH = 4_000_000

/** In the language since ES2024; every supported Node has it. */
interface WellFormedText {
  isWellFormed(): boolean
  toWellFormed(): string
}

/** `text` without lone surrogates and NUL: each becomes U+FFFD. */
export function cleanText(text: string): string {
  const unicode = text as unknown as WellFormedText
  const wellFormed = unicode.isWellFormed() ? text : unicode.toWellFormed()
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', REPLACEMENT) : wellFormed
}

/** Bytes of `text` inside a JSON string (UTF-8, with escapes, without the quotes). */
export function textBytes(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit > 0x1f && unit < 0x80 && unit !== 0x22 && unit !== 0x5c) continue
    if (isHigh(unit) && isLow(text.charCodeAt(i + 1))) {
      bytes += 2
      i += 1
    } else bytes += unitBytes(unit) - 1
  }
  return bytes
}

/**
 * At most `maxBytes` (as {@link textBytes} counts) of `text`: its beginning and its end, with a mark between
 * them that tells how many characters (UTF-16 units) are gone. Cutting what was cut already adds up.
 */
export function cutText(text: string, maxBytes: number): string {
  if (text.length <= maxBytes && textBytes(text) <= maxBytes) return text
  if (maxBytes < MIN_CUT_BYTES) return maxBytes >= 3 ? '…' : ''
  const room = maxBytes - MIN_CUT_BYTES
  const end = atWordEnd(text, prefixEnd(text, Math.ceil(room * 0.6)))
  const start = atWordStart(text, suffixStart(text, Math.floor(room * 0.4), end))
  return joinCut(text, end, start)
}

/** {@link cutText} by length alone: looks at no more of `text` than a few characters around the cuts. */
export function cutLength(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const end = atWordEnd(text, offPair(text, Math.ceil(maxLength * 0.6)))
  const start = atWordStart(text, offPair(text, text.length - Math.floor(maxLength * 0.4)))
  return joinCut(text, end, start)
}

function joinCut(text: string, end: number, start: number): string {
  let cut = start - end
  if (cut < MARK_SEARCH) {
    for (const mark of text.slice(end, start).matchAll(CUT_MARK)) cut += Number(mark[1]) - mark[0].length
  }
  return `${text.slice(0, end)}…[${cut} characters cut]…${text.slice(start)}`
}

/** Each half of a surrogate pair counts as what a lone one becomes, three bytes: too much, on the safe side. */
function unitBytes(unit: number): number {
  if (unit === 0x22 || unit === 0x5c) return 2
  if (unit < 0x20) return unit >= 8 && unit <= 13 && unit !== 11 ? 2 : 6
  if (unit < 0x80) return 1
  if (unit < 0x800) return 2
  return 3
}

function prefixEnd(text: string, budget: number): number {
  let left = budget
  let i = 0
  while (i < text.length) {
    left -= unitBytes(text.charCodeAt(i))
    if (left < 0) break
    i += 1
  }
  return offPair(text, i)
}

function suffixStart(text: string, budget: number, least: number): number {
  let left = budget
  let i = text.length
  while (i > least) {
    left -= unitBytes(text.charCodeAt(i - 1))
    if (left < 0) break
    i -= 1
  }
  return isLow(text.charCodeAt(i)) && i < text.length ? i + 1 : i
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** `index`, or the one before where `index` is in the middle of a surrogate pair. */
const offPair = (text: string, index: number): number =>
  index > 0 && isLow(text.charCodeAt(index)) ? index - 1 : index

function atWordEnd(text: string, index: number): number {
  const least = index - Math.min(WORD_SEARCH, index >> 3)
  for (let i = index; i > least; i -= 1) if (isSpace(text.charCodeAt(i - 1))) return i
  return index
}

function atWordStart(text: string, index: number): number {
  const most = index + Math.min(WORD_SEARCH, (text.length - index) >> 3)
  for (let i = index; i < most; i += 1) if (isSpace(text.charCodeAt(i))) return i
  return index
}

const isSpace = (unit: number): boolean => unit === 0x20 || (unit >= 9 && unit <= 13)
