import type { Attributes } from '../span/attributes.ts'
import { type EndedSpan, plainSpan } from '../span/ended-span.ts'
import type { ExportOptions } from '../span/semconv/span-attributes.ts'
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
  writerIn,
  writeText,
} from '../span/snapshot/writer.ts'
import { writeAttributes } from './any-value.ts'
import { forgetSink, writeSpan } from './span.ts'
import { RESOURCE_SPANS, SCOPE_SPANS, SPANS } from './tags.ts'

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
/** So much is written at least before others may run: half a dozen spans with usual content, which take some microseconds. */
const STEP_BYTES = 32_768

type Scope = EndedSpan['scope']

/** For what runs to its end without calling anybody. */
let scratch: Writer | undefined
/** Of the last large request: what the next one will probably need. */
let bytesPerSpan = 6_000

/** One span after the other: whoever drives it may let others run in between. The last value is the result. */
export type Steps<Result> = Generator<undefined, Result, undefined>

/** Gives a buffer of at least so many bytes, which may hold anything. */
export type TakeBuffer = (bytes: number) => Buffer

/**
 * An OTLP `ExportTraceServiceRequest` with `spans`, in protobuf: byte for byte what OpenTelemetry's serialiser writes.
 * Spans stand under their scopes, in the order given. The bytes belong to the caller.
 */
export function encodeRequest(
  spans: readonly EndedSpan[],
  resource: Attributes,
  options: ExportOptions,
): Uint8Array {
  if (spans.length * bytesPerSpan < OWN_BUFFER_BYTES) return encodeExactly(spans, resource, options)
  const request = atOnce(encodeInSteps(spans, resource, options, Buffer.allocUnsafeSlow))
  return request.length * 2 < request.buffer.byteLength ? copyOf(request) : request
}

/** {@link encodeRequest} in steps, into a buffer that `take` gives; the bytes are a part of it. */
export function* encodeInSteps(
  spans: readonly EndedSpan[],
  resource: Attributes,
  options: ExportOptions,
  take: TakeBuffer,
): Steps<Uint8Array> {
  // Room to spare costs nothing: memory that is never written to is never there.
  const writer = writerIn(take(Math.ceil(spans.length * bytesPerSpan * 1.25)))
  try {
    const request = yield* writeRequests(writer, spans, resource, options)
    bytesPerSpan = Math.ceil(request.length / Math.max(1, spans.length))
    return request
  } finally {
    forgetSink()
  }
}

function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Requests one after the other are a request. */
function* writeRequests(
  writer: Writer,
  spans: readonly EndedSpan[],
  resource: Attributes,
  options: ExportOptions,
): Steps<Buffer> {
  const others = options.mlflow ? spans.filter(isRootElsewhere) : []
  if (others.length === 0) return yield* writeRequest(writer, spans, resource, options)
  const own = spans.filter((span) => !isRootElsewhere(span))
  const first = copyOf(yield* writeRequest(writer, own, resource, options))
  const said = others.map((span) => withResource(span, resource))
  const second = yield* writeRequest(writer, said, telemetryOf(resource), options)
  return Buffer.concat([first, second])
}

const isRootElsewhere = ({ trace }: EndedSpan): boolean => trace.rootElsewhere

// MLflow makes resource attributes tags of the trace, and the last request wins: a trace over several services would have
// the name of the one that came last. So the process with the root alone gives them, and others say on their spans who they are.
function withResource(span: EndedSpan, resource: Attributes): EndedSpan {
  const said = Object.entries(resource).filter(([key]) => !isOfTelemetry(key))
  return { ...plainSpan(span), attributes: { ...Object.fromEntries(said), ...span.attributes } }
}

/** What of a resource MLflow makes no tag of. */
function telemetryOf(resource: Attributes): Attributes {
  return Object.fromEntries(Object.entries(resource).filter(([key]) => isOfTelemetry(key)))
}

const isOfTelemetry = (key: string): boolean => key.startsWith('telemetry.sdk.')

/**
 * One span as a whole `resource_spans` entry: tag, length and bytes. Entries one after the other are a request, so
 * that a span can be stored, counted, split off and sent again without being encoded again. Keeping the bytes keeps no
 * more memory than their length.
 */
export function encodeRecord(span: EndedSpan, resource: Attributes, options: ExportOptions): Uint8Array {
  return encodeExactly([span], resource, options)
}

function encodeExactly(
  spans: readonly EndedSpan[],
  resource: Attributes,
  options: ExportOptions,
): Uint8Array {
  const writer = scratch ?? createWriter(FIRST_BYTES)
  scratch = writer
  const request = copyOf(atOnce(writeRequests(writer, spans, resource, options)))
  if (writer.buffer.length > KEPT_BYTES) scratch = undefined
  return request
}

function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}

/**
 * The request, in place in the buffer of `writer`. How long the outer messages are is known when they end. Moving
 * megabytes then would cost as much as writing them, so it is the short things before the first span that move.
 */
function* writeRequest(
  writer: Writer,
  spans: readonly EndedSpan[],
  resource: Attributes,
  options: ExportOptions,
): Steps<Buffer> {
  const [first, ...others] = groupByScope(spans)
  if (first === undefined) return writer.buffer.subarray(0, 0)
  writer.pos = HEAD_BYTES
  writeResource(writer, resource)
  const resourceEnd = writer.pos
  makeRoom(writer, HEAD_BYTES)
  writer.pos += HEAD_BYTES
  const from = writer.pos
  yield* writeScope(writer, first, options)
  const headStart = putHead(writer.buffer, SCOPE_SPANS, from, writer.pos)
  const start = headStart - (resourceEnd - HEAD_BYTES)
  writer.buffer.copyWithin(start, HEAD_BYTES, resourceEnd)
  for (const group of others) {
    const expected = group.length * bytesPerSpan
    writeByte(writer, SCOPE_SPANS)
    const body = openMessage(writer, expected)
    yield* writeScope(writer, group, options)
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

function* writeScope(writer: Writer, spans: readonly EndedSpan[], options: ExportOptions): Steps<void> {
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
  let from = writer.pos
  for (const span of spans) {
    writeSpan(writer, SPANS, span, options)
    if (writer.pos - from < STEP_BYTES) continue
    from = writer.pos
    yield
  }
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
