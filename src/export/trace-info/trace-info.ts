import { type EndedSpan, isLocalRoot, StatusCode } from '../../span/ended-span.ts'
import * as keys from '../../span/semconv/keys.ts'
import { previewOf } from '../../span/semconv/preview.ts'
import { plainOf } from '../../span/snapshot/plain.ts'
import type { RootSummary, TraceRecord } from '../../span/trace-record.ts'
import type { Stored } from '../spool/spool.ts'
import type { DeliveryTracker } from '../statistics/delivery-tracker.ts'
import type { PendingTraceInfo } from './pending-trace-info.ts'
import type { TraceInfoQueue } from './trace-info-queue.ts'

/** What is needed of a target's exporter to send what OTLP cannot carry of a trace. */
export interface TraceInfoExporter {
  /** Its place in the list of targets. */
  readonly index: number
  readonly traceInfoQueue: TraceInfoQueue | undefined
}

/** {@link enqueueTraceInfo}, for a span that was read from disk. */
export function enqueueStoredTraceInfo(
  { traceInfoQueue }: Pick<TraceInfoExporter, 'traceInfoQueue'>,
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
    requestPreview: previews?.inputs && previewOf(plainOf(previews.inputs), 'user'),
    responsePreview: previews?.outputs && previewOf(plainOf(previews.outputs), 'assistant'),
  }
}

/** Sends what has to follow a span that arrived by other means than OTLP. */
export function enqueueTraceInfo(exporter: TraceInfoExporter, span: EndedSpan): void {
  const traceInfo = pendingTraceInfo(exporter, span)
  if (isLocalRoot(span) || traceInfo !== undefined) {
    span.trace.reported ??= []
    span.trace.reported[exporter.index] = span.trace.revision
  }
  if (traceInfo !== undefined) exporter.traceInfoQueue?.push(traceInfo)
}

/** What OTLP cannot carry of the trace of `span`; `undefined` when there is nothing of the kind to follow this span. */
export function pendingTraceInfo(
  exporter: Pick<TraceInfoExporter, 'index'>,
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
  // Tags travel on the root of the trace; those that came after it left do not.
  const tagged = root.isRemote && trace.tags.size > 0
  return orphan || said || tagged || trace.revision > root.revision ? traceInfoOf(trace, root) : undefined
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
    ...(root.isRemote && trace.rootElsewhere && { rootElsewhere: true }),
  }
}
