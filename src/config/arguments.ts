import { diagnoseOnce } from '../runtime/diagnostics.ts'

/**
 * Says once that a function was given something else than what it takes, and what becomes of the call.
 *
 * @param owner - the function as it is called: `withAgent()`
 */
export function sayArgument(owner: string, takes: string, given: unknown, then: string): void {
  diagnoseOnce(
    'warn',
    'TS_ARGUMENT',
    `${owner} takes ${takes}, but got ${describeKind(given)}; ${then}.`,
    { call: owner },
    owner,
  )
}

/** What kind of value it is, without anything of what is in it. */
export function describeKind(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (typeof value === 'object') return kindOfObject(value)
  return value === true || value === false ? 'a boolean' : `a ${typeof value}`
}

function kindOfObject(value: object): string {
  if (isList(value)) return 'an array'
  try {
    return typeof (value as { then?: unknown }).then === 'function' ? 'a promise' : 'an object'
  } catch {
    return 'an object'
  }
}

/** Whether `value` is an array; a proxy that was revoked says nothing. */
export function isList(value: unknown): boolean {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** Says once that `given` is no object of options, where it is something else. */
export function expectOptions(owner: string, given: unknown): void {
  if (given === undefined || (typeof given === 'object' && given !== null && !isList(given))) return
  sayArgument(owner, 'an object of options', given, 'it is called without options')
}
