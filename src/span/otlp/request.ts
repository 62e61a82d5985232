import type { Attributes, EndedSpan } from '../ended-span.ts'
import type { WireOptions } from '../wire.ts'
import { writeAttributes } from './any-value.ts'
import { writeSpan } from './span.ts'
import {
  closeMessage,
  createWriter,
  lengthTag,
  openMessage,
  varintBytes,
  varintTag,
  type Writer,
  writeByte,
  writeText,
  writeVarint,
} from './writer.ts'

// Field numbers of ExportTraceServiceRequest and of the messages between it and a span.
const RESOURCE_SPANS = lengthTag(1)
const RESOURCE = lengthTag(1)
const RESOURCE_ATTRIBUTES = lengthTag(1)
const RESOURCE_DROPPED = varintTag(2)
const SCOPE_SPANS = lengthTag(2)
const SCOPE = lengthTag(1)
const SCOPE_NAME = lengthTag(1)
const SCOPE_VERSION = lengthTag(2)
const SPANS = lengthTag(2)

const FIRST_BYTES = 65_536
/** A full batch fits; what a larger one needed is given back after it. */
const KEPT_BYTES = 4 * 1024 * 1024
/** Room for tag and length of a message. */
const USUAL_RESOURCE_BYTES = 512

type Scope = EndedSpan['scope']

/** Where in the scratch buffer the body of one message lies. */
interface Stretch {
  readonly from: number
  readonly to: number
}

// Encoding runs to its end without calling anybody, so one buffer serves all calls.
let scratch: Writer | undefined

/**
 * An OTLP `ExportTraceServiceRequest` with `spans`, in protobuf: byte for byte what OpenTelemetry's serialiser writes.
 * Spans stand under their scopes, in the order given. The bytes are exactly as long as they need to be and belong to
 * the caller.
 */
export function encodeRequest(
  spans: readonly EndedSpan[],
  resource: Attributes,
  options: WireOptions,
): Uint8Array {
  if (spans.length === 0) return new Uint8Array(0)
  const writer = scratch ?? createWriter(FIRST_BYTES)
  scratch = writer
  writer.pos = 0
  writeResource(writer, resource)
  const head: Stretch = { from: 0, to: writer.pos }
  const scopes = groupByScope(spans).map((group) => writeScope(writer, group, options))
  const request = assemble(writer.buffer, head, scopes)
  if (writer.buffer.length > KEPT_BYTES) scratch = undefined
  return request
}

/**
 * One span as a whole `resource_spans` entry: tag, length and bytes. Entries one after the other are a request, so
 * that a span can be stored, counted, split off and sent again without being encoded again.
 */
export function encodeRecord(span: EndedSpan, resource: Attributes, options: WireOptions): Uint8Array {
  return encodeRequest([span], resource, options)
}

function writeResource(writer: Writer, attributes: Attributes): void {
  writeByte(writer, RESOURCE)
  const start = openMessage(writer, USUAL_RESOURCE_BYTES)
  writeAttributes(writer, RESOURCE_ATTRIBUTES, attributes)
  writeByte(writer, RESOURCE_DROPPED)
  writeByte(writer, 0)
  closeMessage(writer, start, USUAL_RESOURCE_BYTES)
}

function writeScope(writer: Writer, spans: readonly EndedSpan[], options: WireOptions): Stretch {
  const from = writer.pos
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
  return { from, to: writer.pos }
}

/** The request, with the lengths of the outer messages, which nobody knew before: their megabytes move only here. */
function assemble(source: Buffer, head: Stretch, scopes: readonly Stretch[]): Uint8Array {
  let inner = lengthOf(head)
  for (const scope of scopes) inner += 1 + varintBytes(lengthOf(scope)) + lengthOf(scope)
  const writer = createWriter(1 + varintBytes(inner) + inner)
  writeByte(writer, RESOURCE_SPANS)
  writeVarint(writer, inner)
  append(writer, source, head)
  for (const scope of scopes) {
    writeByte(writer, SCOPE_SPANS)
    writeVarint(writer, lengthOf(scope))
    append(writer, source, scope)
  }
  return writer.buffer
}

const lengthOf = ({ from, to }: Stretch): number => to - from

function append(writer: Writer, source: Buffer, { from, to }: Stretch): void {
  writer.pos += source.copy(writer.buffer, writer.pos, from, to)
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
