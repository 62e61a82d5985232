/** What stands after such a name in types, schemas, documentation and code. */
const NOT_A_VALUE =
  /^(?:string|number|boolean|object|array|unknown|never|null|none|nil|undefined|true|false|required|optional|hidden|empty|redacted|removed|changeme|example|invalid|missing|expired|disabled|enabled|\*+|x+|\.+|str|text|any|bytes|buffer|uuid)[?!,;.]*$/i
/** What documentation puts where a secret would be. */
const PLACEHOLDER =
  /^(?:<.*|\{\{.*\}\}|%\w+%|\$\w+|\$\(.*|\$\{.*|(?:your|my|the|enter|insert|some)[-_ ].*|.*\$\{.*\}.*)$/is
/** An expression in code that hands a secret on: `process.env.API_KEY`, `client_secret`, `authToken`. */
const EXPRESSION = /^[A-Za-z_$.?!]*(?:[._$]|[a-z][A-Z])[A-Za-z_$.?!]*$/
const NAMES_A_SECRET = /pass|secret|token|key|credential|cookie|env\b|config|^your/i
/** A call, an index or a template. */
const CODE = /^(?:new\s|[A-Za-z_$][\w$.?]*(?:\(.*[)(\];,{]|\(["'`].*|\[["'`\w]+\][;,)]*|`.*)$|[({[`])/s
const OPENS_CODE = /^[({[`]/
const MAX_JUDGED_LENGTH = 300

/** How a value stands in a text. */
export interface Setting {
  readonly name: { readonly text: string; readonly lineStart: number | undefined }
  readonly sign: '=' | ':'
  /** Nothing stands between the sign and the value. */
  readonly isAlone: boolean
  /** What stands behind the value. */
  readonly follows: string
}

/** In code and prose a word follows such a name; a secret has digits, or no blank before it (`PASSWORD=...`). */
export function isPlausible(value: string, { name, sign, isAlone, follows }: Setting): boolean {
  if (value.length < 4 || value.startsWith('[') || OPENS_CODE.test(follows)) return false
  if (value.length <= MAX_JUDGED_LENGTH) {
    const word = value.replace(/[,;]+$/, '')
    if (NOT_A_VALUE.test(word) || PLACEHOLDER.test(word) || CODE.test(value)) return false
    if (`.${name.text.toLowerCase()}`.endsWith(`.${word.toLowerCase()}`)) return false
    if (EXPRESSION.test(word) && NAMES_A_SECRET.test(word)) return false
  }
  if (sign === '=')
    return !/^\d{1,5}$/.test(value) && (isAlone || name.lineStart !== undefined || hasDigit(value))
  if (value.length < 6 || /^[\d.,]+$/.test(value)) return false
  if (hasDigit(value)) return true
  return name.lineStart !== undefined && isAloneInLine(follows) && /[!@#$%^&*+=~?/]|^[a-z]+$/.test(value)
}

const hasDigit = (value: string): boolean => /\d/.test(value)
const isAloneInLine = (follows: string): boolean => follows === '' || follows === '\n' || follows === '\r'

/** Whether a text in quotes, or in lines of its own, tells about a secret rather than being it. */
export function isProse(value: string): boolean {
  if (value.length > MAX_JUDGED_LENGTH) return false
  if (NOT_A_VALUE.test(value) || PLACEHOLDER.test(value)) return true
  return (
    /\s/.test(value) && /\b(?:pass(?:word|phrase)|token|secret|key|credential|cookie|jwt)s?\b/i.test(value)
  )
}

/** A parameter of a URL with a common name is a secret where it looks random. */
export const isPlausibleQuery = (value: string): boolean =>
  value.length >= 16 && /\d/.test(value) && /[A-Za-z]/.test(value) && !value.includes('{')

const KNOWN_SCHEME =
  /^(?:(?:bearer|basic|digest|token|api-?key|negotiate|ntlm|ssws|hmac[\w-]{0,20}|aws4-hmac-sha256|hawk|oauth|dpop|key|splunk|bot|signature)\s{1,3})(?=\S)/i
const OPAQUE = /^[^\s"'\\,;<>{}()[\]]{6,}/

/** How much of what stands behind the name of a header is its secret; 0 for prose. */
export function isPlausibleHeader(kind: string, value: string): number {
  if (kind === 'cookie') return /^\s*[^\s=;,]{1,200}=/.test(value) ? value.trimEnd().length : 0
  const scheme = KNOWN_SCHEME.exec(value)?.[0] ?? ''
  const rest = value.slice(scheme.length)
  if (/^(?:digest|hawk|oauth|signature|aws4)/i.test(scheme) || /^token\s+token=/i.test(value)) {
    return rest.includes('=') ? value.trimEnd().length : 0
  }
  const opaque = OPAQUE.exec(rest)?.[0]
  if (opaque === undefined || NOT_A_VALUE.test(opaque) || PLACEHOLDER.test(opaque)) return 0
  if (EXPRESSION.test(opaque) && NAMES_A_SECRET.test(opaque)) return 0
  const isWord = /^[A-Za-z]+[.:]?$/.test(opaque)
  return isWord && scheme === '' ? 0 : scheme.length + opaque.length
}
