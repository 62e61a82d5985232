import { realTime } from './real-time.ts'

/** Seconds and nanoseconds since the Unix epoch, as OpenTelemetry's HrTime. */
export type HrTime = [seconds: number, nanoseconds: number]

/** What OpenTelemetry's API takes as a time: HrTime, a Date, or milliseconds (epoch, or of `performance.now()`). */
export type TimeInput = HrTime | number | Date

// A step of the system clock larger than this moves the anchor; smaller ones are drift that would only make
// siblings overlap.
const STEP_MS = 50

let anchor: number | undefined

/** Milliseconds that only go forward, for deadlines: the system's clock can be set back while somebody waits. */
export const monotonicMs = (): number => realTime.uptimeMs()

/**
 * Milliseconds since the epoch with a fraction (a double holds 0.25 µs there), from the monotonic clock. `Date.now()`
 * has whole milliseconds, in which sibling spans tie and then stand in the wrong order in the tree.
 */
export function nowMs(): number {
  anchor ??= realTime.originMs()
  return anchor + realTime.uptimeMs()
}

/**
 * Ties the monotonic clock to the system clock again, after the machine slept or its clock was set. Called where a
 * trace begins, never within one, so that the spans of one trace share one clock.
 *
 * @returns whether it had to be moved
 */
export function alignClock(): boolean {
  const uptime = realTime.uptimeMs()
  const fresh = realTime.epochMs() - uptime
  anchor ??= realTime.originMs()
  const isOff = Math.abs(fresh - anchor) > STEP_MS
  if (isOff) anchor = fresh
  alignedMs = anchor + uptime
  return isOff
}

let alignedMs = 0

/** What {@link nowMs} said in the last {@link alignClock}, which a span that begins right then need not ask again. */
export const lastAlignedMs = (): number => alignedMs

/** HrTime of fractional epoch milliseconds. */
export function hrTimeOfMs(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000)
  const nanos = Math.round((ms - seconds * 1000) * 1e6)
  return nanos >= 1e9 ? [seconds + 1, nanos - 1e9] : [seconds, nanos]
}

/** Fractional epoch milliseconds of an HrTime. */
export function msOfHrTime(time: HrTime): number {
  return time[0] * 1000 + time[1] / 1e6
}

// 2^63 ns, the end of what servers store, is in the year 2262; an HrTime past it loses its whole batch.
const LAST_SECOND = 9_223_372_036

// A smaller number is a reading of performance.now(). OpenTelemetry compares with the start of the process, and so
// moves work that began before it (a job from a queue, say) far into the future. This is March 1973, or three years.
const MAX_UPTIME_MS = 1e11

/** Whether `time` is an HrTime that servers store, to the nanosecond as it is. */
export function isStorable(time: unknown): time is HrTime {
  try {
    if (!Array.isArray(time) || time.length !== 2) return false
    const [seconds, nanos] = time as unknown[]
    return isWithin(seconds, LAST_SECOND) && isWithin(nanos, 1e9)
  } catch {
    return false
  }
}

const isWithin = (value: unknown, end: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < end

/** Epoch milliseconds of any time that OpenTelemetry takes, or `undefined` when it cannot be sent. */
export function msOfTimeInput(time: unknown): number | undefined {
  const ms = typeof time === 'number' ? rawMs(time) : msOfObject(time)
  return ms !== undefined && Number.isFinite(ms) && ms >= 0 && ms < LAST_SECOND * 1000 ? ms : undefined
}

/** As {@link rawMs}, for what may be a proxy that refuses to be looked at. */
function msOfObject(time: unknown): number | undefined {
  try {
    return rawMs(time)
  } catch {
    return undefined
  }
}

function rawMs(time: unknown): number | undefined {
  if (typeof time === 'number') {
    return time < MAX_UPTIME_MS ? (anchor ?? realTime.originMs()) + time : time
  }
  if (time instanceof Date) return time.getTime()
  if (Array.isArray(time) && typeof time[0] === 'number' && typeof time[1] === 'number') {
    return msOfHrTime([time[0], time[1]])
  }
  return undefined
}
