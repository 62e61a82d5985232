import { lengthOf } from '../runtime/text-units.ts'
import { type Attributes, NO_ATTRIBUTES } from './attributes.ts'
import type { Captured } from './capture/captured.ts'
import { fitTo } from './capture/fit-value.ts'
import { type AgentData, type EndedSpan, plainSpan, type SpanEvent } from './ended-span.ts'
import { plainOf } from './snapshot/plain.ts'
import { type Snapshot, snapshotOf, WIRE_BYTES_PER_SLOT } from './snapshot/snapshot.ts'
import { isNames, isWide, LONG_TEXT } from './snapshot/tape.ts'
import { noneDropped } from './span-limits.ts'
import type { TraceRecord } from './trace-record.ts'

// What a span costs on the wire beside its values: IDs, times, keys of its own.
const FRAME_BYTES = 300

/** What a span takes, roughly. */
export interface SpanSize {
  /** Bytes on the wire. */
  readonly wire: number
  /** Bytes of memory, without the record of its trace. */
  readonly held: number
}

// What V8 takes for the parts of a span on a 64-bit machine, as measured in test/export/held.test.ts.
const SPAN_BYTES = 440
const AGENT_BYTES = 80
const SNAPSHOT_BYTES = 130
/** A slot, and the half of a text: every second one is one, or the name of a field. */
const SNAPSHOT_SLOT_BYTES = 18
const KEYS_BYTES = 150
const USAGE_BYTES = 100
const EVENT_BYTES = 130
const LINK_BYTES = 160
const OBJECT_BYTES = 56
const TEXT_BYTES = 20
const SLOT_BYTES = 16
/** An object of more attributes is kept as a dictionary. */
const MAX_SLOTS = 20
const ENTRY_BYTES = 56
const TRACE_BYTES = 930
const MAP_ENTRY_BYTES = 70

/** Bytes of memory of what {@link spanSize} is measuring. */
let held = 0
/** The bytes of long texts are counted, not guessed. */
let isExact = false

/** A long text may have so many times the bytes on the wire that it is taken to have. */
const MAX_ERROR = 2

/**
 * What `span` takes on the wire and in memory. To count the bytes of a long text takes longer than to record it, so that is
 * only done where it matters: for a span that may be longer than `maxBytes` on the wire.
 */
export function spanSize(span: EndedSpan, maxBytes: number): SpanSize {
  const size = measured(span)
  if (size.wire * MAX_ERROR <= maxBytes) return size
  isExact = true
  const exact = measured(span)
  isExact = false
  return exact
}

function measured(span: EndedSpan): SpanSize {
  held = SPAN_BYTES
  let wire = FRAME_BYTES + span.name.length + attributesBytes(span.attributes)
  held += span.name.length
  const { agent } = span
  if (agent !== undefined) wire += agentBytes(agent)
  const { events, links, status } = span
  if (events.length > 0) wire += eventsBytes(events)
  if (links.length > 0) wire += linksBytes(links)
  if (status.message !== undefined) wire += textBytes(status.message)
  // What another provider says of itself is one object for all its spans.
  if (span.traceState !== undefined) wire += textBytes(span.traceState)
  return { wire, held }
}

function eventsBytes(events: EndedSpan['events']): number {
  let bytes = 0
  for (const { name, attributes } of events) {
    held += EVENT_BYTES + name.length
    bytes += 30 + name.length + (attributes === undefined ? 0 : attributesBytes(attributes))
  }
  return bytes
}

function linksBytes(links: EndedSpan['links']): number {
  let bytes = 0
  for (const { attributes } of links) {
    held += LINK_BYTES
    bytes += 60 + (attributes === undefined ? 0 : attributesBytes(attributes))
  }
  return bytes
}

/** Bytes of memory that the record of a trace takes, shared by all its spans. */
export function traceBytes(trace: TraceRecord): number {
  held = TRACE_BYTES
  const { tags, metadata, root } = trace
  if (tags.size > 0) holdEntries(tags)
  if (metadata.size > 0) holdEntries(metadata)
  holdText(trace.userId)
  holdText(trace.sessionId)
  holdText(trace.clientRequestId)
  holdText(trace.requestPreview)
  holdText(trace.responsePreview)
  holdText(root?.requestPreview)
  holdText(root?.responsePreview)
  return held
}

