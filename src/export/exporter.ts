import type { Config } from '../config/config.ts'
import { monotonicMs } from '../runtime/clock.ts'
import { messageOf } from '../runtime/errors.ts'
import { type EndedSpan, isLocalRoot } from '../span/ended-span.ts'
import { fitSpan, spanSize } from '../span/span-size.ts'
import type { ExporterEvents } from './exporter-events.ts'
import type { Left } from './spool/leave.ts'
import { sayUnencodable } from './statistics/export-diagnostics.ts'
import type { ExportStatistics } from './statistics/export-statistics.ts'
import { createSettlement } from './statistics/settlement.ts'
import {
  type OutcomeOf,
  type SettledUndelivered,
  settleUndelivered,
  type Undelivered,
  undelivered,
} from './statistics/undelivered.ts'
import type { TargetExporter } from './target-exporter.ts'
import { createTargetExporters } from './target-exporters.ts'
import type { SpanTarget } from './targets/target.ts'
import { rootSummary } from './trace-info/trace-info.ts'

/** The way of ended spans to all targets of a configuration. */
export interface Exporter {
  /** Hands `span` to every target. */
  export(span: EndedSpan): void
  /** Whether some target has `span`. */
  holds(span: EndedSpan): boolean
  /** Counts and says that `span` cannot be sent, for what was `thrown`. */
  giveUp(span: EndedSpan, thrown: unknown): void
  /** There may be something to send. */
  wake(): void
  /** Sends a span that is still open: it is counted when it ends. */
  exportOpen(span: EndedSpan): void
  /** Sends what is waiting; resolves when nothing is left or the time is up. */
  flush(timeoutMs: number): Promise<void>
  /** {@link Exporter.flush}, then no more: what is left is dropped and counted. */
  shutdown(timeoutMs: number): Promise<void>
  /** Spans and trace data that have not been delivered. */
  unsent(): number
  /** What has not been delivered, by target; see {@link Exporter.settleUndelivered}. */
  undelivered(): readonly Undelivered[]
  /** Somebody else delivered what {@link Exporter.undelivered} gave, or gave it up; what is on disk stays there then. */
  settleUndelivered(outcomeOf: OutcomeOf): SettledUndelivered
  /** Leaves spans that were not delivered to the next process, as far as it can. @returns how many, and why not all */
  leave(index: number, spans: readonly EndedSpan[]): Left
  /** There may be something to send that former processes have left. */
  hasLeftovers(): boolean
  /** What is unsent waits for receivers that may still come up, not for somebody to put something right. */
  mayComeUp(): boolean
  /** Leaves what is on disk to whoever comes next. */
  releaseDisk(): void
}

export function createExporter(
  config: Config,
  targets: readonly SpanTarget[],
  statistics: ExportStatistics,
  events: ExporterEvents,
): Exporter {
  const disk = targets.some((target) => target.disk !== undefined)
  const settlement = createSettlement(statistics, { count: targets.length, disk })
  const exporters = createTargetExporters({ config, targets, settlement, events })
  const { maxSpanBytes } = config.limits

  const exportSpan = (span: EndedSpan): void => {
    const whole = spanSize(span, maxSpanBytes)
    const fits = whole.wire <= maxSpanBytes
    const fitted = fits ? span : fitSpan(span, maxSpanBytes)
    const size = fits ? whole : spanSize(fitted, maxSpanBytes)
    if (isLocalRoot(span)) span.trace.root = rootSummary(span)
    settlement.begin(fitted)
    for (const exporter of exporters) exporter.queue.push(fitted, size, true)
    events.work()
  }

  return {
    export: exportSpan,
    holds: (span) => exporters.some(({ queue }) => queue.contents().includes(span)),
    giveUp(span, thrown) {
      sayUnencodable(span, messageOf(thrown))
      statistics.settled({ dropped: 'unencodable' })
      settlement.forget(span)
    },
    wake() {
      for (const { queue } of exporters) queue.wake()
    },
    exportOpen(span) {
      const fitted = fitSpan(span, maxSpanBytes)
      settlement.beginOpen(fitted)
      for (const exporter of exporters) exporter.queue.push(fitted, spanSize(fitted, maxSpanBytes))
      events.work()
    },
    flush: (timeoutMs) => flush(exporters, timeoutMs),
    shutdown: (timeoutMs) => shutdown(exporters, timeoutMs),
    unsent: () =>
      exporters.reduce(
        (sum, { queue, traceInfoQueue }) => sum + queue.size() + (traceInfoQueue?.size ?? 0),
        0,
      ),
    undelivered: () => exporters.map(undelivered),
    settleUndelivered: (outcomeOf) => settleUndelivered(exporters, statistics, outcomeOf),
    leave: (index, spans) => exporters[index]?.leftovers?.keep(spans) ?? { kept: 0 },
    hasLeftovers: () => exporters.some(({ leftovers }) => leftovers?.any() ?? false),
    mayComeUp: () => exporters.some(({ queue, diagnostics }) => queue.size() > 0 && !diagnostics.needsHelp()),
    releaseDisk() {
      for (const { spool, leftovers } of exporters) {
        spool?.disk.release()
        leftovers?.close()
      }
    },
  }
}

async function flush(exporters: readonly TargetExporter[], timeoutMs: number): Promise<void> {
  const deadline = monotonicMs() + timeoutMs
  await Promise.all(
    exporters.flatMap(({ queue, leftovers }) => [queue.flush(deadline), leftovers?.flush(deadline)]),
  )
  await Promise.all(exporters.map(({ traceInfoQueue }) => traceInfoQueue?.flush(deadline)))
}

async function shutdown(exporters: readonly TargetExporter[], timeoutMs: number): Promise<void> {
  await flush(exporters, timeoutMs)
  for (const { queue, traceInfoQueue, leftovers, spool } of exporters) {
    queue.close('shutdown')
    traceInfoQueue?.close()
    leftovers?.close()
    spool?.disk.release()
  }
  await Promise.all(exporters.map(({ target }) => target.shutdown()))
}
