import { TurnspanError } from '../runtime/errors.ts'

/**
 * What kind of failure it is: no answer; an answer with an error status; something that answers but is not an MLflow
 * server (a login page, a collector, a wrong path); an answer in an unexpected form; or invalid settings.
 */
export type MlflowFailure = 'network' | 'status' | 'not-mlflow' | 'answer' | 'settings'

/** Details of an {@link MlflowError}. */
export interface MlflowErrorDetails {
  readonly failure: MlflowFailure
  readonly retryable: boolean
  readonly status?: number | undefined
  readonly errorCode?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/** Thrown when a call to an MLflow server fails. The message names the method, path and host, and says what to do. */
export class MlflowError extends TurnspanError {
  readonly failure: MlflowFailure
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined
  /** MLflow's own code, such as `RESOURCE_DOES_NOT_EXIST`. */
  readonly errorCode: string | undefined
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, details: MlflowErrorDetails) {
    super('ERR_MLFLOW', message, details.cause === undefined ? undefined : { cause: details.cause })
    this.failure = details.failure
    this.status = details.status
    this.errorCode = details.errorCode
    this.retryable = details.retryable
    this.retryAfterMs = details.retryAfterMs
  }
}

/** Whether `thrown` says that the configured workspace does not exist, which is the answer to every call then. */
export function isUnknownWorkspace(thrown: unknown): thrown is MlflowError {
  return hasErrorCode(thrown, 'RESOURCE_DOES_NOT_EXIST') && thrown.message.includes(UNKNOWN_WORKSPACE)
}

/** What {@link MlflowError} messages advise for a workspace that does not exist. */
export const UNKNOWN_WORKSPACE = 'Check MLFLOW_WORKSPACE, or create the workspace on the server'

/** Whether `thrown` is an {@link MlflowError} with this code of MLflow's. */
export function hasErrorCode(thrown: unknown, errorCode: string): thrown is MlflowError {
  return thrown instanceof MlflowError && thrown.errorCode === errorCode
}
