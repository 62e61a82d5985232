import { realTime } from './real-time.ts'

/** Milliseconds that a `Retry-After` header (seconds, or a date) asks for; `undefined` when it asks for nothing. */
export function retryAfterMs(
  header: string | undefined,
  now: number = realTime.epochMs(),
): number | undefined {
  if (header === undefined) return undefined
  const seconds = Number(header)
  // Digits may be more than a number can hold; they are a long time all the same.
  const isNumber = /^\s*\d+\s*$/.test(header) || (Number.isFinite(seconds) && header.trim() !== '')
  const ms = isNumber ? seconds * 1000 : Date.parse(header) - now
  return ms > 0 ? ms : undefined
}
