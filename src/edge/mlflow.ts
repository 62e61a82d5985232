/**
 * `turnspan/mlflow` where there is no Node: a client whose calls are rejected, with the reason.
 *
 * @packageDocumentation
 */
import type { MlflowClient } from '../mlflow/client.ts'
import type { MlflowClientOptions } from '../mlflow/client-config.ts'
import { MlflowError } from '../mlflow/error.ts'
import { REASON } from './runtime.ts'

export { MlflowError } from '../mlflow/error.ts'

const refused = async (): Promise<never> => {
  throw new MlflowError(`turnspan/mlflow calls no server: ${REASON}.`, {
    failure: 'settings',
    retryable: false,
  })
}

export const createMlflowClient = (_options?: MlflowClientOptions): MlflowClient => ({
  getTrace: refused,
  getTraceInfo: refused,
  searchTraces: refused,
  setTraceTag: refused,
  deleteTraceTag: refused,
  logFeedback: refused,
  logExpectation: refused,
  findOrCreateExperiment: refused,
  getExperiment: refused,
})
