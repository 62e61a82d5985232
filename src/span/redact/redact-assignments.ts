import type { NameKinds } from './redact-names.ts'
import type { Finder, Found } from './redact-rules.ts'
import { isParameter, type NamePlace, nameBefore, placeOf } from './redact-text-name.ts'
import { blockValue, quotedValue, unquotedValue } from './redact-text-value.ts'
import { isPlausible, isPlausibleHeader, isPlausibleQuery, isProse } from './redact-verdict.ts'

/** All names that are known have one of these in them. */
const NAME_HINT = /pass|pw|secret|token|key|auth|cred|cookie|jwt|sig|mnemonic|phrase|pat|otp|code|connection/i
/** Parameters of URLs whose values are secrets where they look random. */
const QUERY_NAMES: ReadonlySet<string> = new Set(
  'key sig signature code auth pw sid session x-amz-signature x-amz-credential x-goog-signature x-goog-credential hmac assertion ticket state_token'.split(
    ' ',
  ),
)
const EQUALS = 0x3d
const COLON = 0x3a
const MAX_LOOKED_INTO_LENGTH = 256

/** Values that stand after a telling name: in `.env` files, YAML, JSON, headers, query strings and connection strings. */
export function assignmentFinder(kindOfName: NameKinds): Finder {
  return (text, found) => {
    let equals = text.indexOf('=')
    let colon = text.indexOf(':')
    if ((equals < 0 && colon < 0) || !NAME_HINT.test(text)) return
    while (equals >= 0 || colon >= 0) {
      const at = colon < 0 || (equals >= 0 && equals < colon) ? equals : colon
      const past = signFound(text, at, kindOfName, found)
      if (equals >= 0 && equals < past) equals = text.indexOf('=', past)
      if (colon >= 0 && colon < past) colon = text.indexOf(':', past)
    }
  }
}

/** Looks at the sign at `at`. @returns from where to look for the next one */
function signFound(text: string, at: number, kindOfName: NameKinds, found: Found): number {
  const unit = text.charCodeAt(at)
  const next = text.charCodeAt(at + 1)
  // A comparison, `::`, and the sign of a URL's scheme.
  if (next === unit) return at + 2
  if (unit === COLON && next === 0x2f) return at + 1
  const name = nameBefore(text, at)
  if (name === undefined) return at + 1
  const kind = kindOfName(name.text)
  if (kind === undefined && !isParameter(text, name)) return at + 1
  const isArrow = unit === EQUALS && next === 0x3e
  const from = at + (isArrow || (unit === COLON && next === EQUALS) ? 2 : 1)
  if (kind !== undefined) return valueFound(text, { name: placeOf(text, name), kind, at, from }, found)
  if (QUERY_NAMES.has(name.text.toLowerCase())) {
    const end = unquotedValue(text, from, placeOf(text, name), '=')
    if (isPlausibleQuery(text.slice(from, end))) found(from, end, 'secret')
    return Math.max(end, at + 1)
  }
  return at + 1
}

interface Assignment {
  readonly name: NamePlace
  readonly kind: string
  /** Where the sign is, and where what follows it begins. */
  readonly at: number
  readonly from: number
}

function valueFound(text: string, { name, kind, at, from }: Assignment, found: Found): number {
  const block = blockValue(text, name, from)
  if (block !== undefined) {
    if (!isProse(text.slice(block.start, block.end))) found(block.start, block.end, kind)
    return block.end
  }
  let start = from
  while (start < from + 4 && isBlank(text.charCodeAt(start))) start += 1
  const quoted = quotedValue(text, start)
  if (quoted !== undefined) {
    const value = text.slice(quoted.start, quoted.end)
    if (value.length < 4 || value.startsWith('[') || isProse(value)) return quoted.end
    found(quoted.start, quoted.end, kind)
    return quoted.end + 1
  }
  const sign = text.charCodeAt(at) === COLON ? ':' : '='
  if (kind === 'authorization' || kind === 'cookie') {
    const end = unquotedValue(text, start, name, 'header')
    const part = isPlausibleHeader(kind, text.slice(start, end))
    if (part > 0) found(start, start + part, kind)
    return part === 0 && end - at > MAX_LOOKED_INTO_LENGTH ? end : Math.max(start + part, at + 1)
  }
  const end = unquotedValue(text, start, name, sign)
  const value = text.slice(start, end)
  if (name.isPart && value.startsWith('{') && value.endsWith('}')) {
    found(start + 1, end - 1, kind)
    return end
  }
  const follows = text.charAt(end)
  if (isPlausible(value, { name, sign, isAlone: start === from, follows })) {
    found(start, end, kind)
    return Math.max(end, at + 1)
  }
  // What is long and no secret is not looked at again from each sign in it.
  return end - at > MAX_LOOKED_INTO_LENGTH ? end : at + 1
}

const isBlank = (unit: number): boolean => unit === 0x20 || unit === 0x09
