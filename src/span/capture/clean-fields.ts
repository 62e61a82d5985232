import type { SpanContext, TraceState } from '@opentelemetry/api'
import { type HrTime, hrTimeOfMs, isStorable, msOfTimeInput } from '../../runtime/clock.ts'
import { INVALID_SPAN_CONTEXT } from '../../runtime/otel-trace.ts'
import { readProperty } from '../../runtime/read-property.ts'
import { stateTextOf } from '../../runtime/trace-context.ts'
import type { EndedSpan } from '../ended-span.ts'
import { cleanName } from './clean-name.ts'

// The fields of a span that types promise to be numbers and text, and that callers fill with anything. One value that
// cannot be encoded would hold up its whole batch, so it is put right where it enters.

const LAST_KIND = 4
const MAX_COUNT = 0xffff_ffff

/** OpenTelemetry's span kind; internal for anything else. */
export const kindOf = (given: unknown): number =>
  typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= LAST_KIND ? given : 0

/** Flags of a W3C trace context; `otherwise` for anything else. */
export const flagsOf = (given: unknown, otherwise = 0): number =>
  typeof given === 'number' && Number.isSafeInteger(given) ? given & 0xff : otherwise

/** How many were dropped elsewhere; 0 for what is no count. */
export const countOf = (given: unknown): number =>
  typeof given === 'number' && Number.isInteger(given) && given > 0 ? Math.min(given, MAX_COUNT) : 0

/** An instrumentation scope by its name and version. */
export function scopeOf(name: unknown, version?: unknown): EndedSpan['scope'] {
  const known = textOf(version)
  return { name: textOf(name) ?? 'unknown', ...(known !== undefined && { version: known }) }
}

/** Text, or what is as good as text; nothing else, and nothing empty. */
function textOf(given: unknown): string | undefined {
  if (typeof given === 'string') return given === '' ? undefined : cleanName(given)
  return typeof given === 'number' || typeof given === 'bigint' ? cleanName(String(given)) : undefined
}

/** Any time that OpenTelemetry takes; `undefined` for what cannot be sent. */
export function hrTimeOf(given: unknown): HrTime | undefined {
  if (isStorable(given)) return given
  const ms = msOfTimeInput(given)
  return ms === undefined ? undefined : hrTimeOfMs(ms)
}

/**
 * What a span says of itself, in the types that it should have; an invalid one for what cannot say it.
 *
 * @param flags - those of a span whose flags cannot be read
 */
export function spanContextOf(span: unknown, flags = 0): SpanContext {
  try {
    const given: unknown = (span as { spanContext(): unknown }).spanContext()
    const state = readProperty(given, 'traceState') as TraceState | undefined
    return {
      traceId: readProperty(given, 'traceId') as string,
      spanId: readProperty(given, 'spanId') as string,
      traceFlags: flagsOf(readProperty(given, 'traceFlags'), flags),
      isRemote: readProperty(given, 'isRemote') === true,
      ...(stateTextOf(state) !== undefined && state && { traceState: state }),
    }
  } catch {
    return INVALID_SPAN_CONTEXT
  }
}

/** So many items of a list are looked at; the lists that people write are shorter, and holes are items too. */
const MAX_ITEMS = 10_000

/** The first items of a list, and how many more there are; none of anything else, nor of one that refuses to be read. */
export function itemsOf<T>(given: readonly T[] | undefined): {
  readonly items: readonly T[]
  readonly more: number
} {
  try {
    if (!Array.isArray(given)) return { items: [], more: 0 }
    const { length } = given
    return { items: given.slice(0, MAX_ITEMS) as T[], more: Math.max(0, length - MAX_ITEMS) }
  } catch {
    return { items: [], more: 0 }
  }
}
