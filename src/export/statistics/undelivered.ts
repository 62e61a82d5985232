import type { EndedSpan } from '../../span/ended-span.ts'
import type { TargetExporter } from '../target-exporter.ts'
import type { SpanTarget } from '../targets/target.ts'
import type { PendingTraceInfo } from '../trace-info/pending-trace-info.ts'
import { pendingTraceInfo } from '../trace-info/trace-info.ts'
import type { ExportStatistics, Report } from './export-statistics.ts'
import type { SpanOutcome } from './span-outcome.ts'

/** What waits for one target, by its place in the list of targets. */
export interface Undelivered {
  readonly index: number
  readonly spans: readonly EndedSpan[]
  readonly traceInfo: readonly PendingTraceInfo[]
  /** Delivers spans at once; see {@link SpanTarget.sendNow}. */
  readonly sendNow?: SpanTarget['sendNow']
}

/** The outcome of a span at the target of that index. */
export type OutcomeOf = (index: number, span: EndedSpan) => SpanOutcome

export interface SettledUndelivered {
  /** How many spans are lost now. */
  readonly lost: number
  /** How many are on disk only. */
  readonly spooled: number
}

/** What waits for the target of `exporter`. */
export function undelivered(exporter: TargetExporter): Undelivered {
  const { index, queue, target, traceInfoQueue } = exporter
  const spans = queue.contents()
  return {
    index,
    spans,
    ...(target.sendNow && { sendNow: target.sendNow }),
    traceInfo: [
      ...(traceInfoQueue?.contents ?? []),
      ...spans.flatMap((span) => pendingTraceInfo(exporter, span) ?? []),
    ],
  }
}

/** Settles what waits for all targets. */
export function settleUndelivered(
  exporters: readonly TargetExporter[],
  statistics: ExportStatistics,
  outcomeOf: OutcomeOf,
): SettledUndelivered {
  const before = lostIn(statistics.report())
  let all = true
  for (const { queue, traceInfoQueue, index } of exporters) {
    queue.settleAll((span) => {
      const outcome = outcomeOf(index, span)
      all &&= outcome === 'sent'
      return outcome
    })
    if (all) traceInfoQueue?.clear()
  }
  const after = statistics.report()
  return { lost: lostIn(after) - before, spooled: after.spooled }
}

const lostIn = ({ dropped }: Report): number => Object.values(dropped).reduce((sum, n) => sum + n, 0)
