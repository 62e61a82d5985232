/** What a person needs to know of a span that is there as bytes only. */
export interface RecordedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly name: string
}

const LENGTH_DELIMITED = 2
// ExportTraceServiceRequest.resource_spans, ResourceSpans.scope_spans, ScopeSpans.spans.
const WAY_TO_SPAN = [1, 2, 2] as const
const TRACE_ID = 1
const SPAN_ID = 2
const NAME = 5

/** The span in a record; texts are empty where the bytes cannot be read. */
export function describeRecord(record: Uint8Array): RecordedSpan {
  let inner: Uint8Array | undefined = record
  for (const field of WAY_TO_SPAN) inner = inner && fieldOf(inner, field)
  const bytes = (field: number): Buffer => Buffer.from((inner && fieldOf(inner, field)) ?? [])
  return {
    traceId: bytes(TRACE_ID).toString('hex'),
    spanId: bytes(SPAN_ID).toString('hex'),
    name: bytes(NAME).toString('utf8'),
  }
}

/** The bytes of the first length-delimited field `wanted` of a protobuf message. */
function fieldOf(message: Uint8Array, wanted: number): Uint8Array | undefined {
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; at < message.length; factor *= 128) {
      const byte = message[at] ?? 0
      at += 1
      value += (byte & 0x7f) * factor
      if (byte < 0x80) break
    }
    return value
  }
  while (at < message.length) {
    const tag = varint()
    const type = tag & 7
    if (type === LENGTH_DELIMITED) {
      const length = varint()
      if (Math.floor(tag / 8) === wanted) return message.subarray(at, at + length)
      at += length
    } else if (type === 0) varint()
    else if (type === 1) at += 8
    else if (type === 5) at += 4
    else return undefined
  }
  return undefined
}
