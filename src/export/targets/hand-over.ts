import type { EndedSpan } from '../../span/ended-span.ts'
import type { SpanOutcome } from '../statistics/span-outcome.ts'

/** Another thread that delivers to the same target, and goes on when this one is gone. */
export interface HandOver {
  /** Whether it is known to listen. */
  isReady(): boolean
  /** Gives `span` away; a local root, and what came before it, before it returns. @param settled - told how it fared */
  give(span: EndedSpan, settled: (outcome: SpanOutcome) => void): void
  /** Resolves when all that was given has been sent, or `deadline` (of the monotonic clock, ms) passes. */
  flush(deadline: number): Promise<void>
}
