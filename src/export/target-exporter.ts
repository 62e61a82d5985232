import type { Leftovers } from './leftovers.ts'
import type { Queue } from './queue/queue.ts'
import type { QueueSpool } from './queue/queue-options.ts'
import type { ExportDiagnostics } from './statistics/export-diagnostics.ts'
import type { SpanTarget } from './targets/target.ts'
import type { TraceInfoExporter } from './trace-info/trace-info.ts'

/** The way of spans to one target. */
export interface TargetExporter extends TraceInfoExporter {
  readonly target: SpanTarget
  readonly queue: Queue
  readonly spool: QueueSpool | undefined
  readonly diagnostics: ExportDiagnostics
  readonly leftovers: Leftovers | undefined
}
