import type { Attributes } from '../attributes.ts'
import type { EndedSpan } from '../ended-span.ts'
import type { ExportOptions } from '../span-attributes.ts'
import { writeAttributes } from './any-value.ts'
import { forgetSink, writeSpan } from './span.ts'
import { RESOURCE_SPANS, SCOPE_SPANS, SPANS } from './tags.ts'
import {
  closeMessage,
  createWriter,
  lengthTag,
  makeRoom,
  openMessage,
  putVarint,
  varintBytes,
  varintTag,
  type Writer,
  writeByte,
  writeText,
} from './writer.ts'

// Field numbers of ExportTraceServiceRequest and of the messages between it and a span.
const RESOURCE = lengthTag(1)
const RESOURCE_ATTRIBUTES = lengthTag(1)
const RESOURCE_DROPPED = varintTag(2)
const SCOPE = lengthTag(1)
const SCOPE_NAME = lengthTag(1)
const SCOPE_VERSION = lengthTag(2)

/** A tag and the longest length. */
const HEAD_BYTES = 6
const FIRST_BYTES = 65_536
/** What one huge span needed is given back after it. */
const KEPT_BYTES = 1024 * 1024
/** From here on, a buffer of its own for a request is cheaper than copying the request out of the common one. */
const OWN_BUFFER_BYTES = 256 * 1024
const USUAL_RESOURCE_BYTES = 512

type Scope = EndedSpan['scope']

// Encoding runs to its end without calling anybody, so one buffer serves all calls.
let scratch: Writer | undefined
/** Of the last large request: what the next one will probably need. */
let bytesPerSpan = 6_000

/**
 * An OTLP `ExportTraceServiceRequest` with `spans`, in protobuf: byte for byte what OpenTelemetry's serialiser writes.
 * Spans stand under their scopes, in the order given. The bytes belong to the caller.
 */
export function encodeRequest(
  spans: readonly EndedSpan[],
  resource: Attributes,
  options: ExportOptions,
): Uint8Array {
  if (!options.mlflow || !spans.some(isRootElsewhere)) return encodeAll(spans, resource, options)
  const own = spans.filter((span) => !isRootElsewhere(span))
  const others = spans.filter(isRootElsewhere).map((span) => withResource(span, resource))
  return Buffer.concat([encodeAll(own, resource, options), encodeAll(others, telemetryOf(resource), options)])
}

const isRootElsewhere = ({ trace }: EndedSpan): boolean => trace.rootElsewhere

// MLflow makes resource attributes tags of the trace, and the last request wins: a trace over several services would have
// the name of the one that came last. So the process with the root alone gives them, and others say on their spans who they are.
function withResource(span: EndedSpan, resource: Attributes): EndedSpan {
  const said = Object.entries(resource).filter(([key]) => !isOfTelemetry(key))
  return { ...span, attributes: { ...Object.fromEntries(said), ...span.attributes } }
}

/** What of a resource MLflow makes no tag of. */
function telemetryOf(resource: Attributes): Attributes {
  return Object.fromEntries(Object.entries(resource).filter(([key]) => isOfTelemetry(key)))
}

const isOfTelemetry = (key: string): boolean => key.startsWith('telemetry.sdk.')

function encodeAll(spans: readonly EndedSpan[], resource: Attributes, options: ExportOptions): Uint8Array {
  const expected = spans.length * bytesPerSpan
  if (expected < OWN_BUFFER_BYTES) return encodeExactly(spans, resource, options)
  // Room to spare costs nothing: memory that is never written to is never there.
  const writer = createWriter(Math.ceil(expected * 1.25))
  const request = writeRequest(writer, spans, resource, options)
  forgetSink()
  bytesPerSpan = Math.ceil(request.length / spans.length)
  return request.length * 2 < writer.buffer.length ? copyOf(request) : request
}

/**
 * One span as a whole `resource_spans` entry: tag, length and bytes. Entries one after the other are a request, so
 * that a span can be stored, counted, split off and sent again without being encoded again. Keeping the bytes keeps no
 * more memory than their length.
 */
export function encodeRecord(span: EndedSpan, resource: Attributes, options: ExportOptions): Uint8Array {
  return options.mlflow && isRootElsewhere(span)
    ? encodeExactly([withResource(span, resource)], telemetryOf(resource), options)
    : encodeExactly([span], resource, options)
}

