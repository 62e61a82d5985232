import { type Limits, MAX_DEPTH, type Redact } from '../../config/limits.ts'
import { callRedact, type RedactSource } from '../redact/redact.ts'
import { plainOf, rawPlain } from '../snapshot/plain.ts'
import { Snapshot, snapshotOfSlot } from '../snapshot/snapshot.ts'
import { numberSlot, type Tape } from '../snapshot/tape.ts'
import { endWalk, startWalk, type Visit } from './capture-state.ts'
import { cleanText } from './capture-strings.ts'
import { putNull, putValue } from './capture-walk.ts'
import type { Captured } from './captured.ts'
import { cleanValue, fitLength } from './fit-value.ts'
import { mediaMark } from './media-mark.ts'
import { MAX_NATIVE } from './nesting.ts'

const MIN_BYTES = 16
/** A redaction hook gets at most so many times the bytes that may be recorded. */
const REDACT_FACTOR = 4
/** JSON bytes that one UTF-16 unit can come to at worst (`\u0001`). */
const WORST_UNIT_BYTES = 6
/** More than any number has, or stands around a name, a text or a container. */
const WORST_SLOT_BYTES = 32

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
 * what it would lose or refuse is described by a text. Never throws, reads each place of it once, calls the `toJSON` of
 * an object there once, consumes no stream and no iterator, and leaves `value` as it was.
 *
 * Stays within `limits.maxDepth` containers (40 at most) and `limits.maxValueBytes` of JSON text; at most 100 000
 * values are copied, and 10 000 properties of one object. What is cut is marked. What nests too deep for MLflow is a
 * text of its own.
 *
 * `redact` sees a copy, never the caller's own objects: strings in full, but not beyond `limits.maxValueBytes`
 * each and four times that in all, so that a 50 MB string does not go through its patterns.
 */
export function takeSnapshot(value: unknown, options: CaptureOptions): Snapshot {
  if (typeof value !== 'object') {
    const slot = plainSlot(value, options)
    if (slot !== undefined) return snapshotOfSlot(slot)
  }
  return snapshotWithin(value, options, MAX_NATIVE)
}

/** {@link takeSnapshot} as plain data, however deep it nests. */
export function capture(value: unknown, options: CaptureOptions): Captured {
  const slot = plainSlot(value, options)
  if (slot === undefined) return plainOf(snapshotWithin(value, options, Number.POSITIVE_INFINITY))
  return typeof slot === 'string' ? cleanText(slot) : slot
}

/** `value` as it is recorded, where it is one number or text that is far from every limit: that needs no walk. */
function plainSlot(value: unknown, { limits, redact }: CaptureOptions): number | string | undefined {
  if (redact !== undefined) return undefined
  const maxBytes = mostBytes(limits)
  if (typeof value === 'number' && WORST_SLOT_BYTES <= maxBytes) return numberSlot(value)
  if (typeof value !== 'string' || value.length * WORST_UNIT_BYTES >= maxBytes) return undefined
  return mediaMark(value) ?? value
}

function snapshotWithin(value: unknown, options: CaptureOptions, maxMessages: number): Snapshot {
  const { limits, redact } = options
  try {
    if (redact === undefined) return shortened(walkOver(value, limits, maxMessages))
    const { span, spanType, key } = options.context ?? UNKNOWN_SOURCE
    const whole = callRedact(redact, copyFor(value, limits), { span, spanType, key, path: [] })
    const visit: Visit = (inner, path) =>
      callRedact(redact, inner, { span, spanType, key: String(path[path.length - 1]), path: path.slice() })
    return shortened(walkOver(whole, limits, maxMessages, visit))
  } catch {
    // Only a call at the very end of the stack gets here.
    return new Snapshot(UNREADABLE, 0, 0)
  }
}

function shortened(snapshot: Snapshot): Snapshot {
  snapshot.shorten()
  return snapshot
}

const UNREADABLE: Tape = ['[unreadable]']

function walkOver(value: unknown, limits: Limits, maxMessages: number, visit?: Visit): Snapshot {
  const maxBytes = mostBytes(limits)
  const walk = startWalk(deepest(limits), maxMessages, visit)
  if (!putValue(walk, value, 0)) putNull(walk)
  const { units, wide } = walk
  const tape = endWalk(walk)
  const mayBeLong = units * WORST_UNIT_BYTES + tape.length * WORST_SLOT_BYTES > maxBytes
  return new Snapshot(tape, units, wide, mayBeLong ? maxBytes : undefined)
}

/** What a redaction hook gets to see. */
function copyFor(value: unknown, limits: Limits): Captured {
  const maxBytes = mostBytes(limits)
  const { raw, maxBytes: mayBeLong } = walkOver(value, limits, Number.POSITIVE_INFINITY)
  const view = { tape: raw, at: 0 }
  if (mayBeLong === undefined) return plainOf(view)
  return cleanValue(fitLength(rawPlain(view, maxBytes), maxBytes * REDACT_FACTOR))
}

/** How deep a value may nest. */
const deepest = (limits: Limits): number => Math.min(MAX_DEPTH, Math.max(1, limits.maxDepth))

/** How long the JSON text of a value may be, in bytes. */
const mostBytes = (limits: Limits): number => Math.max(MIN_BYTES, limits.maxValueBytes)
