import type { MlflowConfig, TargetConfig } from '../config/config.ts'
import { realTime } from '../runtime/real-time.ts'
import type { Auth } from './auth.ts'
import { createDetection } from './detect.ts'
import { isUnknownWorkspace, MlflowError } from './error.ts'
import { checkExperiment, findOrCreateExperiment, isExperimentId } from './experiments.ts'
import type { Rest } from './rest.ts'
import { sayExperiment, sayUnknownWorkspace, sayUnresolved } from './target-diagnostics.ts'

/** What must be known of a target before spans go there. */
export interface KnownTarget {
  readonly mlflow: boolean
  readonly experimentId?: string
  readonly experimentName?: string
}

/** Finds out, and remembers, what must be known of a target. */
export interface Preparation {
  /** What was found out so far. */
  known(): KnownTarget | undefined
  /** One inquiry at a time for all callers; after a failure that may pass again at the next call, else once a minute. */
  resolve(): Promise<KnownTarget>
  /** The target is MLflow after all: the next `resolve` asks for the experiment. */
  learnIsMlflow(): void
}

/** Where the experiment's name comes from when it is not configured. */
export interface TargetHints {
  readonly serviceName?: string
  /** Asked at the first `prepare` that needs it. */
  readonly agentName?: () => string | undefined
}

/** What {@link createPreparation} works with. */
export interface PreparationParts {
  readonly config: MlflowConfig
  readonly hints: TargetHints
  readonly rest: Rest
  readonly auth: Auth
}

const RETRY_PERMANENT_MS = 60_000

/** The {@link Preparation} of `target`. Asks nothing before the first `resolve`. */
export function createPreparation(target: TargetConfig, parts: PreparationParts): Preparation {
  const { config, rest, auth } = parts
  const detection = createDetection(target, config.authOnEndpoint ? auth : undefined)
  let known: KnownTarget | undefined
  let pending: Promise<KnownTarget> | undefined
  let permanent: { readonly error: MlflowError; readonly until: number } | undefined

  const fail = (thrown: unknown): never => {
    pending = undefined
    const error = toFailure(thrown, config)
    permanent = error.retryable ? undefined : { error, until: realTime.uptimeMs() + RETRY_PERMANENT_MS }
    if (isUnknownWorkspace(error)) sayUnknownWorkspace(rest.host, error)
    throw error
  }
  const inquire = async (): Promise<KnownTarget> => {
    known = (await detection.isMlflow()) ? await findExperiment(parts) : { mlflow: false }
    return known
  }

  return {
    known: () => known,
    resolve() {
      if (permanent && realTime.uptimeMs() < permanent.until) return Promise.reject(permanent.error)
      pending ??= inquire().catch(fail)
      return pending
    },
    learnIsMlflow() {
      if (known?.mlflow) return
      detection.learn()
      known = undefined
      pending = undefined
      permanent = undefined
    },
  }
}

async function findExperiment({ config, hints, rest }: PreparationParts): Promise<KnownTarget> {
  const { experimentId } = config
  if (experimentId && isExperimentId(experimentId)) {
    void checkExperiment(rest, experimentId)
    return { mlflow: true, experimentId }
  }
  if (experimentId) await checkExperiment(rest, experimentId)
  return experimentByName(
    rest,
    config.experimentName ?? hints.serviceName ?? hints.agentName?.() ?? 'Default',
  )
}

async function experimentByName(rest: Rest, name: string): Promise<KnownTarget> {
  try {
    const { id } = await findOrCreateExperiment(rest, name)
    sayExperiment(rest.host, id, name)
    return { mlflow: true, experimentId: id, experimentName: name }
  } catch (thrown) {
    if (!(thrown instanceof MlflowError) || thrown.failure !== 'not-mlflow') throw thrown
    sayUnresolved(rest.host, name, thrown)
    return { mlflow: true }
  }
}

function toFailure(thrown: unknown, config: MlflowConfig): MlflowError {
  if (!(thrown instanceof MlflowError)) {
    const message = 'The MLflow target could not be prepared.'
    return new MlflowError(message, { failure: 'settings', retryable: true, cause: thrown })
  }
  // A token that is being rotated is refused for a moment only.
  const isRotating = thrown.status === 401 && config.auth.tokenFile !== undefined
  if (!isRotating) return thrown
  return new MlflowError(thrown.message, {
    failure: thrown.failure,
    status: 401,
    retryable: true,
    cause: thrown,
  })
}
