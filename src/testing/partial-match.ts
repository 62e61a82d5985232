/** A matcher of a test runner, such as `expect.any(String)`. */
interface AsymmetricMatcher {
  asymmetricMatch(actual: unknown): boolean
}

/**
 * Whether `actual` is as `expected` says: objects need the properties that `expected` names, lists all items in order.
 * In place of a value there may be a regular expression (for text), a function that decides, or a matcher of the
 * runner such as `expect.any(String)`.
 */
export function matchesPartly(actual: unknown, expected: unknown): boolean {
  if (typeof expected === 'function') return expected(actual) === true
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected)
  if (isAsymmetric(expected)) return expected.asymmetricMatch(actual)
  if (expected instanceof RegExp) return typeof actual === 'string' && actual.search(expected) >= 0
  if (expected instanceof Date) return actual === expected.toISOString()
  if (typeof actual !== 'object' || actual === null) return false
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return false
    return expected.every((item, index) => matchesPartly(actual[index], item))
  }
  return Object.entries(expected).every(([key, value]) =>
    matchesPartly((actual as Record<string, unknown>)[key], value),
  )
}

function isAsymmetric(value: object): value is AsymmetricMatcher {
  return typeof (value as Partial<AsymmetricMatcher>).asymmetricMatch === 'function'
}
