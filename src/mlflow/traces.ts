import * as z from 'zod/mini'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import type { Rest } from './rest.ts'
import { type TraceRow, traceRow } from './trace-row.ts'

const BASE = '/api/3.0/mlflow/traces'
/** Longest metadata key and value that the server keeps. */
const MAX_METADATA = 250
/** Longest preview that MLflow's own clients send. */
const MAX_PREVIEW = 1000

const traceAnswer = () => z.object({ trace: z.object({ trace_info: traceRow() }) })

/**
 * Writes the trace's row. Time, duration, state, experiment and client request ID of an existing row are replaced,
 * also by nothing when left out: always give the full row. Tags and metadata are merged. Safe to repeat.
 *
 * Over-long metadata is cut with a diagnostic, previews at 1000 characters.
 */
export async function startTrace(rest: Rest, row: TraceRow): Promise<void> {
  const { request_preview, response_preview, trace_metadata } = row
  const trace_info = {
    ...row,
    ...(request_preview !== undefined && { request_preview: cutPreview(request_preview) }),
    ...(response_preview !== undefined && { response_preview: cutPreview(response_preview) }),
    ...(trace_metadata && { trace_metadata: cutMetadata(trace_metadata) }),
  }
  await rest.call('POST', BASE, { body: { trace: { trace_info } }, answer: () => z.unknown() })
}

/** The row of trace `id` (`tr-<hex>`). Throws an MlflowError with code `RESOURCE_DOES_NOT_EXIST` when there is none. */
export async function getTraceRow(rest: Rest, id: string): Promise<TraceRow> {
  const found = await rest.call('GET', `${BASE}/${encodeURIComponent(id)}`, { answer: traceAnswer })
  return found.trace.trace_info
}

/** Sets a tag of trace `id` (`tr-<hex>`), and nothing else of it. */
export async function setTag(rest: Rest, id: string, key: string, value: string): Promise<void> {
  await rest.call('PATCH', `${BASE}/${id}/tags`, { body: { key, value }, answer: () => z.unknown() })
}

function cutMetadata(metadata: Record<string, string>): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [key, value] of Object.entries(metadata)) {
    if (value.length > MAX_METADATA || key.length > MAX_METADATA) sayCut(key, value.length)
    result[cut(key, MAX_METADATA)] = cut(value, MAX_METADATA)
  }
  return result
}

function sayCut(key: string, length: number): void {
  const name = cut(key, 100)
  diagnoseOnce(
    'warn',
    'TS_METADATA_CUT',
    `The trace metadata "${name}" was cut: MLflow keeps ${MAX_METADATA} characters. Put longer text into an attribute or a tag.`,
    { key: name, length },
    name,
  )
}

const cutPreview = (text: string): string =>
  text.length <= MAX_PREVIEW ? text : `${cut(text, MAX_PREVIEW - 3)}...`

// Half a surrogate pair makes the server fail.
function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const last = text.charCodeAt(max - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max)
}
