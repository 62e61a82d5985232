import type { TargetConfig } from '../config/config.ts'
import type { PendingTraceInfo } from '../export/trace-info/pending-trace-info.ts'
import { toMlflowTraceId } from '../ids/trace-id.ts'
import { createAuth } from './auth.ts'
import { hasErrorCode, isUnknownWorkspace } from './error.ts'
import { finishTrace } from './finish-trace.ts'
import { createPreparation, type TargetHints } from './preparation.ts'
import { createRest, type Rest } from './rest.ts'
import { sayNotStored } from './target-diagnostics.ts'
import { adoptHeaders, restHeaders } from './target-headers.ts'
import { createTracePlaces, STORED_ELSEWHERE, type TracePlaces } from './trace-places.ts'
import { getTraceRow } from './traces.ts'

/** What {@link MlflowTarget.prepare} found out. */
export interface PreparedTarget {
  /** As {@link MlflowTarget.headers} gives them. */
  readonly headers: Record<string, string>
  readonly mlflow: boolean
  readonly experimentId?: string
  /** Known when the experiment was looked up by name. */
  readonly experimentName?: string
}

/** What delivery knows of MLflow. */
export interface MlflowTarget {
  /**
   * Finds out what must be known before spans can be sent: whether it is MLflow, and the experiment. Done once;
   * again at the next call after a failure (after one that is not retryable, at most once a minute).
   *
   * @throws {@link MlflowError}
   */
  prepare(): Promise<PreparedTarget>
  /**
   * What each request to the endpoint needs now: credentials where they belong to it, and for MLflow workspace,
   * experiment and run. Never an empty value. Never rejects.
   *
   * @param experimentId - of spans that belong into another experiment than this process's own
   */
  headers(experimentId?: string): Promise<Record<string, string>>
  /** Where traces are stored that are not in this process's own experiment. */
  readonly places: TracePlaces
  /** Looks for the experiments in which traces are expected. Throws {@link MlflowError} as {@link prepare} does. */
  settlePlaces(): Promise<void>
  /** Whether the body of a refusal says that a trace is in another experiment. */
  saysElsewhere(body: string): boolean
  /** Asks where these traces are. Never rejects. @returns whether that is news */
  locate(traceIds: readonly string[]): Promise<boolean>
  /** After a 401: reads the credentials again. Whether it is worth asking again. */
  refreshAuth(): Promise<boolean>
  /** The endpoint asked for MLflow's experiment header, so it is MLflow after all; call `prepare` again. */
  learnIsMlflow(): void
  /**
   * Sends what OTLP cannot carry, after the local root of a trace was accepted. Nothing where the target is not MLflow.
   *
   * @throws {@link MlflowError}
   */
  finishTrace(data: PendingTraceInfo): Promise<void>
  /**
   * Reads a sent trace back, where a workspace is set, and says so when it is not there: the server answers 200 and
   * drops spans whose trace ID another workspace has. Never rejects.
   */
  verifyStored(traceId: string): Promise<void>
  /** Gives up what is under way, and says nothing any more; nothing is asked after it. */
  close(): void
}

// Delivery repeats what fails and has the patience; waiting here as well would only hold up a flush.
const MAX_RETRIES = 1

/** The target that `target` configures. Nothing is sent before the first `prepare`. */
export function createMlflowTarget(target: TargetConfig, hints: TargetHints): MlflowTarget {
  const config = adoptHeaders(target)
  const auth = createAuth(config.auth)
  const ending = new AbortController()
  const rest = createRest(
    { ...config, maxRetries: Math.min(config.maxRetries, MAX_RETRIES) },
    config.tls ?? target.tls,
    auth,
    { background: true, headers: restHeaders(target), signal: ending.signal },
  )
  const preparation = createPreparation(target, { config, hints, rest, auth })

  const places = createTracePlaces(rest, config.baseUrl)
  const headers = async (experimentId?: string): Promise<Record<string, string>> => {
    const known = preparation.known()
    // A header that the user gave for the endpoint is meant for it more than the tracking server's credentials.
    const credentials = config.authOnEndpoint && !target.headers.authorization ? await auth.headers() : {}
    if (!known?.mlflow) return credentials
    const experiment = experimentId ?? known.experimentId
    return {
      ...credentials,
      ...(config.workspace && { 'x-mlflow-workspace': config.workspace }),
      ...(experiment && { 'x-mlflow-experiment-id': experiment }),
      // A run is one of this process's own experiment.
      ...(config.runId && experimentId === undefined && { 'x-mlflow-run-id': config.runId }),
    }
  }

  return {
    headers,
    places,
    async settlePlaces() {
      if (!places.expects()) return
      const known = await preparation.resolve()
      if (known.mlflow) await places.settle(known.experimentId)
    },
    saysElsewhere: (body) => STORED_ELSEWHERE.test(body),
    async locate(traceIds) {
      try {
        return await places.locate(traceIds, preparation.known()?.experimentId)
      } catch {
        return false
      }
    },
    refreshAuth: () => auth.refresh(),
    async prepare() {
      const found = await preparation.resolve()
      return { ...found, headers: await headers() }
    },
    learnIsMlflow: () => preparation.learnIsMlflow(),
    close: () => ending.abort(),
    async finishTrace(data) {
      const { experimentId } = await preparation.resolve()
      if (experimentId === undefined) return
      const finish = (): Promise<void> => finishTrace(rest, data, places.of(data.traceId) ?? experimentId)
      await finish()
        .catch(async (thrown: unknown) => {
          if (!(isElsewhere(thrown) && (await places.locate([data.traceId], experimentId)))) throw thrown
          return finish()
        })
        .catch((thrown: unknown) => giveUpMissing(rest, data, thrown))
    },
    async verifyStored(traceId) {
      if (preparation.known()?.mlflow && config.workspace) await verify(rest, traceId, config.workspace)
    },
  }
}

async function verify(rest: Rest, traceId: string, workspace: string): Promise<void> {
  try {
    await getTraceRow(rest, toMlflowTraceId(traceId))
  } catch (thrown) {
    if (isMissing(thrown)) sayNotStored(rest.host, traceId, `The trace is not in workspace "${workspace}"`)
  }
}

// A remote trace that is not there after its spans were accepted will not come back by asking again.
function giveUpMissing(rest: Rest, data: PendingTraceInfo, thrown: unknown): void {
  if (!data.rootIsRemote || !isMissing(thrown)) throw thrown
  sayNotStored(rest.host, data.traceId, 'The server has no record of the trace')
}

const isElsewhere = (thrown: unknown): boolean =>
  thrown instanceof Error && STORED_ELSEWHERE.test(thrown.message)

const isMissing = (thrown: unknown): boolean =>
  hasErrorCode(thrown, 'RESOURCE_DOES_NOT_EXIST') && !isUnknownWorkspace(thrown)