function encodeExactly(
  spans: readonly EndedSpan[],
  resource: Attributes,
  options: ExportOptions,
): Uint8Array {
  const writer = scratch ?? createWriter(FIRST_BYTES)
  scratch = writer
  const request = copyOf(writeRequest(writer, spans, resource, options))
  if (writer.buffer.length > KEPT_BYTES) scratch = undefined
  return request
}

function copyOf(bytes: Buffer): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}

/**
 * The request, in place in the buffer of `writer`. How long the outer messages are is known when they end. Moving
 * megabytes then would cost as much as writing them, so it is the short things before the first span that move.
 */
function writeRequest(
  writer: Writer,
  spans: readonly EndedSpan[],
  resource: Attributes,
  options: ExportOptions,
): Buffer {
  const [first, ...others] = groupByScope(spans)
  if (first === undefined) return writer.buffer.subarray(0, 0)
  writer.pos = HEAD_BYTES
  writeResource(writer, resource)
  const resourceEnd = writer.pos
  makeRoom(writer, HEAD_BYTES)
  writer.pos += HEAD_BYTES
  const from = writer.pos
  writeScope(writer, first, options)
  const headStart = putHead(writer.buffer, SCOPE_SPANS, from, writer.pos)
  const start = headStart - (resourceEnd - HEAD_BYTES)
  writer.buffer.copyWithin(start, HEAD_BYTES, resourceEnd)
  for (const group of others) {
    const expected = group.length * bytesPerSpan
    writeByte(writer, SCOPE_SPANS)
    const body = openMessage(writer, expected)
    writeScope(writer, group, options)
    closeMessage(writer, body, expected)
  }
  return writer.buffer.subarray(putHead(writer.buffer, RESOURCE_SPANS, start, writer.pos), writer.pos)
}

/** Writes tag and length of the body between `from` and `to` right before it, and tells where they begin. */
function putHead(buffer: Buffer, tag: number, from: number, to: number): number {
  const start = from - 1 - varintBytes(to - from)
  buffer[start] = tag
  putVarint(buffer, start + 1, to - from)
  return start
}

function writeResource(writer: Writer, attributes: Attributes): void {
  writeByte(writer, RESOURCE)
  const start = openMessage(writer, USUAL_RESOURCE_BYTES)
  writeAttributes(writer, RESOURCE_ATTRIBUTES, attributes)
  writeByte(writer, RESOURCE_DROPPED)
  writeByte(writer, 0)
  closeMessage(writer, start, USUAL_RESOURCE_BYTES)
}

function writeScope(writer: Writer, spans: readonly EndedSpan[], options: ExportOptions): void {
  writeByte(writer, SCOPE)
  const start = openMessage(writer, 0)
  const { name, version } = (spans[0] as EndedSpan).scope
  writeByte(writer, SCOPE_NAME)
  writeText(writer, name)
  if (version) {
    writeByte(writer, SCOPE_VERSION)
    writeText(writer, version)
  }
  closeMessage(writer, start, 0)
  for (const span of spans) writeSpan(writer, SPANS, span, options)
}

/** `spans` by scope, scopes and spans in the order of their first appearance. */
function groupByScope(spans: readonly EndedSpan[]): readonly (readonly EndedSpan[])[] {
  const groups: EndedSpan[][] = []
  const byName = new Map<string, Map<string, EndedSpan[]>>()
  let last: { readonly scope: Scope; readonly group: EndedSpan[] } | undefined
  for (const span of spans) {
    if (last?.scope !== span.scope) last = { scope: span.scope, group: groupOf(span.scope, byName, groups) }
    last.group.push(span)
  }
  return groups
}

function groupOf(
  { name, version = '' }: Scope,
  byName: Map<string, Map<string, EndedSpan[]>>,
  groups: EndedSpan[][],
): EndedSpan[] {
  const versions = byName.get(name) ?? new Map<string, EndedSpan[]>()
  byName.set(name, versions)
  const known = versions.get(version)
  if (known !== undefined) return known
  const group: EndedSpan[] = []
  versions.set(version, group)
  groups.push(group)
  return group
}
