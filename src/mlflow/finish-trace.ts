import type { PendingTraceInfo } from '../export/trace-info/pending-trace-info.ts'
import { toMlflowTraceId } from '../ids/trace-id.ts'
import type { Rest } from './rest.ts'
import { durationMs, type TraceRow, toDuration } from './trace-row.ts'
import { getTraceRow, setTag, startTrace } from './traces.ts'

/**
 * Writes what OTLP cannot carry, after the spans of the local root were accepted. A trace that began here is
 * written in full. One that began elsewhere is read first: only metadata is added once its own root has come, and
 * its time never becomes shorter.
 *
 * Not safe against another writer between reading and writing a remote trace; the next one to finish repairs it.
 */
export async function finishTrace(rest: Rest, data: PendingTraceInfo, experimentId: string): Promise<void> {
  if (!data.rootIsRemote) {
    await startTrace(rest, localRow(data, experimentId))
    return
  }
  if (data.rootElsewhere) {
    await addToTrace(rest, data)
    return
  }
  const stored = await getTraceRow(rest, toMlflowTraceId(data.traceId))
  const isOpen = stored.state === 'IN_PROGRESS'
  if (!isOpen && Object.keys(data.metadata).length === 0) return
  await startTrace(rest, isOpen ? completed(stored, data) : withMetadata(stored, data))
}

/**
 * Adds what a part of a trace says of the whole, whose root is another process's: that one alone says when it is over, how
 * it ended, and what it was asked.
 */
async function addToTrace(rest: Rest, data: PendingTraceInfo): Promise<void> {
  const id = toMlflowTraceId(data.traceId)
  for (const [key, value] of Object.entries(data.tags)) await setTag(rest, id, key, value)
  const { clientRequestId: given, requestPreview, responsePreview } = data
  const isSaid =
    Object.keys(data.metadata).some((key) => !ON_SPANS.has(key)) || given || requestPreview || responsePreview
  if (!isSaid) return
  const stored = await getTraceRow(rest, id)
  // What the process that began the trace has said goes along with it, and is mostly there: to write it again could take back
  // what somebody else says at this moment.
  if (holds(stored, data)) return
  const clientRequestId = stored.client_request_id ?? given
  await startTrace(rest, {
    ...withMetadata(stored, data),
    ...(clientRequestId !== undefined && { client_request_id: clientRequestId }),
    ...previewsOf(data),
  })
}

/** Whether `stored` has all that a part of the trace would add. */
function holds(stored: TraceRow, data: PendingTraceInfo): boolean {
  const { trace_metadata: known = {} } = stored
  return (
    Object.entries(data.metadata).every(([key, value]) => known[key] === value) &&
    (data.clientRequestId === undefined || stored.client_request_id !== undefined) &&
    Object.keys(previewsOf(data)).length === 0
  )
}

/** Every span says these. */
const ON_SPANS: ReadonlySet<string> = new Set(['mlflow.trace.user', 'mlflow.trace.session'])

const schemaVersion = { 'mlflow.trace_schema.version': '3' }

function localRow(data: PendingTraceInfo, experimentId: string): TraceRow {
  return {
    trace_id: toMlflowTraceId(data.traceId),
    ...(data.clientRequestId !== undefined && { client_request_id: data.clientRequestId }),
    trace_location: locationOf(experimentId),
    request_time: new Date(data.startTimeMs).toISOString(),
    execution_duration: toDuration(Math.floor(data.endTimeMs) - Math.floor(data.startTimeMs)),
    state: data.state,
    ...previewsOf(data),
    trace_metadata: { ...schemaVersion, ...data.metadata },
    tags: tagsOf(data),
  }
}

const locationOf = (
  experimentId: string,
): { type: string; mlflow_experiment: { experiment_id: string } } => ({
  type: 'MLFLOW_EXPERIMENT',
  mlflow_experiment: { experiment_id: experimentId },
})

function previewsOf(data: PendingTraceInfo): Partial<TraceRow> {
  return {
    ...(data.requestPreview !== undefined && { request_preview: data.requestPreview }),
    ...(data.responsePreview !== undefined && { response_preview: data.responsePreview }),
  }
}

const tagsOf = (data: PendingTraceInfo): Record<string, string> => ({
  ...data.tags,
  ...(data.name !== undefined && { 'mlflow.traceName': data.name }),
})

function completed(stored: TraceRow, data: PendingTraceInfo): TraceRow {
  const storedStart = Date.parse(stored.request_time ?? '')
  const start = Math.floor(
    Number.isNaN(storedStart) ? data.startTimeMs : Math.min(storedStart, data.startTimeMs),
  )
  const storedEnd = storedStart + (durationMs(stored.execution_duration) ?? 0)
  const end = Math.floor(Number.isNaN(storedEnd) ? data.endTimeMs : Math.max(storedEnd, data.endTimeMs))
  const clientRequestId = stored.client_request_id ?? data.clientRequestId
  return {
    ...withMetadata(stored, data),
    ...(clientRequestId !== undefined && { client_request_id: clientRequestId }),
    request_time: new Date(start).toISOString(),
    execution_duration: toDuration(end - start),
    state: data.state,
    ...previewsOf(data),
    tags: { ...stored.tags, ...tagsOf(data) },
  }
}

/** What the server counts itself as spans come in. It merges metadata, so what is not written back stays as it is then. */
const COUNTED: ReadonlySet<string> = new Set([
  'mlflow.trace.tokenUsage',
  'mlflow.trace.cost',
  'mlflow.trace.sizeStats',
])

function withMetadata(stored: TraceRow, data: PendingTraceInfo): TraceRow {
  const known = Object.entries(stored.trace_metadata ?? {}).filter(([key]) => !COUNTED.has(key))
  return { ...stored, trace_metadata: { ...schemaVersion, ...Object.fromEntries(known), ...data.metadata } }
}
