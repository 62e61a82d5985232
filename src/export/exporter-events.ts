import type { EndedSpan } from '../span/ended-span.ts'
import type { SpanOutcome } from './statistics/span-outcome.ts'

/** What an exporter tells of its work. */
export interface ExporterEvents {
  /** There is something to deliver. */
  work(): void
  /** Nothing may be left to deliver. */
  idle(): void
  /** It is known what became of `span` at a target. */
  settled(span: EndedSpan, outcome: SpanOutcome): void
}
