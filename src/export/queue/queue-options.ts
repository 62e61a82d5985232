import type { EndedSpan } from '../../span/ended-span.ts'
import type { Spool, Stored } from '../spool/spool.ts'
import type { DeliveryTracker } from '../statistics/delivery-tracker.ts'
import type { ExportDiagnostics } from '../statistics/export-diagnostics.ts'
import type { SpanOutcome } from '../statistics/span-outcome.ts'

export interface QueueOptions {
  /** Of memory, for everything that is held: what waits and what is on its way. */
  readonly maxBytes: number
  readonly maxSpans: number
  readonly batchSpans: number
  readonly delayMs: number
  /** Who speaks for the target, where several queues send to it. */
  readonly diagnostics?: ExportDiagnostics
  settled(span: EndedSpan, outcome: SpanOutcome): void
  /** Disk for what waits. */
  readonly spool?: QueueSpool | undefined
}

/** What a queue with a spool has to do with it, and with the export statistics. */
export interface QueueSpool {
  readonly disk: Spool<DeliveryTracker>
  encode(span: EndedSpan): Uint8Array
  /** What follows `span` by other means, as JSON text. */
  follows(span: EndedSpan): Uint8Array | undefined
  /** See `TargetDisk.isFinal`. */
  isFinal(): boolean
  /** `span` is on disk only from now on. @returns what stands for it there */
  deferred(span: EndedSpan): DeliveryTracker | undefined
  /** Like {@link QueueOptions.settled}, for a span that was read from disk. */
  settled(stored: Stored<DeliveryTracker>, outcome: SpanOutcome): void
}
