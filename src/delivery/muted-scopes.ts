import { processWide } from '../runtime/registry.ts'

/** How many asked for the silence of each instrumentation scope. */
const muted = (): Map<string, number> => processWide('muted-scopes', () => new Map<string, number>())

/**
 * Leaves out the OpenTelemetry spans that a library makes of itself, by the name of its tracer: an integration that
 * traces the library already would show everything twice, and count its tokens twice.
 *
 * @returns lets them through again
 */
export function muteScope(name: string): () => void {
  muted().set(name, (muted().get(name) ?? 0) + 1)
  let done = false
  return () => {
    if (done) return
    done = true
    const left = (muted().get(name) ?? 1) - 1
    if (left > 0) muted().set(name, left)
    else muted().delete(name)
  }
}

/** Parents of the spans that were left out; a bound for spans that nobody ends. */
const parents = (): Map<string, string | undefined> =>
  processWide('muted-spans', () => new Map<string, string | undefined>())
const MOST_PARENTS = 10_000

/** A span was left out; what is below it stands below `parentId` instead. */
export function noteMuted(spanId: string, parentId: string | undefined): void {
  const known = parents()
  if (known.size >= MOST_PARENTS) known.delete(known.keys().next().value ?? '')
  known.set(spanId, parentId)
}

/** Whether that span was left out. */
export const wasMuted = (spanId: string): boolean => parents().size > 0 && parents().has(spanId)

/** `spanId`, or where that span was left out the nearest one above it that was not. */
export function seenParent(spanId: string | undefined): string | undefined {
  let at = spanId
  while (at !== undefined && wasMuted(at)) at = parents().get(at)
  return at
}

/** Whether spans of that tracer are left out. */
export function isMuted(name: string | undefined): boolean {
  const all = muted()
  return all.size > 0 && name !== undefined && all.has(name)
}
