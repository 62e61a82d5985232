import { forEachField } from '../../otlp/reader.ts'
import { RESOURCE_SPANS, SCOPE_SPANS, SPAN, SPANS } from '../../otlp/tags.ts'

/** What a person needs to know of a span that is there as bytes only. */
export interface RecordedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly name: string
}

const WAY_TO_SPAN: readonly number[] = [RESOURCE_SPANS, SCOPE_SPANS, SPANS]

/** The span in a record; texts are empty where the bytes cannot be read. */
export function describeRecord(record: Uint8Array): RecordedSpan {
  let inner: Uint8Array | undefined = record
  for (const tag of WAY_TO_SPAN) inner = inner && bodyOf(inner, tag)
  const bytes = (tag: number): Buffer => Buffer.from((inner && bodyOf(inner, tag)) ?? [])
  return {
    traceId: bytes(SPAN.traceId).toString('hex'),
    spanId: bytes(SPAN.spanId).toString('hex'),
    name: bytes(SPAN.name).toString('utf8'),
  }
}

/** The body of the first field of `message` with the tag `wanted`. */
function bodyOf(message: Uint8Array, wanted: number): Uint8Array | undefined {
  let body: Uint8Array | undefined
  forEachField(message, 0, message.length, (tag, _start, from, to) => {
    if (tag === wanted) body ??= message.subarray(from, to)
  })
  return body
}
