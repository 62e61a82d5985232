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

/** Whether spans of that tracer are left out. */
export function isMuted(name: string | undefined): boolean {
  const all = muted()
  return all.size > 0 && name !== undefined && all.has(name)
}
