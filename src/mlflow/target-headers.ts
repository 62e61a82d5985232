import type { MlflowConfig, TargetConfig } from '../config/config.ts'

/**
 * The MLflow settings of `target`, with what its headers say of experiment, workspace and run: MLflow's own page
 * tells people to put these into OTEL_EXPORTER_OTLP_HEADERS.
 */
export function adoptHeaders(target: TargetConfig): MlflowConfig {
  const experimentId = target.headers['x-mlflow-experiment-id']
  const workspace = target.headers['x-mlflow-workspace']
  const runId = target.headers['x-mlflow-run-id']
  return {
    ...target.mlflow,
    ...(experimentId && { experimentId }),
    ...(workspace && { workspace }),
    ...(runId && { runId }),
  }
}

/** The user's headers for the endpoint, such as a gateway's key, without those that belong to one request. */
export function generalHeaders(target: TargetConfig): Record<string, string> {
  const own = Object.entries(target.headers).filter(([name]) => !/^(?:content-|x-mlflow-)/.test(name))
  return Object.fromEntries(own)
}

/** {@link generalHeaders} for the REST API, where it is on the endpoint's origin; another host must not see them. */
export function restHeaders(target: TargetConfig): Record<string, string> {
  const isShared = new URL(target.httpEndpoint).origin === new URL(target.mlflow.baseUrl).origin
  return isShared ? generalHeaders(target) : {}
}
