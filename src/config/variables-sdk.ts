import type { Described } from './variable.ts'

/** Name of one of these variables. */
export type SdkVariable =
  | 'TURNSPAN_CAPTURE_CONTENT'
  | 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'
  | 'OMNIGENT_OTEL_CAPTURE_CONTENT'
  | 'TURNSPAN_LEGACY_SEMCONV'
  | 'OTEL_TRACES_SAMPLER'
  | 'OTEL_TRACES_SAMPLER_ARG'
  | 'OTEL_BSP_SCHEDULE_DELAY'
  | 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'
  | 'OTEL_BSP_MAX_QUEUE_SIZE'
  | 'OTEL_BSP_EXPORT_TIMEOUT'
  | 'TURNSPAN_METRICS'
  | 'TURNSPAN_TRUST_INCOMING'
  | 'TURNSPAN_EXIT_TIMEOUT_MS'
  | 'TURNSPAN_SPOOL'
  | 'TURNSPAN_WATCHDOG'
  | 'OTEL_SERVICE_NAME'
  | 'OTEL_RESOURCE_ATTRIBUTES'
  | 'APP_ENVIRONMENT'
  | 'OTEL_SDK_DISABLED'

/** What is recorded, and the way from a started span to the export. */
export const SDK_VARIABLES: Readonly<Record<SdkVariable, Described>> = {
  TURNSPAN_CAPTURE_CONTENT: {
    meaning: 'whether inputs, outputs, messages and error texts are recorded',
    defaultText: '`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`',
    group: 'content',
    source: 'turnspan',
  },
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: {
    meaning: 'the same, under the name that OpenTelemetry instrumentations read',
    defaultText: '`OMNIGENT_OTEL_CAPTURE_CONTENT`',
    group: 'content',
    source: 'otel-genai',
  },
  OMNIGENT_OTEL_CAPTURE_CONTENT: {
    meaning: 'the same, under the name that Omnigent reads',
    defaultText: '`false`',
    group: 'content',
    source: 'omnigent',
  },
  TURNSPAN_LEGACY_SEMCONV: {
    meaning: 'records GenAI attributes under their former names too',
    defaultText: '`false`',
    group: 'content',
    source: 'turnspan',
  },
  OTEL_TRACES_SAMPLER: {
    meaning: 'sampler of new traces; takes precedence over the MLflow ratio',
    defaultText: '`always_on`',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    meaning: 'fraction that a ratio sampler keeps',
    defaultText: '`1`',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  OTEL_BSP_SCHEDULE_DELAY: {
    meaning: 'how long an ended span waits for its batch at most, in milliseconds',
    defaultText: '`1000`',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: {
    meaning: 'maximum number of spans in one request',
    defaultText: '`512`',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  OTEL_BSP_MAX_QUEUE_SIZE: {
    meaning: 'maximum number of spans that wait in memory, in addition to `maxQueueBytes`',
    defaultText: 'unset',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  OTEL_BSP_EXPORT_TIMEOUT: {
    meaning: 'time limit for one export, if the `OTEL_EXPORTER_OTLP_*` timeouts are not set',
    defaultText: '`10000`',
    group: 'pipeline',
    source: 'otel-sdk',
  },
  TURNSPAN_METRICS: {
    meaning: "metrics of the GenAI conventions are recorded in the application's `MeterProvider`",
    defaultText: '`false`',
    group: 'pipeline',
    source: 'turnspan',
  },
  TURNSPAN_TRUST_INCOMING: {
    meaning: 'callers in other processes may decide on sampling, user and session',
    defaultText: '`false`',
    group: 'pipeline',
    source: 'turnspan',
  },
  TURNSPAN_EXIT_TIMEOUT_MS: {
    meaning: 'how long the end of the process may be delayed, in milliseconds',
    defaultText: '`2000`; `30000` if the program ends by itself and its receiver may still be starting',
    group: 'pipeline',
    source: 'turnspan',
  },
  TURNSPAN_SPOOL: {
    meaning: 'keeps spans on disk until they are delivered; `false`: keeps nothing there',
    defaultText: 'only what is left when the process ends',
    group: 'pipeline',
    source: 'turnspan',
  },
  TURNSPAN_WATCHDOG: {
    meaning:
      'reports spans that do not end, and where they were started, after this time; `export` also sends them',
    defaultText: 'reported after 10 minutes, by name only',
    group: 'pipeline',
    source: 'turnspan',
  },
  OTEL_SERVICE_NAME: {
    meaning: 'name of the service',
    defaultText: '`service.name` of `OTEL_RESOURCE_ATTRIBUTES`',
    group: 'resource',
    source: 'otel-sdk',
  },
  OTEL_RESOURCE_ATTRIBUTES: {
    meaning: 'resource attributes (tags of a trace in MLflow)',
    defaultText: 'none',
    group: 'resource',
    source: 'otel-sdk',
  },
  APP_ENVIRONMENT: {
    meaning: '`deployment.environment.name`, and in MLflow the metadata `mlflow.source.type`',
    defaultText: 'unset',
    group: 'resource',
    source: 'turnspan',
  },
  OTEL_SDK_DISABLED: {
    meaning: '`true` turns tracing off, whatever the code says',
    defaultText: '`false`',
    group: 'switch',
    source: 'otel-sdk',
  },
}
