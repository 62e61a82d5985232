import type { Captured } from '../capture/captured.ts'
import { nestsDeep, withinNesting } from '../capture/nesting.ts'

/** Python refuses integers with more digits than this, with an error that MLflow does not catch. */
const PYTHON_INTEGER_DIGITS = /\d{4301}/
/** In messages of ./nesting.ts, far below the nesting at which Python's JSON parser gives up, with an error that MLflow does not catch. */
const SAFE_NESTING = 400
const PYTHON_NUMBERS = /"(?:[^"\\]|\\[\s\S])*"|-?Infinity|NaN/g

/** JSON text of `value`, in which what nests too deep for MLflow is a text of its own. */
export function toJsonText(value: Captured): string {
  return JSON.stringify(withinNesting(value))
}

/**
 * Whether MLflow's server would take the plain string `text` for JSON text of a string, an array or an object,
 * and show that instead (numbers, booleans and `null` in a string stay strings). Such a string is sent JSON-encoded
 * once more, of which the server removes one layer. The server reads with Python's `json`, so `NaN` and `Infinity`
 * count as numbers; and a text on which that parser breaks down (very deep, very long integers), losing the whole
 * request, counts as well.
 */
export function looksLikeJson(text: string): boolean {
  const first = firstUnit(text)
  // Only these begin a string, an object, an array; digits and minus matter for their length alone.
  if (first !== 0x22 && first !== 0x7b && first !== 0x5b) {
    return isNumeric(first) && text.length > 4300 && PYTHON_INTEGER_DIGITS.test(text)
  }
  if (isJson(text)) return true
  if (first === 0x22) return false
  if (nestsDeep(text, SAFE_NESTING) || (text.length > 4300 && PYTHON_INTEGER_DIGITS.test(text))) return true
  return (text.includes('NaN') || text.includes('Infinity')) && isJson(withoutPythonNumbers(text))
}

/** Whether JSON of a string, an array, an object or a number may begin with `unit`. */
export const beginsJson = (unit: number): boolean =>
  unit === 0x22 || unit === 0x7b || unit === 0x5b || isNumeric(unit)

/** Whether `text` begins as JSON of a string, an array, an object or a number does; costs next to nothing. */
export const mayBeJson = (text: string): boolean => beginsJson(firstUnit(text))

const LONG_INTEGER = /\d{19,}/
const JSON_STRINGS = /"(?:[^"\\]|\\[\s\S])*"/g

/**
 * Whether `text`, which is meant to be JSON text, would lose its request or make its trace unreadable in MLflow: it
 * nests too deep, or holds integers beyond 64 bits. Sent JSON-encoded once more it stays a plain string.
 */
export function isUnreadableJson(text: string): boolean {
  if (!looksLikeJson(text)) return false
  if (nestsDeep(text)) return true
  return LONG_INTEGER.test(text) && LONG_INTEGER.test(text.replace(JSON_STRINGS, '""'))
}

function firstUnit(text: string): number {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return unit
  }
  return -1
}

const isNumeric = (unit: number): boolean => unit === 0x2d || (unit >= 0x30 && unit <= 0x39)

/** Whether `text` is JSON, by JavaScript's reading of it. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

// With blanks around it, so that nothing grows together with what stands beside it.
const withoutPythonNumbers = (text: string): string =>
  text.replace(PYTHON_NUMBERS, (found) => (found.startsWith('"') ? found : ' 0 '))