function holdEntries(entries: ReadonlyMap<string, string>): void {
  for (const [key, value] of entries) {
    textBytes(value)
    held += MAP_ENTRY_BYTES + key.length
  }
}

function holdText(text: string | undefined): void {
  if (text !== undefined) textBytes(text)
}

function agentBytes({ inputs, outputs, jsonKeys, usage, model, provider }: AgentData): number {
  held += AGENT_BYTES + (model?.length ?? 0) + (provider?.length ?? 0)
  if (jsonKeys.size > 0) held += KEYS_BYTES + jsonKeys.size * SLOT_BYTES
  if (usage !== undefined) held += USAGE_BYTES
  return (
    (inputs === undefined ? 0 : snapshotBytes(inputs)) + (outputs === undefined ? 0 : snapshotBytes(outputs))
  )
}

function snapshotBytes({ raw, units, wide, maxBytes }: Snapshot): number {
  held += SNAPSHOT_BYTES + raw.length * SNAPSHOT_SLOT_BYTES + units + wide
  const bytes = raw.length * WIRE_BYTES_PER_SLOT + (isExact ? exactBytes(raw) : units + wide)
  // It is cut before it is sent, and held whole until then.
  return maxBytes === undefined ? bytes : Math.min(bytes, maxBytes)
}

function exactBytes(tape: Snapshot['raw']): number {
  let bytes = 0
  for (const slot of tape) {
    if (typeof slot === 'string') bytes += wireLength(slot)
    else if (isNames(slot)) for (const name of slot) bytes += wireLength(name)
  }
  return bytes
}

const PAIR_BYTES = 12

function attributesBytes(attributes: Attributes): number {
  if (attributes === NO_ATTRIBUTES) return 0
  let bytes = 0
  let count = 0
  for (const key in attributes) {
    count += 1
    bytes += PAIR_BYTES + lengthOf(key) + valueBytes(attributes[key])
  }
  if (count > 0) held += OBJECT_BYTES + count * (count > MAX_SLOTS ? ENTRY_BYTES : SLOT_BYTES)
  return bytes
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value)
  if (!Array.isArray(value)) {
    held += SLOT_BYTES
    return 8
  }
  let bytes = 0
  held += OBJECT_BYTES
  for (const item of value) bytes += 4 + valueBytes(item)
  return bytes
}

function textBytes(text: string): number {
  const length = lengthOf(text)
  held += TEXT_BYTES + length
  if (length < LONG_TEXT) return length
  const wide = isWide(text) ? length : 0
  held += wide
  // One to three bytes on the wire.
  return isExact ? Buffer.byteLength(text) : length + wide
}

const wireLength = (text: string): number =>
  lengthOf(text) < LONG_TEXT ? lengthOf(text) : Buffer.byteLength(text)

/** `span`, which is longer than `maxBytes`, cut down: the largest values first, each with a mark. */
export function fitSpan(span: EndedSpan, maxBytes: number): EndedSpan {
  const parts = {
    attributes: span.attributes as Captured,
    events: span.events.map((event) => (event.attributes ?? {}) as Captured),
    ...(span.agent?.inputs !== undefined && { inputs: plainOf(span.agent.inputs) }),
    ...(span.agent?.outputs !== undefined && { outputs: plainOf(span.agent.outputs) }),
  }
  const fitted = fitTo(parts, Math.max(1024, maxBytes - FRAME_BYTES)) as typeof parts
  const attributes = isFields(fitted.attributes) ? (fitted.attributes as EndedSpan['attributes']) : {}
  const events = Array.isArray(fitted.events) ? fitted.events : []
  const { dropped = noneDropped() } = span
  const gone = {
    attributes: Math.max(0, Object.keys(span.attributes).length - Object.keys(attributes).length),
    events: span.events.length - events.length,
  }
  const plain = plainSpan(span)
  return Object.freeze({
    ...plain,
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
    ...(plain.agent && {
      agent: {
        ...plain.agent,
        ...(fitted.inputs !== undefined && { inputs: snapshotOf(fitted.inputs) }),
        ...(fitted.outputs !== undefined && { outputs: snapshotOf(fitted.outputs) }),
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
