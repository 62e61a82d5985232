import { encodeInSteps, encodeRequest, type TakeBuffer } from '../../otlp/request.ts'
import { monotonicMs } from '../../runtime/clock.ts'
import { realTime } from '../../runtime/real-time.ts'
import type { Attributes } from '../../span/attributes.ts'
import type { EndedSpan } from '../../span/ended-span.ts'
import type { ExportOptions } from '../../span/semconv/span-attributes.ts'
import type { IsUrgent } from './target.ts'

/** So long may the writing of a request hold the event loop before others have their turn, ms. */
const SLICE_MS = 0.5
/** The same, and how long it then leaves the event loop alone, while nothing is urgent. */
const SMALL_SLICE_MS = 0.2
const PAUSE_MS = 1
/** Where the loop turns slowly, a slice is so much of the time that it took: else writing would take hundreds of turns. */
const SHARE = 0.1

/** An OTLP request in protobuf with `spans`; `resource` as `resourceLike` makes it. */
export function serialise(spans: readonly EndedSpan[], resource: object, options: ExportOptions): Uint8Array {
  return encodeRequest(spans, attributesOf(resource), options)
}

/**
 * {@link serialise} into a buffer that `take` gives, a little at a time.
 *
 * @param isUrgent - absent where it is
 */
export async function serialiseInSlices(
  spans: readonly EndedSpan[],
  resource: object,
  options: ExportOptions,
  take: TakeBuffer,
  isUrgent: IsUrgent = () => true,
): Promise<Uint8Array> {
  const steps = encodeInSteps(spans, attributesOf(resource), options, take)
  let until = monotonicMs() + (isUrgent() ? SLICE_MS : SMALL_SLICE_MS)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    const stopped = monotonicMs()
    if (stopped < until) continue
    // One that does not hold the process would not wake an event loop that waits for nothing else.
    await new Promise<void>((resolve) =>
      isUrgent() ? realTime.turn(resolve) : void realTime.start(resolve, PAUSE_MS),
    )
    const now = monotonicMs()
    until = now + (isUrgent() ? SLICE_MS : smallSlice(now - stopped))
  }
}

const smallSlice = (pauseMs: number): number => Math.min(SLICE_MS, Math.max(SMALL_SLICE_MS, SHARE * pauseMs))

const attributesOf = (resource: object): Attributes =>
  (resource as { readonly attributes: Attributes }).attributes
