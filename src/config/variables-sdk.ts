import type { Variable } from './variable.ts'

/** Name of one of these variables. */
export type SdkVariable =
  | 'TURNSPAN_CAPTURE_CONTENT'
  | 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'
  | 'OMNIGENT_OTEL_CAPTURE_CONTENT'
  | 'OTEL_TRACES_SAMPLER'
  | 'OTEL_TRACES_SAMPLER_ARG'
  | 'OTEL_BSP_SCHEDULE_DELAY'
  | 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'
  | 'OTEL_BSP_MAX_QUEUE_SIZE'
  | 'OTEL_BSP_EXPORT_TIMEOUT'
  | 'TURNSPAN_EXIT_TIMEOUT_MS'
  | 'TURNSPAN_SPOOL'
  | 'TURNSPAN_WATCHDOG'
  | 'OTEL_SERVICE_NAME'
  | 'OTEL_RESOURCE_ATTRIBUTES'
  | 'APP_ENVIRONMENT'
  | 'OTEL_SDK_DISABLED'

/** What is recorded, and the way from a started span to the export. */
export const SDK_VARIABLES: Readonly<Record<SdkVariable, Variable>> = {
  TURNSPAN_CAPTURE_CONTENT: {
    meaning: 'whether inputs, outputs, messages and error texts are recorded',
    accepts: 'true or false',
    defaultText: '`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`',
    group: 'content',
    source: 'turnspan',
  },
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: {
    meaning: 'the same, under the name that OpenTelemetry instrumentations read',
    accepts: 'true, false, SPAN_ONLY, SPAN_AND_EVENT, EVENT_ONLY or NO_CONTENT',
    defaultText: '`OMNIGENT_OTEL_CAPTURE_CONTENT`',
    group: 'content',
    source: 'otel-genai',
  },
  OMNIGENT_OTEL_CAPTURE_CONTENT: {
    meaning: 'the same, under the name that Omnigent reads',
    accepts: 'true or false',
    defaultText: '`false`',
    group: 'content',
    source: 'omnigent',
  },
  OTEL_TRACES_SAMPLER: {
    meaning: 'sampler of new traces; goes before the MLflow ratio',
    accepts:
      'always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio',
    defaultText: '`always_on`',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    meaning: 'share that a ratio sampler keeps',
    accepts: 'a number from 0 to 1',
    defaultText: '`1`',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  OTEL_BSP_SCHEDULE_DELAY: {
    meaning: 'longest wait of an ended span for its batch, in milliseconds',
    accepts: 'a whole number of milliseconds from 0',
    defaultText: '`1000`',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: {
    meaning: 'most spans in one request',
    accepts: 'a whole number above 0',
    defaultText: '`512`',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  OTEL_BSP_MAX_QUEUE_SIZE: {
    meaning: 'most spans that wait in memory, beside `maxQueueBytes`',
    accepts: 'a whole number above 0',
    defaultText: 'unset',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  OTEL_BSP_EXPORT_TIMEOUT: {
    meaning: 'longest time of one export, after the `OTEL_EXPORTER_OTLP_*` timeouts',
    accepts: 'a whole number of milliseconds above 0',
    defaultText: '`10000`',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  TURNSPAN_EXIT_TIMEOUT_MS: {
    meaning: 'longest time that the end of the process is held up, in milliseconds',
    accepts: 'a whole number of milliseconds from 0',
    defaultText: '`2000`',
    group: 'pipeline',
    source: 'turnspan',
  },
  TURNSPAN_SPOOL: {
    meaning: 'keep spans on disk until they are delivered',
    accepts: 'true, false or a path',
    defaultText: '`false`',
    group: 'pipeline',
    source: 'turnspan',
  },
  TURNSPAN_WATCHDOG: {
    meaning:
      'report spans that do not end with where they were started, after so long; `export` sends them too',
    accepts: 'true, false, a whole number of milliseconds above 1, or export',
    defaultText: 'reported after 10 minutes, by name only',
    group: 'pipeline',
    source: 'turnspan',
  },
  OTEL_SERVICE_NAME: {
    meaning: 'name of the service',
    accepts: 'a text of one line',
    defaultText: '`service.name` of `OTEL_RESOURCE_ATTRIBUTES`',
    group: 'resource',
    source: 'otel-sdk',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    meaning: 'resource attributes (tags of a trace in MLflow)',
    accepts: 'key=value pairs separated by commas, with percent-encoded values',
    defaultText: 'none',
    group: 'resource',
    source: 'otel-sdk',
  },
  APP_ENVIRONMENT: {
    meaning: '`deployment.environment.name`, and in MLflow the metadata `mlflow.source.type`',
    accepts: 'a text of one line',
    defaultText: 'unset',
    group: 'resource',
    source: 'turnspan',
  },
  OTEL_SDK_DISABLED: {
    meaning: '`true` turns tracing off, whatever the code says',
    accepts: 'true or false',
    defaultText: '`false`',
    group: 'switch',
    source: 'otel-sdk',
  },
}
