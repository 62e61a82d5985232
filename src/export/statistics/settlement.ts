import type { EndedSpan } from '../../span/ended-span.ts'
import { createDeliveryTrackers, type DeliveryTracker } from './delivery-tracker.ts'
import type { ExportStatistics } from './export-statistics.ts'
import type { SpanOutcome } from './span-outcome.ts'

/** Counts each span once, by what becomes of it at all of its targets. */
export interface Settlement {
  /** `span` goes to all targets from now on. */
  begin(span: EndedSpan): void
  /** `span` is sent while it is open, and counted when it ends. */
  beginOpen(span: EndedSpan): void
  /** `span` went to no target after all. */
  forget(span: EndedSpan): void
  /** At one target `span` had that outcome. @returns whether it is one that counts */
  settled(span: EndedSpan, outcome: SpanOutcome): boolean
  /** At one target `span` is on disk only from now on. @returns what stands for it there, where several targets have it */
  deferred(span: EndedSpan): DeliveryTracker | undefined
  /** At one target the span had that outcome, from disk. */
  settledOnDisk(tracker: DeliveryTracker | undefined, outcome: SpanOutcome): void
}

/** @param targets - how many there are, and whether some of them keep spans on disk */
export function createSettlement(
  statistics: ExportStatistics,
  targets: { readonly count: number; readonly disk: boolean },
): Settlement {
  const trackers = createDeliveryTrackers(statistics)
  const progress = new Map<EndedSpan, DeliveryTracker>()
  const open = new WeakSet<EndedSpan>()
  let anyOpen = false
  /** With one target and no disk, the first outcome of a span is its last, and needs no tracker. */
  const isSimple = targets.count === 1 && !targets.disk

  return {
    begin(span) {
      if (!isSimple) progress.set(span, trackers.issue(targets.count))
    },
    beginOpen(span) {
      open.add(span)
      anyOpen = true
    },
    forget: (span) => void progress.delete(span),
    settled(span, outcome) {
      if (isSimple) {
        if (anyOpen && open.has(span)) return false
        if (outcome === 'spooled') statistics.spooled(1)
        else statistics.settled(outcome)
        return true
      }
      const tracker = progress.get(span)
      if (tracker === undefined) return false
      if (trackers.settled(tracker, outcome)) progress.delete(span)
      return true
    },
    deferred(span) {
      const tracker = progress.get(span)
      if (tracker === undefined) return undefined
      if (trackers.deferred(tracker)) progress.delete(span)
      return targets.count > 1 ? tracker : undefined
    },
    settledOnDisk(tracker, outcome) {
      if (outcome !== 'spooled') trackers.settledOnDisk(tracker ?? onlyOnDisk(), outcome)
    },
  }
}

/** The tracker of a span that is at its only target on disk only: there are too many of them to keep one for each. */
const onlyOnDisk = (): DeliveryTracker => ({ left: 1, inMemory: 0, worst: 'sent' })
