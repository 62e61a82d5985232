import { diagnose, diagnoseOnce } from '../runtime/diagnostics.ts'
import type { MlflowError } from './error.ts'

/** Says once which experiment traces go to. */
export function sayExperiment(host: string, experimentId: string, experimentName: string): void {
  const message = `Traces go to experiment "${experimentName}" (${experimentId}) on ${host}.`
  diagnoseOnce(
    'info',
    'TS_EXPERIMENT',
    message,
    { host, experimentId, experimentName },
    `${host} ${experimentId}`,
  )
}

/** Says once that spans go without an experiment, since what answers the REST calls is not MLflow. */
export function sayUnresolved(host: string, experimentName: string, error: MlflowError): void {
  const advice =
    'Spans are sent without an experiment; set MLFLOW_EXPERIMENT_ID to name one without a lookup.'
  const message = `The experiment "${experimentName}" could not be looked up: ${error.message} ${advice}`
  diagnoseOnce('warn', 'TS_EXPERIMENT_UNRESOLVED', message, { host, experimentName }, host)
}

/** Says that the configured workspace does not exist. */
export function sayUnknownWorkspace(host: string, error: MlflowError): void {
  diagnose('error', 'TS_WORKSPACE_UNKNOWN', error.message, { host }, host)
}

/** Says that the spans of a trace were accepted and dropped. */
export function sayNotStored(host: string, traceId: string, what: string): void {
  const why = 'when another workspace has a trace with this ID, the server drops the spans without an error'
  const advice = 'Check MLFLOW_WORKSPACE here and in the process where the trace began.'
  const message = `${host} accepted the spans of trace ${traceId} but did not store them. ${what}: ${why}. ${advice}`
  diagnose('error', 'TS_TRACE_NOT_STORED', message, { host, traceId }, host)
}
