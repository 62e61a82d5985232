import type { EndedSpan, SpanEvent, SpanLinkData, SpanStatus } from '../span/ended-span.ts'
import {
  type AttributeSink,
  type ExportOptions,
  forEachExportedAttribute,
  wireStatus,
} from '../span/semconv/span-attributes.ts'
import {
  closeMessage,
  openMessage,
  type Writer,
  writeByte,
  writeFixed32,
  writeHex,
  writeText,
  writeTime,
  writeTimeOfMs,
  writeVarint,
} from '../span/snapshot/writer.ts'
import { writeAttribute, writeAttributes, writeJsonAttribute, writeSnapshotAttribute } from './any-value.ts'
import { EVENT, LINK, SPAN, STATUS } from './tags.ts'

/** Beside the W3C trace flags: that it is known whether the parent is remote, and that it is. */
const HAS_IS_REMOTE = 0x100
const IS_REMOTE = 0x200

/** The counts are of 32 bits. */
const MAX_COUNTED = 0xffff_ffff

/** Spans take two bytes for their length far more often than one or three. */
const USUAL_BYTES = 2048

/** `span` as the field `tag` of the message that is being written, with every field in the order of its number. */
export function writeSpan(writer: Writer, tag: number, span: EndedSpan, options: ExportOptions): void {
  writeByte(writer, tag)
  const start = openMessage(writer, USUAL_BYTES)
  writeIdentity(writer, span)
  writeTimes(writer, span)
  forEachExportedAttribute(span, options, sinkOf(writer))
  const { dropped } = span
  writeDropped(writer, SPAN.droppedAttributes, dropped?.attributes)
  for (const event of span.events) writeEvent(writer, event)
  writeDropped(writer, SPAN.droppedEvents, dropped?.events)
  for (const link of span.links) writeLink(writer, link)
  writeDropped(writer, SPAN.droppedLinks, dropped?.links)
  writeStatus(writer, wireStatus(span, options))
  writeVarint(writer, SPAN.flags)
  writeFlags(writer, span.traceFlags, span.parentSpanId !== undefined && span.parentIsRemote)
  closeMessage(writer, start, USUAL_BYTES)
}

let lastSink: { readonly writer: Writer; readonly sink: AttributeSink } | undefined

/** What writes attributes; made once for all spans of a request. */
function sinkOf(writer: Writer): AttributeSink {
  if (lastSink?.writer !== writer) lastSink = { writer, sink: newSink(writer) }
  return lastSink.sink
}

// In a function of its own: what its closures share is made whenever it is called.
const newSink = (writer: Writer): AttributeSink => ({
  write: (key, value) => writeAttribute(writer, SPAN.attributes, key, value),
  writeContent: (key, content) => writeSnapshotAttribute(writer, SPAN.attributes, key, content),
  writeJson: (key, json) => writeJsonAttribute(writer, SPAN.attributes, key, json),
})

/** Lets go of the last writer, whose buffer is as large as a request. */
export function forgetSink(): void {
  lastSink = undefined
}

function writeIdentity(writer: Writer, span: EndedSpan): void {
  writeByte(writer, SPAN.traceId)
  writeHex(writer, span.traceId)
  writeByte(writer, SPAN.spanId)
  writeHex(writer, span.spanId)
  writeTextUnlessEmpty(writer, SPAN.traceState, span.traceState)
  if (span.parentSpanId) {
    writeByte(writer, SPAN.parentSpanId)
    writeHex(writer, span.parentSpanId)
  }
  writeByte(writer, SPAN.name)
  writeText(writer, span.name)
  writeByte(writer, SPAN.kind)
  // OTLP counts from one; its zero says that the kind is not known.
  writeVarint(writer, span.kind + 1)
}

function writeTimes(writer: Writer, span: EndedSpan): void {
  const { startMs, endMs } = span
  writeByte(writer, SPAN.start)
  if (startMs === undefined) writeTime(writer, span.startTime)
  else writeTimeOfMs(writer, startMs)
  writeByte(writer, SPAN.end)
  if (endMs === undefined) writeTime(writer, span.endTime)
  else writeTimeOfMs(writer, endMs)
}

function writeEvent(writer: Writer, { name, time, attributes, droppedAttributes }: SpanEvent): void {
  writeByte(writer, SPAN.events)
  const start = openMessage(writer, USUAL_BYTES)
  writeByte(writer, EVENT.time)
  writeTime(writer, time)
  writeByte(writer, EVENT.name)
  writeText(writer, name)
  if (attributes !== undefined) writeAttributes(writer, EVENT.attributes, attributes)
  writeDropped(writer, EVENT.droppedAttributes, droppedAttributes)
  closeMessage(writer, start, USUAL_BYTES)
}

function writeLink(writer: Writer, link: SpanLinkData): void {
  writeByte(writer, SPAN.links)
  const start = openMessage(writer, 0)
  writeByte(writer, LINK.traceId)
  writeHex(writer, link.traceId)
  writeByte(writer, LINK.spanId)
  writeHex(writer, link.spanId)
  writeTextUnlessEmpty(writer, LINK.traceState, link.traceState)
  if (link.attributes !== undefined) writeAttributes(writer, LINK.attributes, link.attributes)
  writeDropped(writer, LINK.droppedAttributes, link.droppedAttributes)
  writeByte(writer, LINK.flags)
  writeFlags(writer, link.traceFlags, false)
  closeMessage(writer, start, 0)
}

function writeStatus(writer: Writer, { code, message }: SpanStatus): void {
  writeByte(writer, SPAN.status)
  const start = openMessage(writer, 0)
  writeTextUnlessEmpty(writer, STATUS.message, message)
  writeByte(writer, STATUS.code)
  writeVarint(writer, code)
  closeMessage(writer, start, 0)
}

function writeFlags(writer: Writer, traceFlags: number, isRemote: boolean): void {
  writeFixed32(writer, (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0))
}

/** OpenTelemetry's serialiser writes the zero, and so do we. */
function writeDropped(writer: Writer, tag: number, count = 0): void {
  writeByte(writer, tag)
  writeVarint(writer, Math.min(count, MAX_COUNTED))
}

function writeTextUnlessEmpty(writer: Writer, tag: number, text: string | undefined): void {
  if (!text) return
  writeByte(writer, tag)
  writeText(writer, text)
}
