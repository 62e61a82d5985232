import { readContent } from '../span/content/read-content.ts'
import type { EndedSpan } from '../span/ended-span.ts'
import { isLocalRoot, StatusCode } from '../span/ended-span.ts'
import * as keys from '../span/keys.ts'
import { previewOf } from '../span/preview.ts'
import type { RootSummary, TraceRecord } from '../span/trace-record.ts'
import type { DeliveryTracker } from './delivery-tracker.ts'
import type { ExportDiagnostics } from './export-diagnostics.ts'
import type { Leftovers } from './leftovers.ts'
import type { PendingTraceInfo } from './pending-trace-info.ts'
import type { Queue, QueueSpool, Written } from './queue.ts'
import type { Stored } from './spool/spool.ts'
import type { SpanTarget } from './target.ts'
import type { TraceInfoQueue } from './trace-info-queue.ts'

/** The way of spans to one target. */
export interface TargetExporter {
  readonly target: SpanTarget
  readonly queue: Queue
  readonly spool: QueueSpool | undefined
  readonly traceInfoQueue: TraceInfoQueue | undefined
  readonly diagnostics: ExportDiagnostics
  readonly leftovers: Leftovers | undefined
  /** Its place in the list of targets. */
  readonly index: number
}

/** Puts `span` on disk, with what has to follow it. @returns where, unless that could not be done */
export function write(exporter: TargetExporter, span: EndedSpan): Written | undefined {
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

/** {@link enqueueTraceInfo}, for a span that was read from disk. */
export function enqueueStoredTraceInfo(
  { traceInfoQueue }: Pick<TargetExporter, 'traceInfoQueue'>,
  { traceInfo }: Stored<DeliveryTracker>,
): void {
  if (traceInfoQueue === undefined || traceInfo === undefined) return
  try {
    traceInfoQueue.push(JSON.parse(Buffer.from(traceInfo).toString('utf8')) as PendingTraceInfo)
  } catch {
    // Its checksum fits, so this is not JSON because no version of ours wrote it.
  }
}

/** What a trace still has to know of its local root after that one has left. */
export function rootSummary(root: EndedSpan): RootSummary {
  const { name, trace, parentIsRemote: isRemote, agent } = root
  const previews = isRemote && !trace.rootElsewhere ? agent : undefined
  return {
    name,
    failed: root.status.code === StatusCode.ERROR,
    isRemote,
    revision: trace.revision,
    ...(previews?.inputs !== undefined && {
      requestPreview: previewOf(readContent(previews.inputs), 'user'),
    }),
    ...(previews?.outputs !== undefined && {
      responsePreview: previewOf(readContent(previews.outputs), 'assistant'),
    }),
  }
}

/** Sends what has to follow a span that arrived by other means than OTLP. */
export function enqueueTraceInfo(exporter: TargetExporter, span: EndedSpan): void {
  const traceInfo = pendingTraceInfo(exporter, span)
  if (isLocalRoot(span) || traceInfo !== undefined) {
    span.trace.reported ??= []
    span.trace.reported[exporter.index] = span.trace.revision
  }
  if (traceInfo !== undefined) exporter.traceInfoQueue?.push(traceInfo)
}

/** What OTLP cannot carry of the trace of `span`; `undefined` when there is nothing of the kind to follow this span. */
export function pendingTraceInfo(
  exporter: Pick<TargetExporter, 'index'>,
  span: EndedSpan,
): PendingTraceInfo | undefined {
  const { trace } = span
  const { root } = trace
  if (root === undefined) return undefined
  if (!isLocalRoot(span)) {
    const reported = trace.reported?.[exporter.index]
    return reported !== undefined && trace.revision > reported ? traceInfoOf(trace, root) : undefined
  }
  const orphan = root.isRemote && !trace.rootElsewhere
  const said =
    trace.metadata.size > 0 || trace.clientRequestId || trace.requestPreview || trace.responsePreview
  // Tags travel on the root; those that came after it left do not.
  return orphan || said || trace.revision > root.revision ? traceInfoOf(trace, root) : undefined
}

function traceInfoOf(trace: TraceRecord, root: RootSummary): PendingTraceInfo {
  const requestPreview = trace.requestPreview ?? root.requestPreview
  const responsePreview = trace.responsePreview ?? root.responsePreview
  const metadata = Object.fromEntries(trace.metadata)
  if (trace.userId !== undefined) metadata[keys.METADATA_USER] = trace.userId
  if (trace.sessionId !== undefined) metadata[keys.METADATA_SESSION] = trace.sessionId
  return {
    traceId: trace.traceId,
    startTimeMs: trace.startMs,
    endTimeMs: trace.endMs,
    state: trace.state ?? (root.failed ? 'ERROR' : 'OK'),
    name: root.name,
    metadata,
    tags: Object.fromEntries(trace.tags),
    ...(trace.clientRequestId !== undefined && { clientRequestId: trace.clientRequestId }),
    ...(requestPreview !== undefined && { requestPreview }),
    ...(responsePreview !== undefined && { responsePreview }),
    rootIsRemote: root.isRemote,
  }
}
