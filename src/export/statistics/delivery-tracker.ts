import type { ExportStatistics } from './export-statistics.ts'
import type { SpanOutcome } from './span-outcome.ts'

/** What is still to become of one span at the targets that it goes to. */
export interface DeliveryTracker {
  /** Targets that have not settled it. */
  left: number
  /** Those of them for which it is in memory; for the others it is on disk only. */
  inMemory: number
  worst: SpanOutcome
}

/** Counts a span that goes to several targets: it counts once, by what became of it at the worst of them. */
export interface DeliveryTrackers {
  issue(targets: number): DeliveryTracker
  /** At one target the span in memory fared so. @returns whether no target needs it in memory any more */
  settled(tracker: DeliveryTracker, outcome: SpanOutcome): boolean
  /** At one target the span is on disk only from now on. @returns as `settled` */
  deferred(tracker: DeliveryTracker): boolean
  /** At one target the span fared so, from disk. */
  settledOnDisk(tracker: DeliveryTracker, outcome: Exclude<SpanOutcome, 'spooled'>): void
}

const RANK = { sent: 0, spooled: 1, rejected: 2, dropped: 3 } as const
const rankOf = (outcome: SpanOutcome): number => RANK[typeof outcome === 'string' ? outcome : 'dropped']

export function createDeliveryTrackers(statistics: ExportStatistics): DeliveryTrackers {
  const note = (tracker: DeliveryTracker, outcome: SpanOutcome): void => {
    tracker.left -= 1
    if (rankOf(outcome) > rankOf(tracker.worst)) tracker.worst = outcome
  }
  const close = ({ worst }: DeliveryTracker): void => {
    if (worst === 'spooled') statistics.spooled(1)
    else statistics.settled(worst)
  }
  return {
    issue: (targets) => ({ left: targets, inMemory: targets, worst: 'sent' }),
    settled(tracker, outcome) {
      tracker.inMemory -= 1
      note(tracker, outcome)
      if (tracker.left === 0) close(tracker)
      else if (tracker.inMemory === 0) statistics.spooled(1)
      return tracker.inMemory === 0
    },
    deferred(tracker) {
      tracker.inMemory -= 1
      if (tracker.inMemory === 0) statistics.spooled(1)
      return tracker.inMemory === 0
    },
    settledOnDisk(tracker, outcome) {
      note(tracker, outcome)
      if (tracker.left > 0) return
      statistics.spooled(-1)
      close(tracker)
    },
  }
}
