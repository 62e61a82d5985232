import { capturedBytes, fitTo } from './capture.ts'
import type { Captured } from './captured.ts'
import type { EndedSpan, SpanEvent } from './ended-span.ts'

// What a span costs on the wire beside its values: IDs, times, keys of its own.
const FRAME_BYTES = 300

/** Roughly the bytes of `span` on the wire. */
export function spanBytes(span: EndedSpan): number {
  let bytes = FRAME_BYTES + span.name.length
  if (span.agent?.inputs !== undefined) bytes += capturedBytes(span.agent.inputs)
  if (span.agent?.outputs !== undefined) bytes += capturedBytes(span.agent.outputs)
  bytes += capturedBytes(span.attributes as Captured)
  for (const event of span.events)
    bytes += 30 + event.name.length + capturedBytes((event.attributes ?? {}) as Captured)
  return bytes + span.links.length * 60 + (span.status.message?.length ?? 0)
}

/** `span`, which is longer than `maxBytes`, cut down: the largest values first, each with a mark. */
export function fitSpan(span: EndedSpan, maxBytes: number): EndedSpan {
  const parts = {
    attributes: span.attributes as Captured,
    events: span.events.map((event) => (event.attributes ?? {}) as Captured),
    ...(span.agent?.inputs !== undefined && { inputs: span.agent.inputs }),
    ...(span.agent?.outputs !== undefined && { outputs: span.agent.outputs }),
  }
  const fitted = fitTo(parts, Math.max(1024, maxBytes - FRAME_BYTES)) as typeof parts
  const attributes = isFields(fitted.attributes) ? (fitted.attributes as EndedSpan['attributes']) : {}
  const events = Array.isArray(fitted.events) ? fitted.events : []
  return Object.freeze({
    ...span,
    attributes,
    events: span.events.slice(0, events.length).map((event, i): SpanEvent => {
      const kept = events[i]
      return { name: event.name, time: event.time, ...(isFields(kept) && { attributes: kept as never }) }
    }),
    ...(span.agent && {
      agent: {
        ...span.agent,
        ...(fitted.inputs !== undefined && { inputs: fitted.inputs }),
        ...(fitted.outputs !== undefined && { outputs: fitted.outputs }),
      },
    }),
  })
}

function isFields(value: Captured | undefined): value is { [key: string]: Captured } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
