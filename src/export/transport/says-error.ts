const ERROR_KEY = /^(?:errors?|error_?(?:code|message|type|description)|faults?|exceptions?|__type)$/i
const ERROR_WORDS =
  /\b(?:error|errors|exception|unauthori[sz]ed|unauthenticated|forbidden|access ?denied|denied|invalid|expired|fail(?:ed|ure)?|not (?:found|allowed|authori[sz]ed|permitted)|rejected|refused)\b/i
/** Under these keys a text tells how it went. */
const TELLING_KEY = /^(?:status|state|result|message|detail|details|title|reason|code|type|description)$/i
const MAX_DEPTH = 4

/** Whether an answer with a status of success tells of an error in its body, in JSON, XML or words. */
export function saysError(text: string): boolean {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return ERROR_WORDS.test(text)
  }
  return tellsError(parsed, 0)
}

function tellsError(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return depth === 0 && ERROR_WORDS.test(value)
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false
  if (Array.isArray(value)) return value.some((item) => tellsError(item, depth + 1))
  return Object.entries(value).some(([key, field]) => isError(key, field) || tellsError(field, depth + 1))
}

function isError(key: string, field: unknown): boolean {
  if (ERROR_KEY.test(key)) return isSomething(field)
  if (/^(?:success|ok)$/i.test(key)) return field === false
  // Of gRPC: 16 codes of error; of HTTP: from 400 on.
  if (/^(?:code|status|status_?code)$/i.test(key) && typeof field === 'number') {
    return (field > 0 && field <= 16) || field >= 400
  }
  return TELLING_KEY.test(key) && typeof field === 'string' && ERROR_WORDS.test(field)
}

const isSomething = (field: unknown): boolean =>
  Array.isArray(field) ? field.length > 0 : Boolean(field) && field !== 'none'
