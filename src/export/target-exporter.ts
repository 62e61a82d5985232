import { type EndedSpan, isLocalRoot } from '../span/ended-span.ts'
import type { Leftovers } from './leftovers.ts'
import type { Queue } from './queue/queue.ts'
import type { QueueSpool, Written } from './queue/queue-options.ts'
import type { ExportDiagnostics } from './statistics/export-diagnostics.ts'
import type { SpanTarget } from './targets/target.ts'
import { pendingTraceInfo, type TraceInfoExporter } from './trace-info/trace-info.ts'

/** The way of spans to one target. */
export interface TargetExporter extends TraceInfoExporter {
  readonly target: SpanTarget
  readonly queue: Queue
  readonly spool: QueueSpool | undefined
  readonly diagnostics: ExportDiagnostics
  readonly leftovers: Leftovers | undefined
}

/** Puts `span` on disk, with what has to follow it. @returns where, unless that could not be done */
export function writeToDisk(exporter: TargetExporter, span: EndedSpan): Written | undefined {
  const { spool, traceInfoQueue } = exporter
  // What the application's own exporter may send is known when it is sent, so that it has no record before.
  if (spool === undefined || span.exportedTo !== undefined) return undefined
  try {
    const follows = traceInfoQueue && isLocalRoot(span) ? pendingTraceInfo(exporter, span) : undefined
    const record = spool.encode(span)
    const place = spool.disk.push(record, follows && Buffer.from(JSON.stringify(follows)))
    return { place, record: spool.isFinal() ? record : undefined }
  } catch {
    // A span that cannot be encoded now is refused when it is sent, with a diagnostic.
    return undefined
  }
}
