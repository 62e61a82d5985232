/** The outcomes of all spans that have ended since `init`, as counts. The figures add up to the number of these spans. */
export interface Report {
  /** Accepted by every target. */
  readonly sent: number
  /** Waiting in memory, or in flight. */
  readonly queued: number
  /** On disk only: to be sent when there is room in memory, or by a later process. */
  readonly spooled: number
  /** Refused by the receiver because of the spans themselves. */
  readonly rejected: number
  /** Left out by `keep: 'agent'`. */
  readonly filtered: number
  /** Left out by sampling. */
  readonly unsampled: number
  /** Lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>
}

/** How a span left the process, or did not. */
export type Outcome = 'sent' | 'rejected' | 'filtered' | 'unsampled' | { readonly dropped: string }

/** Export statistics: every ended span goes in once and is settled once. */
export interface ExportStatistics {
  ended(): void
  settled(outcome: Outcome): void
  /** So many more, or fewer, are on disk only. */
  spooled(change: 1 | -1): void
  report(): Report
}

export function createExportStatistics(): ExportStatistics {
  let ended = 0
  let spooled = 0
  const settled = { sent: 0, rejected: 0, filtered: 0, unsampled: 0 }
  const dropped = new Map<string, number>()
  return {
    ended() {
      ended += 1
    },
    settled(outcome) {
      if (typeof outcome === 'string') settled[outcome] += 1
      else dropped.set(outcome.dropped, (dropped.get(outcome.dropped) ?? 0) + 1)
    },
    spooled(change) {
      spooled += change
    },
    report() {
      const lost = [...dropped.values()].reduce((sum, n) => sum + n, 0)
      const { sent, rejected, filtered, unsampled } = settled
      const queued = ended - sent - rejected - filtered - unsampled - lost - spooled
      return { sent, queued, spooled, rejected, filtered, unsampled, dropped: Object.fromEntries(dropped) }
    },
  }
}

/** The report of a process in which nothing was ever traced. */
export const NOTHING: Report = Object.freeze({
  sent: 0,
  queued: 0,
  spooled: 0,
  rejected: 0,
  filtered: 0,
  unsampled: 0,
  dropped: Object.freeze({}),
})
