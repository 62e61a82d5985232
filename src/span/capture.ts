import type { Limits, Redact } from '../config/limits.ts'
import { startWalk, type Walk } from './capture-state.ts'
import { cleanText } from './capture-strings.ts'
import { copyValue } from './capture-walk.ts'
import type { Captured } from './captured.ts'
import { cleanValue, fitLength, fitTo } from './fit-value.ts'
import { mediaMark } from './media-mark.ts'
import { callRedact, type RedactSource } from './redact.ts'

export { capturedBytes, fitTo } from './fit-value.ts'

/** MLflow cannot read back what is nested deeper. */
const MAX_DEPTH = 40
const MIN_BYTES = 16
/** A redaction hook gets at most so many times the bytes that may be recorded. */
const REDACT_FACTOR = 4

/** How a value is captured. */
export interface CaptureOptions {
  readonly limits: Limits
  readonly redact?: Redact
  /** What `redact` is told about the value. */
  readonly context?: RedactSource
}

const UNKNOWN_SOURCE: RedactSource = { span: '', spanType: 'UNKNOWN', key: 'value' }

/**
 * A bounded copy of `value` as it is now: later changes do not show. What JSON would keep is as JSON has it, and
 * what it would lose or refuse is described by a text. Never throws, reads each getter once, calls `toJSON` of an
 * object once, consumes no stream and no iterator, and leaves `value` as it was.
 *
 * Stays within `limits.maxDepth` containers (40 at most) and `limits.maxValueBytes` of JSON text; at most 100 000
 * values are copied, and 10 000 properties of one object. What is cut is marked.
 *
 * `redact` sees a copy, never the caller's own objects: strings in full, but not beyond `limits.maxValueBytes`
 * each and four times that in all, so that a 50 MB string does not go through its patterns.
 */
export function capture(value: unknown, options: CaptureOptions): Captured {
  const maxBytes = mostBytes(options.limits)
  try {
    if (options.redact) return redacted(value, options.redact, options, maxBytes)
    if (typeof value === 'string' && value.length * 6 < maxBytes) return mediaMark(value) ?? cleanText(value)
    const walk = startWalk(deepest(options.limits), maxBytes)
    return fitted(walk, copyValue(walk, value, 0) ?? null, maxBytes)
  } catch {
    // Only a call at the very end of the stack gets here.
    return '[unreadable]'
  }
}

function redacted(value: unknown, redact: Redact, options: CaptureOptions, maxBytes: number): Captured {
  const { span, spanType, key } = options.context ?? UNKNOWN_SOURCE
  const reading = startWalk(deepest(options.limits), maxBytes)
  let copy = copyValue(reading, value, 0) ?? null
  if (reading.isUnclean) copy = cleanValue(fitLength(copy, maxBytes * REDACT_FACTOR))
  const whole = callRedact(redact, copy, { span, spanType, key, path: [] })
  const walk = startWalk(deepest(options.limits), maxBytes, (inner, path) =>
    callRedact(redact, inner, { span, spanType, key: String(path[path.length - 1]), path: path.slice() }),
  )
  return fitted(walk, copyValue(walk, whole, 0) ?? null, maxBytes)
}

function fitted(walk: Walk, copy: Captured, maxBytes: number): Captured {
  if (walk.bytes <= maxBytes) return copy
  const fit = fitTo(copy, maxBytes)
  return walk.isUnclean ? cleanValue(fit) : fit
}

/** How deep a value may nest. */
export const deepest = (limits: Limits): number => Math.min(MAX_DEPTH, Math.max(1, limits.maxDepth))

/** How long the JSON text of a value may be, in bytes. */
export const mostBytes = (limits: Limits): number => Math.max(MIN_BYTES, limits.maxValueBytes)
