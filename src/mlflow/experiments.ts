import * as z from 'zod/mini'
import { diagnose } from '../runtime/diagnostics.ts'
import { HttpError } from '../runtime/http-error.ts'
import { hasErrorCode, isUnknownWorkspace, MlflowError } from './error.ts'
import type { Rest } from './rest.ts'

/** An experiment of an MLflow server. */
export interface Experiment {
  /** Decimal digits. */
  readonly id: string
  readonly name: string
  readonly lifecycleStage: 'active' | 'deleted'
  readonly tags: Readonly<Record<string, string>>
}

const BASE = '/api/2.0/mlflow/experiments'
const PAGE = 1000

const tag = () => z.object({ key: z.string(), value: z.optional(z.string()) })
const row = () =>
  z.object({
    experiment_id: z.string(),
    name: z.string(),
    lifecycle_stage: z.optional(z.string()),
    tags: z.optional(z.array(tag())),
  })
const searchAnswer = () =>
  z.object({ experiments: z.optional(z.array(row())), next_page_token: z.optional(z.string()) })

/**
 * The active experiment called `name`, made if there is none. Several processes may ask at once. Only `search` and
 * `create` are used, for gateways of MLflow operators refuse the calls that get one experiment.
 *
 * @throws {@link MlflowError}; not retryable when the name belongs to a deleted experiment
 */
export async function findOrCreateExperiment(rest: Rest, name: string): Promise<Experiment> {
  const found = await findByName(rest, name, 'ACTIVE_ONLY')
  if (found) return found
  try {
    return await createExperiment(rest, name)
  } catch (thrown) {
    if (!hasErrorCode(thrown, 'RESOURCE_ALREADY_EXISTS')) throw thrown
    const other = await findByName(rest, name, 'ACTIVE_ONLY')
    if (other) return other
    throw await nameIsTaken(rest, name, thrown)
  }
}

/** The experiment with this ID, active or deleted. Throws {@link MlflowError}. */
export async function getExperiment(rest: Rest, id: string): Promise<Experiment> {
  const answer = () => z.object({ experiment: row() })
  const { experiment } = await rest.call('GET', `${BASE}/get`, { query: { experiment_id: id }, answer })
  return toExperiment(experiment)
}

/**
 * Whether spans sent to experiment `id` can be found again, said as a diagnostic when not: the server takes spans
 * for a deleted experiment silently. Never rejects; where the question is refused, nothing is said.
 */
export async function checkExperiment(rest: Rest, id: string): Promise<void> {
  const data = { experimentId: id, host: rest.host }
  if (!isExperimentId(id)) {
    const advice =
      'An experiment ID is a number; for a name use MLFLOW_EXPERIMENT_NAME or the option experimentName.'
    diagnose('warn', 'TS_EXPERIMENT_ID', `"${id}" is not the ID of an experiment. ${advice}`, data, id)
    return
  }
  try {
    const { lifecycleStage, name } = await getExperiment(rest, id)
    if (lifecycleStage === 'active') return
    const command = `mlflow experiments restore --experiment-id ${id}`
    const message = `Experiment ${id} ("${name}") is deleted: traces sent to it are not shown. Restore it (${command}), or choose another one.`
    diagnose('warn', 'TS_EXPERIMENT_DELETED', message, { ...data, name }, id)
  } catch (thrown) {
    if (isUnknownWorkspace(thrown)) {
      diagnose('error', 'TS_WORKSPACE_UNKNOWN', `${thrown.message} Spans will be refused.`, data, rest.host)
    } else if (hasErrorCode(thrown, 'RESOURCE_DOES_NOT_EXIST')) {
      const advice =
        'Check MLFLOW_EXPERIMENT_ID, and MLFLOW_WORKSPACE: each workspace has its own experiments.'
      diagnose(
        'error',
        'TS_EXPERIMENT_UNKNOWN',
        `${thrown.message} Spans will be refused. ${advice}`,
        data,
        id,
      )
    } else if (thrown instanceof MlflowError && !isGivenUp(thrown)) {
      diagnose(
        'info',
        'TS_EXPERIMENT_UNCHECKED',
        `Experiment ${id} could not be checked: ${thrown.message}`,
        data,
      )
    }
  }
}

/** Whether nobody waits for the answer any more. */
const isGivenUp = ({ cause }: MlflowError): boolean => cause instanceof HttpError && cause.kind === 'aborted'

/** Whether `id` has the form of an experiment's ID. */
export function isExperimentId(id: string): boolean {
  return /^\d{1,20}$/.test(id)
}

async function createExperiment(rest: Rest, name: string): Promise<Experiment> {
  // Opens the experiment in MLflow's view for agents rather than the one for model training.
  const tags = [{ key: 'mlflow.experimentKind', value: 'genai_development' }]
  const answer = () => z.object({ experiment_id: z.string() })
  const made = await rest.call('POST', `${BASE}/create`, { body: { name, tags }, answer })
  const kind = { 'mlflow.experimentKind': 'genai_development' }
  return { id: made.experiment_id, name, lifecycleStage: 'active', tags: kind }
}

async function findByName(
  rest: Rest,
  name: string,
  view: 'ACTIVE_ONLY' | 'DELETED_ONLY',
): Promise<Experiment | undefined> {
  let page: string | undefined
  do {
    const body = {
      filter: nameFilter(name),
      max_results: PAGE,
      view_type: view,
      ...(page && { page_token: page }),
    }
    const found = await rest.call('POST', `${BASE}/search`, { body, answer: searchAnswer, repeat: 'always' })
    const exact = found.experiments?.find((experiment) => experiment.name === name)
    if (exact) return toExperiment(exact)
    page = found.next_page_token
  } while (page)
  return undefined
}

/**
 * A search filter that `name` matches. The grammar has two kinds of quotes and no escapes, so a name with both
 * kinds is matched by a pattern, which may match others too.
 */
export function nameFilter(name: string): string {
  if (!name.includes("'")) return `name = '${name}'`
  if (!name.includes('"')) return `name = "${name}"`
  return `name LIKE '${name.replace(/['\\]/g, '_')}'`
}

async function nameIsTaken(rest: Rest, name: string, cause: unknown): Promise<MlflowError> {
  const deleted = await findByName(rest, name, 'DELETED_ONLY').catch(() => undefined)
  const what = deleted ? `a deleted experiment (${deleted.id})` : 'an experiment that this user cannot see'
  const advice = deleted
    ? `Restore it with: mlflow experiments restore --experiment-id ${deleted.id}, or choose another name (MLFLOW_EXPERIMENT_NAME).`
    : 'Ask for permission to read it, or choose another name (MLFLOW_EXPERIMENT_NAME).'
  return new MlflowError(`The experiment name "${name}" on ${rest.host} belongs to ${what}. ${advice}`, {
    failure: 'status',
    status: 400,
    errorCode: 'RESOURCE_ALREADY_EXISTS',
    retryable: false,
    cause,
  })
}

function toExperiment(found: z.infer<ReturnType<typeof row>>): Experiment {
  return {
    id: found.experiment_id,
    name: found.name,
    lifecycleStage: found.lifecycle_stage === 'deleted' ? 'deleted' : 'active',
    tags: Object.fromEntries((found.tags ?? []).map(({ key, value = '' }) => [key, value])),
  }
}
