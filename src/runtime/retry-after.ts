import { realTime } from './real-time.ts'

/** Milliseconds that a `Retry-After` header (seconds, or a date) asks for; `undefined` when it asks for nothing. */
export function retryAfterMs(
  header: string | undefined,
  now: number = realTime.epochMs(),
): number | undefined {
  if (header === undefined) return undefined
  const seconds = Number(header)
  const ms = Number.isNaN(seconds) || header.trim() === '' ? Date.parse(header) - now : seconds * 1000
  return ms > 0 ? ms : undefined
}
