import type { Config } from '../config/config.ts'
import { type EndedSpan, isLocalRoot } from '../span/ended-span.ts'
import type { ExporterEvents } from './exporter-events.ts'
import { createLeftovers } from './leftovers.ts'
import { handedOver } from './queue/handed-over-queue.ts'
import { MemoryQueue } from './queue/queue.ts'
import type { QueueOptions, QueueSpool } from './queue/queue-options.ts'
import { createExportDiagnostics } from './statistics/export-diagnostics.ts'
import type { Settlement } from './statistics/settlement.ts'
import type { SpanOutcome } from './statistics/span-outcome.ts'
import type { TargetExporter } from './target-exporter.ts'
import type { SpanTarget } from './targets/target.ts'
import { enqueueStoredTraceInfo, enqueueTraceInfo, pendingTraceInfo } from './trace-info/trace-info.ts'
import { TraceInfoQueue } from './trace-info/trace-info-queue.ts'

/** What is known of traces beside their spans may take so much of the memory for those. */
const TRACE_INFO_SHARE = 8
const DEFAULT_MAX_SPANS = 1_000_000

interface Parts {
  readonly config: Config
  readonly targets: readonly SpanTarget[]
  readonly settlement: Settlement
  readonly events: ExporterEvents
}

/** An exporter for each of `targets`. */
export function createTargetExporters(parts: Parts): readonly TargetExporter[] {
  return parts.targets.map((target, index) => createTargetExporter(target, index, parts))
}

function createTargetExporter(target: SpanTarget, index: number, parts: Parts): TargetExporter {
  const { config, settlement, events } = parts
  const spool = spoolOf(target, () => exporter, parts)
  const traceInfoQueue =
    target.sendTraceInfo && new TraceInfoQueue(target, config.maxQueueBytes / TRACE_INFO_SHARE)
  const diagnostics = createExportDiagnostics(target)
  /** @param sends - what follows the span has to be sent, too */
  const settle = (span: EndedSpan, outcome: SpanOutcome, sends: boolean): void => {
    if (settlement.settled(span, outcome) && outcome === 'sent' && sends) enqueueTraceInfo(exporter, span)
    events.settled(span, outcome)
    if (exporter.queue.size() === 0) events.idle()
  }
  const options: QueueOptions = {
    maxBytes: config.maxQueueBytes,
    maxSpans: config.maxQueueSpans ?? DEFAULT_MAX_SPANS,
    batchSpans: config.batch.maxSpans,
    delayMs: config.batch.delayMs,
    diagnostics,
    settled: (span, outcome) => settle(span, outcome, true),
    spool,
  }
  const { handOver } = target
  const queue = new MemoryQueue(target, options)
  // Another thread sends what follows a span, too.
  const given: QueueOptions = { ...options, settled: (span, outcome) => settle(span, outcome, false) }
  const exporter: TargetExporter = {
    target,
    traceInfoQueue,
    index,
    spool,
    diagnostics,
    leftovers: createLeftovers({ index, traceInfoQueue }, target, options),
    queue: handOver === undefined ? queue : handedOver(queue, handOver, given),
  }
  return exporter
}

function spoolOf(
  { disk }: SpanTarget,
  exporter: () => TargetExporter,
  { settlement, events }: Parts,
): QueueSpool | undefined {
  if (disk === undefined) return undefined
  return {
    encode: disk.encode,
    follows(span) {
      const follows =
        exporter().traceInfoQueue && isLocalRoot(span) ? pendingTraceInfo(exporter(), span) : undefined
      return follows && Buffer.from(JSON.stringify(follows))
    },
    isFinal: disk.isFinal,
    disk: disk.open({
      lost(gone, reason) {
        for (const tracker of gone) settlement.settledOnDisk(tracker, { dropped: reason })
        events.idle()
      },
      found: () => exporter().queue.wake(),
    }),
    deferred: settlement.deferred,
    settled(stored, outcome) {
      if (outcome === 'sent') enqueueStoredTraceInfo(exporter(), stored)
      if (!stored.own || outcome === 'spooled') return
      settlement.settledOnDisk(stored.tracker, outcome)
      events.idle()
    },
  }
}
