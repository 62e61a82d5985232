import { encodeInSteps, encodeRequest, type TakeBuffer } from '../../otlp/request.ts'
import { monotonicMs } from '../../runtime/clock.ts'
import { realTime } from '../../runtime/real-time.ts'
import type { Attributes } from '../../span/attributes.ts'
import type { EndedSpan } from '../../span/ended-span.ts'
import type { ExportOptions } from '../../span/semconv/span-attributes.ts'

/** So long may the writing of a request hold the event loop before others have their turn, ms. */
const SLICE_MS = 0.5

/** An OTLP request in protobuf with `spans`; `resource` as `resourceLike` makes it. */
export function serialise(spans: readonly EndedSpan[], resource: object, options: ExportOptions): Uint8Array {
  return encodeRequest(spans, attributesOf(resource), options)
}

/** {@link serialise} into a buffer that `take` gives, a little at a time. */
export async function serialiseInSlices(
  spans: readonly EndedSpan[],
  resource: object,
  options: ExportOptions,
  take: TakeBuffer,
): Promise<Uint8Array> {
  const steps = encodeInSteps(spans, attributesOf(resource), options, take)
  let until = monotonicMs() + SLICE_MS
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    if (monotonicMs() < until) continue
    // One that does not hold the process would not wake an event loop that waits for nothing else.
    await new Promise<void>((resolve) => realTime.turn(resolve))
    until = monotonicMs() + SLICE_MS
  }
}

const attributesOf = (resource: object): Attributes =>
  (resource as { readonly attributes: Attributes }).attributes
