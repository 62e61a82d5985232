/**
 * `turnspan/mlflow`: reads traces back from an MLflow server, searches, tags and assesses them, and finds or makes
 * experiments.
 *
 * @packageDocumentation
 */
export type {
  Assessment,
  AssessmentInput,
  AssessmentSource,
  ExpectationInput,
  FeedbackInput,
} from './assessments.ts'
export { createMlflowClient, type MlflowClient, type TracePage } from './client.ts'
export type { MlflowClientOptions } from './client-config.ts'
export { MlflowError, type MlflowErrorDetails, type MlflowFailure } from './error.ts'
export type { Experiment } from './experiments.ts'
export type { Trace, TraceInfo, TraceSpan, TraceSpanEvent } from './trace-data.ts'
export type { TraceSearch } from './trace-search.ts'
