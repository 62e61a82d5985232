import { fitTo } from './capture.ts'
import type { Captured } from './captured.ts'
import { contentOf } from './content/capture-content.ts'
import { contentBytes } from './content/content.ts'
import { readContent } from './content/read-content.ts'
import type { Attributes, EndedSpan, SpanEvent } from './ended-span.ts'
import { noneDropped } from './span-limits.ts'

// What a span costs on the wire beside its values: IDs, times, keys of its own.
const FRAME_BYTES = 300

/** Roughly the bytes of `span` on the wire. */
export function spanBytes(span: EndedSpan): number {
  let bytes = FRAME_BYTES + span.name.length
  if (span.agent?.inputs !== undefined) bytes += contentBytes(span.agent.inputs)
  if (span.agent?.outputs !== undefined) bytes += contentBytes(span.agent.outputs)
  bytes += attributesBytes(span.attributes)
  for (const { name, attributes } of span.events) {
    bytes += 30 + name.length + (attributes === undefined ? 0 : attributesBytes(attributes))
  }
  return bytes + span.links.length * 60 + (span.status.message?.length ?? 0)
}

const PAIR_BYTES = 12
/** From this length on it matters how many bytes the characters of a text have. */
const LONG_TEXT = 256

function attributesBytes(attributes: Attributes): number {
  let bytes = 0
  for (const key in attributes) bytes += PAIR_BYTES + key.length + valueBytes(attributes[key])
  return bytes
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return value.length < LONG_TEXT ? value.length : Buffer.byteLength(value)
  if (!Array.isArray(value)) return 8
  let bytes = 0
  for (const item of value) bytes += 4 + valueBytes(item)
  return bytes
}

/** `span`, which is longer than `maxBytes`, cut down: the largest values first, each with a mark. */
export function fitSpan(span: EndedSpan, maxBytes: number): EndedSpan {
  const parts = {
    attributes: span.attributes as Captured,
    events: span.events.map((event) => (event.attributes ?? {}) as Captured),
    ...(span.agent?.inputs !== undefined && { inputs: readContent(span.agent.inputs) }),
    ...(span.agent?.outputs !== undefined && { outputs: readContent(span.agent.outputs) }),
  }
  const fitted = fitTo(parts, Math.max(1024, maxBytes - FRAME_BYTES)) as typeof parts
  const attributes = isFields(fitted.attributes) ? (fitted.attributes as EndedSpan['attributes']) : {}
  const events = Array.isArray(fitted.events) ? fitted.events : []
  const { dropped = noneDropped() } = span
  const gone = {
    attributes: Math.max(0, Object.keys(span.attributes).length - Object.keys(attributes).length),
    events: span.events.length - events.length,
  }
  return Object.freeze({
    ...span,
    attributes,
    ...(gone.attributes + gone.events > 0 && {
      dropped: {
        attributes: dropped.attributes + gone.attributes,
        events: dropped.events + gone.events,
        links: dropped.links,
      },
    }),
    events: span.events.slice(0, events.length).map((event, i): SpanEvent => {
      const kept = events[i]
      const droppedAttributes = droppedOf(event, isFields(kept) ? kept : {})
      return {
        name: event.name,
        time: event.time,
        ...(isFields(kept) && { attributes: kept as never }),
        ...(droppedAttributes > 0 && { droppedAttributes }),
      }
    }),
    ...(span.agent && {
      agent: {
        ...span.agent,
        ...(fitted.inputs !== undefined && { inputs: contentOf(fitted.inputs) }),
        ...(fitted.outputs !== undefined && { outputs: contentOf(fitted.outputs) }),
      },
    }),
  })
}

function droppedOf({ attributes = {}, droppedAttributes = 0 }: SpanEvent, kept: object): number {
  return droppedAttributes + Math.max(0, Object.keys(attributes).length - Object.keys(kept).length)
}

function isFields(value: Captured | undefined): value is { [key: string]: Captured } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
