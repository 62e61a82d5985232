import type { MlflowVariable } from './variables-mlflow.ts'
import type { OtlpVariable } from './variables-otlp.ts'
import type { SdkVariable } from './variables-sdk.ts'

/** Name of an environment variable that turnspan reads. */
export type VariableName = OtlpVariable | MlflowVariable | SdkVariable

/**
 * What each variable may hold, as the rest of a sentence. The one list of variables that the core carries; what the
 * documentation says of them is in `variables.ts`.
 */
export const VARIABLE_ACCEPTS: Readonly<Record<VariableName, string>> = {
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'an http(s):// or grpc(s):// URL, or host:port for gRPC',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'an http(s):// or grpc(s):// URL, or host:port for gRPC',
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc or http/protobuf',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc or http/protobuf',
  OTEL_EXPORTER_OTLP_TRACES_INSECURE: 'true or false',
  OTEL_EXPORTER_OTLP_INSECURE: 'true or false',
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'key=value pairs separated by commas, with percent-encoded values',
  OTEL_EXPORTER_OTLP_HEADERS: 'key=value pairs separated by commas, with percent-encoded values',
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: 'a whole number of milliseconds above 0',
  OTEL_EXPORTER_OTLP_TIMEOUT: 'a whole number of milliseconds above 0',
  OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip or none',
  OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip or none',
  OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: 'the path of a PEM file',
  OTEL_EXPORTER_OTLP_CERTIFICATE: 'the path of a PEM file',
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: 'the path of a PEM file',
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: 'the path of a PEM file',
  OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: 'the path of a PEM file',
  OTEL_EXPORTER_OTLP_CLIENT_KEY: 'the path of a PEM file',
  MLFLOW_TRACKING_URI: 'an http(s):// URL, databricks or databricks://<profile>',
  MLFLOW_ENABLE_OTLP_EXPORTER: 'true or false',
  MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT: 'true or false',
  MLFLOW_EXPERIMENT_ID: 'the digits of an experiment ID',
  MLFLOW_EXPERIMENT_NAME: 'a text of one line',
  MLFLOW_WORKSPACE: 'lower-case letters, digits and inner hyphens',
  MLFLOW_RUN_ID: 'the ID of a run (letters, digits, hyphens, underscores)',
  MLFLOW_HTTP_REQUEST_TIMEOUT: 'a number of seconds above 0',
  MLFLOW_HTTP_REQUEST_MAX_RETRIES: 'a whole number from 0 to 10',
  MLFLOW_TRACKING_TOKEN: 'a text without spaces or line breaks',
  MLFLOW_TRACKING_TOKEN_FILE: 'the path of a file',
  MLFLOW_TRACKING_USERNAME: 'a text of one line without a colon',
  MLFLOW_TRACKING_PASSWORD: 'a text of one line',
  MLFLOW_TRACKING_AUTH: 'kubernetes or kubernetes-namespaced',
  MLFLOW_TRACKING_INSECURE_TLS: 'true or false',
  MLFLOW_TRACKING_SERVER_CERT_PATH: 'the path of a PEM file',
  MLFLOW_TRACKING_CLIENT_CERT_PATH: 'the path of a PEM file',
  REQUESTS_CA_BUNDLE: 'the path of a PEM file',
  SSL_CERT_FILE: 'the path of a PEM file',
  MLFLOW_TRACE_SAMPLING_RATIO: 'a number from 0 to 1',
  MLFLOW_USE_DEFAULT_TRACER_PROVIDER: 'true or false',
  ENABLE_MLFLOW_TRACING: 'true or false',
  DATABRICKS_HOST: 'the URL of a workspace',
  DATABRICKS_TOKEN: 'a text without spaces or line breaks',
  DATABRICKS_CLIENT_ID: 'a text of one line',
  DATABRICKS_CLIENT_SECRET: 'a text of one line',
  DATABRICKS_CONFIG_PROFILE: 'the name of a section',
  DATABRICKS_CONFIG_FILE: 'the path of a file',
  MLFLOW_TRACING_DESTINATION: 'catalog.schema or catalog.schema.table',
  TURNSPAN_CAPTURE_CONTENT: 'true or false',
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT:
    'true, false, SPAN_ONLY, SPAN_AND_EVENT, EVENT_ONLY or NO_CONTENT',
  OMNIGENT_OTEL_CAPTURE_CONTENT: 'true or false',
  OTEL_TRACES_SAMPLER:
    'always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or parentbased_traceidratio',
  OTEL_TRACES_SAMPLER_ARG: 'a number from 0 to 1',
  OTEL_BSP_SCHEDULE_DELAY: 'a whole number of milliseconds from 0',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: 'a whole number above 0',
  OTEL_BSP_MAX_QUEUE_SIZE: 'a whole number above 0',
  OTEL_BSP_EXPORT_TIMEOUT: 'a whole number of milliseconds above 0',
  TURNSPAN_EXIT_TIMEOUT_MS: 'a whole number of milliseconds from 0',
  TURNSPAN_SPOOL: 'true, false or a path',
  TURNSPAN_WATCHDOG: 'true, false, a whole number of milliseconds above 1, or export',
  OTEL_SERVICE_NAME: 'a text of one line',
  OTEL_RESOURCE_ATTRIBUTES: 'key=value pairs separated by commas, with percent-encoded values',
  APP_ENVIRONMENT: 'a text of one line',
  OTEL_SDK_DISABLED: 'true or false',
}
