import type { HrTime } from '../runtime/clock.ts'
import { processWide } from '../runtime/registry.ts'
import type { Attributes } from '../span/attributes.ts'
import type { EndedSpan, SpanEvent, SpanStatus } from '../span/ended-span.ts'
import * as keys from '../span/semconv/keys.ts'
import type { SpanType } from '../span/semconv/span-type.ts'

/**
 * What an integration knows of a span that its library makes of itself, and that the library does not write into it. It
 * becomes part of our copy alone: what other processors see stays as the library made it. All of it is as it may leave:
 * captured, redacted, and without content where that is not captured.
 */
export interface SpanNote {
  /** By the library's own keys, in place of what it wrote there; read by its vocabulary. */
  readonly values: Record<string, unknown>
  /** Attributes that the copy has besides. */
  readonly attributes: Attributes
  name?: string
  spanType?: SpanType
  /** How it failed, where the library does not say so. */
  failure?: { readonly status: SpanStatus; readonly event: SpanEvent }
  endTime?: HrTime
  /** It came to its end, whatever became of the calls below it. */
  settled?: true
  /** The span below which those stand that the library puts below this one. */
  childrenUnder?: string
}

/** Spans that never end, or that nobody translates, must not be remembered for ever. */
const MAX_NOTES = 2000

const notes = (): Map<string, SpanNote> => processWide('span-notes', () => new Map<string, SpanNote>())

/** The note on the span with that ID, which is open; made where there is none. */
export function noteOn(spanId: string): SpanNote {
  const all = notes()
  const known = all.get(spanId)
  if (known !== undefined) return known
  const oldest = all.size >= MAX_NOTES ? all.keys().next().value : undefined
  if (oldest !== undefined) all.delete(oldest)
  const made: SpanNote = { values: {}, attributes: {} }
  all.set(spanId, made)
  return made
}

/** The note on a span that ended. One that is sent while it is open is asked for again. */
export function takeNote({ spanId, attributes }: EndedSpan): SpanNote | undefined {
  const note = notes().get(spanId)
  if (!(keys.STILL_OPEN in attributes)) notes().delete(spanId)
  return note
}

/** `span` with what the notes say of its place, its end and its failure. */
export function withNote(span: EndedSpan, note: SpanNote | undefined): Partial<EndedSpan> {
  const parent = span.parentSpanId && notes().get(span.parentSpanId)?.childrenUnder
  return {
    ...(parent && { parentSpanId: parent }),
    ...(note?.endTime && { endTime: note.endTime }),
    ...(note?.failure && { events: [...span.events, note.failure.event] }),
  }
}
