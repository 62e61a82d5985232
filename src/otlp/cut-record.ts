import { putVarint, varintBytes } from '../span/snapshot/writer.ts'
import { cutSpan } from './cut-span.ts'
import { forEachField } from './reader.ts'
import { RESOURCE_SPANS, SCOPE_SPANS, SPANS } from './tags.ts'

/** From an `ExportTraceServiceRequest` to its spans: resource spans, scope spans, spans. */
const WAY: readonly number[] = [RESOURCE_SPANS, SCOPE_SPANS, SPANS]

/** A message within another, from its tag on. */
interface SpanPlace {
  readonly start: number
  readonly from: number
  readonly to: number
}

/**
 * {@link cutSpan} for a span with its resource and its scope: `record` is a whole `resource_spans` entry, which a
 * request consists of. Resource and scope stay.
 *
 * @returns `record` itself when it fits, or holds anything but one span
 */
export function cutRecord(record: Uint8Array, maxBytes: number): Uint8Array {
  const excess = record.length - maxBytes
  const ways = excess > 0 ? waysToSpans(record) : []
  const [way] = ways
  if (way === undefined || ways.length > 1) return record
  const { from, to } = way.at(-1) as SpanPlace
  const span = record.subarray(from, to)
  let inner = cutSpan(span, Math.max(0, span.length - excess))
  if (inner === span) return record
  for (let level = way.length - 1; level >= 0; level -= 1) {
    const outer = way[level - 1] ?? { start: 0, from: 0, to: record.length }
    inner = replaced(record, { outer, place: way[level] as SpanPlace, inner })
  }
  return inner
}

/** The body of `outer` with `inner` for the body of the message at `place`. */
function replaced(
  record: Uint8Array,
  {
    outer,
    place,
    inner,
  }: { readonly outer: SpanPlace; readonly place: SpanPlace; readonly inner: Uint8Array },
): Uint8Array {
  const before = record.subarray(outer.from, place.start + 1)
  const after = record.subarray(place.to, outer.to)
  const lengthBytes = varintBytes(inner.length)
  const body = Buffer.allocUnsafeSlow(before.length + lengthBytes + inner.length + after.length)
  body.set(before)
  const at = putVarint(body, before.length, inner.length)
  body.set(inner, at)
  body.set(after, at + inner.length)
  return body
}

/** For each span in `record`, the messages from the outermost to the span; none where `record` is unsound. */
function waysToSpans(record: Uint8Array): readonly (readonly SpanPlace[])[] {
  let ways: (readonly SpanPlace[])[] = [[]]
  for (const wanted of WAY) {
    const longer: (readonly SpanPlace[])[] = []
    for (const way of ways) {
      const { from, to } = way.at(-1) ?? { from: 0, to: record.length }
      const isSound = forEachField(record, from, to, (tag, start, inner, end) => {
        if (tag === wanted) longer.push([...way, { start, from: inner, to: end }])
      })
      if (!isSound) return []
    }
    ways = longer
  }
  return ways
}
