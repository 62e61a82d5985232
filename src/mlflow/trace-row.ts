import * as z from 'zod/mini'

/** A trace as MLflow's REST API writes it, as far as turnspan reads it; whatever else it holds is kept. */
export interface TraceRow {
  trace_id: string
  client_request_id?: string | undefined
  trace_location?: { mlflow_experiment?: { experiment_id?: string | undefined } | undefined } | undefined
  /** RFC 3339. */
  request_time?: string | undefined
  /** Seconds, as in `1.500s`. */
  execution_duration?: string | undefined
  state?: string | undefined
  request_preview?: string | undefined
  response_preview?: string | undefined
  trace_metadata?: Record<string, string> | undefined
  tags?: Record<string, string> | undefined
  assessments?: unknown[] | undefined
}

/** Form of a {@link TraceRow}. */
export function traceRow(): z.ZodMiniType<TraceRow> {
  const text = () => z.optional(z.string())
  const texts = () => z.optional(z.record(z.string(), z.string()))
  return z.looseObject({
    trace_id: z.string(),
    client_request_id: text(),
    trace_location: z.optional(
      z.looseObject({ mlflow_experiment: z.optional(z.looseObject({ experiment_id: text() })) }),
    ),
    request_time: text(),
    execution_duration: text(),
    state: text(),
    request_preview: text(),
    response_preview: text(),
    trace_metadata: texts(),
    tags: texts(),
    assessments: z.optional(z.array(z.unknown())),
  })
}

/** Milliseconds of a duration such as `1.500s`; `undefined` when it is not one. */
export function durationMs(duration: string | undefined): number | undefined {
  const seconds = duration?.endsWith('s') ? Number(duration.slice(0, -1)) : Number.NaN
  return Number.isFinite(seconds) ? Math.round(seconds * 1000) : undefined
}

/** `ms` as a duration of seconds, to the millisecond; never negative. */
export function toDuration(ms: number): string {
  return `${(Math.max(0, Math.floor(ms)) / 1000).toFixed(3)}s`
}
