import { isIPv4, isIPv6 } from 'node:net'

/** Replaces what it recognises in `text` by `mark(kind)`. */
export type Rule = (text: string, mark: (kind: string) => string) => string

// Every pattern takes time in proportion to the text: each begins at a literal or at a boundary (so a run of
// characters is entered once), and what repeats is either bounded or ends the match.

/** A rule for `pattern`, tried only on texts that contain one of `hints`. `accept` looks at the match again. */
export function patternRule(
  kind: string,
  hints: readonly string[],
  pattern: RegExp,
  accept?: (found: string) => boolean,
): Rule {
  return (text, mark) => {
    if (hints.length > 0 && !hints.some((hint) => text.includes(hint))) return text
    return text.replace(pattern, (found: string) => (accept && !accept(found) ? found : mark(kind)))
  }
}

const hasDigit = (found: string): boolean => /\d/.test(found)

/** Keys and tokens that their own form gives away. */
export const secretRules = (): readonly Rule[] => [
  privateKeys,
  patternRule('anthropic-key', ['sk-ant-'], /(?<![\w-])sk-ant-[\w-]{16,}/g),
  patternRule('openai-key', ['sk-'], /(?<![\w-])sk-[\w-]{20,}/g, hasDigit),
  patternRule('aws-key', ['AKIA', 'ASIA'], /(?<![A-Za-z0-9+/])A[KS]IA[A-Z0-9]{16}(?![A-Za-z0-9+/])/g),
  patternRule(
    'github-token',
    ['gh', 'github_pat_'],
    /(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,})/g,
  ),
  patternRule('gitlab-token', ['glpat-'], /(?<![\w-])glpat-[\w-]{20,}/g),
  patternRule('slack-token', ['xox', 'xapp-'], /(?<![\w-])(?:xox[abeoprs]|xapp)-[\w-]{10,}/g, hasDigit),
  patternRule('google-key', ['AIza'], /(?<![\w-])AIza[\w-]{35}(?![\w-])/g),
  patternRule('stripe-key', ['_live_', '_test_'], /(?<![A-Za-z0-9])[sr]k_(?:live|test)_[A-Za-z0-9]{16,}/g),
  patternRule('stripe-key', ['whsec_'], /(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/=]{24,}/g),
  patternRule('databricks-token', ['dapi'], /(?<!\w)dapi[0-9a-f]{32}(?:-\d{1,2})?(?!\w)/g),
  patternRule('hugging-face-token', ['hf_'], /(?<!\w)hf_[A-Za-z0-9]{30,}/g),
  patternRule('npm-token', ['npm_'], /(?<!\w)npm_[A-Za-z0-9]{36}(?!\w)/g),
  patternRule('jwt', ['eyJ'], /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*/g),
]

const BEGIN_KEY = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g
const END_KEY = /-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g
/** What a key is made of, in lines or with the escapes of a string. */
const KEY_BODY = /(?:[A-Za-z0-9+/=\s]|\\[nrt])*/y
/** A cut text may lack either end of a key; this much of its body is then looked for. */
const KEY_LENGTH = 16_384

function privateKeys(text: string, mark: (kind: string) => string): string {
  if (!text.includes('PRIVATE KEY')) return text
  return withoutTails(withoutHeads(text, mark), mark)
}

/** Each begin with its end, or with what looks like a body where there is no end. */
function withoutHeads(text: string, mark: (kind: string) => string): string {
  let result = ''
  let from = 0
  let end = 0
  for (const begin of text.matchAll(BEGIN_KEY)) {
    if (begin.index < from) continue
    const bodyStart = begin.index + begin[0].length
    if (end >= 0 && end < bodyStart) end = endOf(text, bodyStart)
    const isWhole = end >= 0 && end - bodyStart < KEY_LENGTH
    result += text.slice(from, begin.index) + mark('private-key')
    from = isWhole ? end : bodyEnd(text, bodyStart)
  }
  return result + text.slice(from)
}

function endOf(text: string, from: number): number {
  END_KEY.lastIndex = from
  const found = END_KEY.exec(text)
  return found ? found.index + found[0].length : -1
}

function bodyEnd(text: string, from: number): number {
  KEY_BODY.lastIndex = from
  KEY_BODY.exec(text)
  return Math.max(from, KEY_BODY.lastIndex)
}

