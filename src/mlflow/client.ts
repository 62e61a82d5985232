import * as z from 'zod/mini'
import { checkKeys } from '../config/known-keys.ts'
import { toMlflowTraceId } from '../ids/trace-id.ts'
import {
  type Assessment,
  createExpectation,
  createFeedback,
  type ExpectationInput,
  type FeedbackInput,
} from './assessments.ts'
import { createAuth } from './auth.ts'
import { type MlflowClientOptions, resolveClient } from './client-config.ts'
import { type Experiment, findOrCreateExperiment, getExperiment } from './experiments.ts'
import { EXPECTATION_KEYS, FEEDBACK_KEYS, SEARCH_KEYS } from './known-keys.ts'
import { createRest, type Rest } from './rest.ts'
import { getSpans, type Trace, type TraceInfo, toTraceInfo } from './trace-data.ts'
import { traceRow } from './trace-row.ts'
import type { TraceSearch } from './trace-search.ts'
import { getTraceRow, setTag } from './traces.ts'

/** One page of traces. */
export interface TracePage {
  readonly traces: readonly TraceInfo[]
  /** Token for the next page, which may be empty. */
  readonly nextPageToken?: string
}

/**
 * The parts of MLflow's REST API that concern traces. Every `traceId` is 32 hex digits, `tr-<hex>`, or the response ID
 * `resp_<hex>`. Failed calls reject with an {@link MlflowError} after the configured retries.
 */
export interface MlflowClient {
  /** The trace with its spans, inputs and outputs decoded. */
  getTrace(traceId: string): Promise<Trace>
  /** The trace without its spans. */
  getTraceInfo(traceId: string): Promise<TraceInfo>
  /** Traces of one or more experiments, without spans. */
  searchTraces(search: TraceSearch): Promise<TracePage>
  /** Sets a tag of a stored trace; text beyond 4096 characters is cut by the server. */
  setTraceTag(traceId: string, key: string, value: string): Promise<void>
  /** Removes a tag from a stored trace. */
  deleteTraceTag(traceId: string, key: string): Promise<void>
  /** Records how good a stored trace is. The request is never repeated. */
  logFeedback(feedback: FeedbackInput): Promise<Assessment>
  /** Records what a stored trace should have produced. The request is never repeated. */
  logExpectation(expectation: ExpectationInput): Promise<Assessment>
  /** The active experiment with this name, which is created if it does not exist. */
  findOrCreateExperiment(name: string): Promise<Experiment>
  /** The experiment with this ID, active or deleted. */
  getExperiment(experimentId: string): Promise<Experiment>
}

/**
 * A client for the MLflow server that `options` name, or else the environment. It sends nothing before the first call.
 *
 * @throws ConfigError when there is no usable tracking URI
 * @example
 * ```ts
 * const mlflow = createMlflowClient({ trackingUri: 'http://localhost:5000' })
 * const { info, spans } = await mlflow.getTrace('resp_0af7651916cd43dd8448eb211c80319c')
 * ```
 */
export function createMlflowClient(options: MlflowClientOptions = {}): MlflowClient {
  const { config, tls } = resolveClient(options)
  const rest = createRest(config, tls, createAuth(config.auth))

  return {
    async getTrace(traceId) {
      const id = toMlflowTraceId(traceId)
      const [row, spans] = await Promise.all([getTraceRow(rest, id), getSpans(rest, id)])
      return { info: toTraceInfo(row), spans }
    },
    getTraceInfo: async (traceId) => toTraceInfo(await getTraceRow(rest, toMlflowTraceId(traceId))),
    searchTraces: (search) => searchTraces(rest, search),
    setTraceTag: async (traceId, key, value) => setTag(rest, toMlflowTraceId(traceId), key, value),
    deleteTraceTag: async (traceId, key) => deleteTag(rest, toMlflowTraceId(traceId), key),
    async logFeedback(feedback) {
      checkKeys(FEEDBACK_KEYS, feedback)
      return createFeedback(rest, toMlflowTraceId(feedback.traceId), feedback)
    },
    async logExpectation(expectation) {
      checkKeys(EXPECTATION_KEYS, expectation)
      return createExpectation(rest, toMlflowTraceId(expectation.traceId), expectation)
    },
    findOrCreateExperiment: (name) => findOrCreateExperiment(rest, name),
    getExperiment: (experimentId) => getExperiment(rest, experimentId),
  }
}

async function searchTraces(rest: Rest, search: TraceSearch): Promise<TracePage> {
  checkKeys(SEARCH_KEYS, search)
  const body = {
    locations: search.experimentIds.map((experiment_id) => ({
      type: 'MLFLOW_EXPERIMENT',
      mlflow_experiment: { experiment_id },
    })),
    max_results: search.maxResults ?? 100,
    ...(search.filter && { filter: search.filter }),
    ...(search.orderBy && { order_by: search.orderBy }),
    ...(search.pageToken && { page_token: search.pageToken }),
  }
  const answer = () =>
    z.object({ traces: z.optional(z.array(traceRow())), next_page_token: z.optional(z.string()) })
  const found = await rest.call('POST', '/api/3.0/mlflow/traces/search', { body, answer, repeat: 'always' })
  return {
    traces: (found.traces ?? []).map(toTraceInfo),
    ...(found.next_page_token && { nextPageToken: found.next_page_token }),
  }
}

async function deleteTag(rest: Rest, id: string, key: string): Promise<void> {
  await rest.call('DELETE', `/api/3.0/mlflow/traces/${id}/tags`, { body: { key }, answer: () => z.unknown() })
}
