import * as z from 'zod/mini'
import { toMlflowTraceId } from '../ids/trace-id.ts'
import { readExperiment } from '../tracer/trace-experiment.ts'
import { findOrCreateExperiment } from './experiments.ts'
import type { Rest } from './rest.ts'
import { type TraceRow, traceRow } from './trace-row.ts'

/**
 * In which experiment a trace is stored, where that is not this process's own: MLflow keeps a trace in one experiment, and
 * since 3.18 it refuses spans of it that are sent to another one.
 */
export interface TracePlaces {
  /** Whether anything is known of any trace. */
  any(): boolean
  /** ID of the experiment of a trace; `undefined` where it is this process's own. */
  of(traceId: string): string | undefined
  /** The service in which the trace began sends it to this experiment, as `ownExperiment` writes it. */
  expect(traceId: string, experiment: string): void
  /** Whether there are expectations that nobody has looked after. */
  expects(): boolean
  /** Looks for the experiments that were expected. */
  settle(own: string | undefined): Promise<void>
  /** Asks the server where these traces are. @returns whether that is news */
  locate(traceIds: readonly string[], own: string | undefined): Promise<boolean>
  /** Gives up what is only expected of these traces. @returns whether there was anything */
  doubt(traceIds: readonly string[]): boolean
}

interface TracePlace {
  readonly experimentId: string
  /** The server said so. */
  readonly sure: boolean
}

/** MLflow's message of a trace that is in another experiment; it has the code of every other bad request. */
export const STORED_ELSEWHERE: RegExp = /already exists in another experiment/

const MAX_TRACES = 10_000
const MAX_NAMES = 100
const TRACES_PER_CALL = 50

/** The {@link TracePlaces} of the server behind `rest`. */
export function createTracePlaces(rest: Rest, baseUrl: string): TracePlaces {
  const places = new Map<string, TracePlace>()
  const expected = new Map<string, string>()
  const doubted = new Map<string, true>()
  const experiments = new Map<string, Promise<string | undefined>>()

  const idOf = (text: string): Promise<string | undefined> => {
    const known = experiments.get(text)
    if (known !== undefined) return known
    const said = readExperiment(text, baseUrl)
    if (said === undefined) return Promise.resolve(undefined)
    if ('id' in said) return Promise.resolve(said.id)
    const asked = findOrCreateExperiment(rest, said.name).then(
      ({ id }) => id,
      // Deleted, or not ours to see: this process's own experiment takes the spans.
      () => undefined,
    )
    putBounded(experiments, text, asked, MAX_NAMES)
    return asked
  }

  const isNews = ({ trace_id, trace_location }: TraceRow, own: string | undefined): boolean => {
    const experimentId = trace_location?.mlflow_experiment?.experiment_id
    const traceId = trace_id.replace(/^tr-/, '')
    if (experimentId === undefined || experimentId === (places.get(traceId)?.experimentId ?? own))
      return false
    putBounded(places, traceId, { experimentId, sure: true }, MAX_TRACES)
    return true
  }

  return {
    any: () => places.size > 0,
    of: (traceId) => places.get(traceId)?.experimentId,
    expect(traceId, experiment) {
      if (!places.has(traceId) && !doubted.has(traceId)) putBounded(expected, traceId, experiment, MAX_TRACES)
    },
    expects: () => expected.size > 0,
    async settle(own) {
      for (const [traceId, experiment] of expected) {
        expected.delete(traceId)
        const experimentId = await idOf(experiment)
        if (experimentId !== undefined && experimentId !== own)
          putBounded(places, traceId, { experimentId, sure: false }, MAX_TRACES)
      }
    },
    async locate(traceIds, own) {
      let news = false
      for (const row of await rowsOf(rest, traceIds)) news = isNews(row, own) || news
      return news
    },
    doubt(traceIds) {
      const unsure = traceIds.filter((id) => places.get(id)?.sure === false)
      for (const id of unsure) {
        places.delete(id)
        putBounded(doubted, id, true, MAX_TRACES)
      }
      return unsure.length > 0
    },
  }
}

async function rowsOf(rest: Rest, traceIds: readonly string[]): Promise<readonly TraceRow[]> {
  const ids = [...new Set(traceIds)].map(toMlflowTraceId)
  const answer = () => z.object({ trace_infos: z.optional(z.array(traceRow())) })
  const rows: TraceRow[] = []
  for (let at = 0; at < ids.length; at += TRACES_PER_CALL) {
    const body = { trace_ids: ids.slice(at, at + TRACES_PER_CALL) }
    const found = await rest.call('POST', '/api/3.0/mlflow/traces/batchGetInfos', {
      body,
      answer,
      repeat: 'always',
    })
    rows.push(...(found.trace_infos ?? []))
  }
  return rows
}

/** Adds to a map that forgets what was put first. */
function putBounded<K, V>(map: Map<K, V>, key: K, value: V, max: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= max) return
  const oldest = map.keys().next()
  if (!oldest.done) map.delete(oldest.value)
}
