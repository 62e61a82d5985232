import type { LiveSpan } from './live-span.ts'

/** Whether `value` is a span of turnspan, made by this copy of the package or another one in the process. */
export function isLiveSpan(value: unknown): value is LiveSpan {
  try {
    return typeof value === 'object' && value !== null && 'isTurnspan' in value
  } catch {
    // A proxy that refuses to be looked at.
    return false
  }
}
