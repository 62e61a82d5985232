import { realTime } from './real-time.ts'

/** Milliseconds that a `Retry-After` header (seconds, or a date) asks for; `undefined` when it asks for nothing. */
export function retryAfterMs(
  header: string | undefined,
  now: number = realTime.epochMs(),
): number | undefined {
  if (header === undefined) return undefined
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) && header.trim() !== '' ? seconds * 1000 : Date.parse(header) - now
  return ms > 0 ? ms : undefined
}