/** An end without a begin: the run of key characters before it goes too. */
function withoutTails(text: string, mark: (kind: string) => string): string {
  let result = ''
  let from = 0
  for (const end of text.matchAll(END_KEY)) {
    let start = end.index
    while (start > from && isKeyUnit(text.charCodeAt(start - 1))) start -= 1
    result += text.slice(from, start) + mark('private-key')
    from = end.index + end[0].length
  }
  return result + text.slice(from)
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

const AUTHORIZATION =
  /(authorization(?:\\{0,3}["'])?\s{0,3}[:=]\s{0,3}(?:\\{0,3}["'])?)((?:(?:bearer|basic|digest|token|apikey)\s{1,3})?[^\s"'\\,;<>{}()[\]]{6,})/gi
const SCHEME = /(?<![A-Za-z])((?:bearer|basic)\s{1,3})([A-Za-z0-9._~+/=-]{16,})/gi
const USERINFO = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{1,30}:\/\/[^\s/:@"'<>]{0,128}:)([^\s/@"'<>]{1,256})@/gi
const NAME =
  '(?:password|passwd|passphrase|secret(?:[_-]?access)?(?:[_-]?key)?|(?:api|access|private)[_-]?key|(?:access|refresh|auth|id|session|bearer|api|security)[_-]?token|(?<![A-Za-z])(?:token|pwd))'
/** All names that an assignment rule knows have one of these in them. */
const NAME_HINT = /pass|pwd|secret|token|key|authorization/i
const SIGN = '(?:\\\\{0,3}["\'])?\\s{0,3}(?::|=>|=)\\s{0,3}'
/** What stands after such a name in types, schemas, documentation and code. */
const NOT_A_VALUE =
  /^(?:string|number|boolean|object|array|unknown|never|null|none|nil|undefined|true|false|required|optional|hidden|empty|redacted|\*+|x+|\.+|str|text|any|bytes)\??$/i
/** An expression in code that hands a secret on: `process.env.API_KEY`, `client_secret`, `authToken`. */
const EXPRESSION = /^[A-Za-z_$.]*(?:[._$]|[a-z][A-Z])[A-Za-z_$.]*$/
const NAMES_A_SECRET = /pass|secret|token|key|credential|env\b|config|^your/i
const OPENS_CODE = /^[({[`]/

/** Values that stand after a telling name: headers, URLs, `key=value`. The name stays. */
export function assignmentRules(): readonly Rule[] {
  const quoted = new RegExp(`(${NAME}${SIGN}\\\\{0,3}["'])([^"'\\\\\\n]{4,})`, 'gi')
  const unquoted = new RegExp(`(${NAME})(${SIGN})([^\\s"'\`\\\\,;&|<>{}()[\\]]{4,})`, 'gi')
  const assignments: Rule[] = [
    (text, mark) =>
      text.replace(AUTHORIZATION, (found: string, name: string, value: string) =>
        NOT_A_VALUE.test(value) || isMark(value) ? found : name + mark('authorization'),
      ),
    (text, mark) =>
      text.replace(quoted, (found: string, name: string, value: string) =>
        NOT_A_VALUE.test(value) || isMark(value) || value.includes('${') ? found : name + mark(kindOf(name)),
      ),
    (text, mark) =>
      text.replace(unquoted, (found: string, name: string, sign: string, value: string, at: number) => {
        const isCode = OPENS_CODE.test(text.slice(at + found.length, at + found.length + 1))
        return isCode || !isPlausible(name, sign, value) ? found : name + sign + mark(kindOf(name))
      }),
  ]
  return [
    (text, mark) => {
      const hasSign = text.includes('=') || text.includes(':')
      if (!hasSign || !NAME_HINT.test(text)) return text
      return assignments.reduce((result, rule) => rule(result, mark), text)
    },
    (text, mark) =>
      text.replace(SCHEME, (found: string, scheme: string, value: string) =>
        /[\d=]/.test(value) ? scheme + mark('authorization') : found,
      ),
    (text, mark) => {
      if (!text.includes('@') || !text.includes('://')) return text
      return text.replace(USERINFO, (_found: string, before: string) => `${before}${mark('password')}@`)
    },
  ]
}

const isMark = (value: string): boolean => value.startsWith('[')

function kindOf(name: string): string {
  if (/pass|pwd/i.test(name)) return 'password'
  return /token/i.test(name) ? 'token' : 'secret'
}

/** In code and prose a word follows such a name; a secret has digits, or no blank before it (`PASSWORD=...`). */
function isPlausible(name: string, sign: string, value: string): boolean {
  if (NOT_A_VALUE.test(value) || value.toLowerCase() === name.toLowerCase()) return false
  if (value.length <= 200 && EXPRESSION.test(value) && NAMES_A_SECRET.test(value)) return false
  return sign === '='
    ? !/^\d{1,5}$/.test(value)
    : value.length >= 6 && /\d/.test(value) && !/^[\d.]+$/.test(value)
}

const IPV4 = /(?<![\w.])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w]|\.\d)/g
const IPV6 = /(?<![\w:.])(?=[0-9a-f]{0,4}:)[0-9a-f:]{2,39}(?:\.\d{1,3}){0,3}(?![\w:])/gi

/** Addresses of machines. */
export const ipRules = (): readonly Rule[] => [
  patternRule('ip', ['.'], IPV4, isIPv4),
  patternRule('ip', [':'], IPV6, (found) => found !== '::' && isIPv6(found)),
]
