import { processWide } from '../runtime/registry.ts'

/** Whether a span of that name is left out, asked as it begins. */
type IsSpanSuppressed = (spanName: string) => boolean

/** Who asked for the silence of each instrumentation scope. */
const suppressedScopes = (): Map<string, Set<{ readonly isSpanSuppressed: IsSpanSuppressed }>> =>
  processWide(
    'suppressed-scopes',
    () => new Map<string, Set<{ readonly isSpanSuppressed: IsSpanSuppressed }>>(),
  )

/**
 * Leaves out the OpenTelemetry spans that a library makes of itself, by the name of its tracer: an integration that
 * traces the library already would show everything twice, and count its tokens twice.
 *
 * @param isSpanSuppressed - for a library of which only a part is traced
 * @returns lets them through again
 */
export function suppressScope(name: string, isSpanSuppressed: IsSpanSuppressed = () => true): () => void {
  const asked = suppressedScopes().get(name) ?? new Set()
  suppressedScopes().set(name, asked)
  const mine = { isSpanSuppressed }
  asked.add(mine)
  return () => {
    asked.delete(mine)
    if (asked.size === 0 && suppressedScopes().get(name) === asked) suppressedScopes().delete(name)
  }
}

/** Parents of the spans that were left out; a bound for spans that nobody ends. */
const parents = (): Map<string, string | undefined> =>
  processWide('suppressed-spans', () => new Map<string, string | undefined>())
const MAX_PARENTS = 10_000

/** A span was left out; what is below it stands below `parentId` instead. */
export function noteSuppressed(spanId: string, parentId: string | undefined): void {
  const known = parents()
  if (known.size >= MAX_PARENTS) known.delete(known.keys().next().value ?? '')
  known.set(spanId, parentId)
}

/** Whether that span was left out. */
export const wasSuppressed = (spanId: string): boolean => parents().size > 0 && parents().has(spanId)

/** `spanId`, or where that span was left out the nearest one above it that was not. */
export function seenParent(spanId: string | undefined): string | undefined {
  let at = spanId
  while (at !== undefined && wasSuppressed(at)) at = parents().get(at)
  return at
}

/** Whether a span that begins is left out, by the names of its tracer and of itself. */
export function isScopeSuppressed(name: string | undefined, spanName: string): boolean {
  const all = suppressedScopes()
  if (all.size === 0 || name === undefined) return false
  for (const { isSpanSuppressed } of all.get(name) ?? []) if (isSpanSuppressed(spanName)) return true
  return false
}
