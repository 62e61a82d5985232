import type { Described } from './variable.ts'

/** Name of one of these variables. */
export type MlflowVariable =
  | 'MLFLOW_TRACKING_URI'
  | 'MLFLOW_ENABLE_OTLP_EXPORTER'
  | 'MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT'
  | 'MLFLOW_EXPERIMENT_ID'
  | 'MLFLOW_EXPERIMENT_NAME'
  | 'MLFLOW_WORKSPACE'
  | 'MLFLOW_RUN_ID'
  | 'MLFLOW_HTTP_REQUEST_TIMEOUT'
  | 'MLFLOW_HTTP_REQUEST_MAX_RETRIES'
  | 'MLFLOW_TRACKING_TOKEN'
  | 'MLFLOW_TRACKING_TOKEN_FILE'
  | 'MLFLOW_TRACKING_USERNAME'
  | 'MLFLOW_TRACKING_PASSWORD'
  | 'MLFLOW_TRACKING_AUTH'
  | 'MLFLOW_TRACKING_INSECURE_TLS'
  | 'MLFLOW_TRACKING_SERVER_CERT_PATH'
  | 'MLFLOW_TRACKING_CLIENT_CERT_PATH'
  | 'REQUESTS_CA_BUNDLE'
  | 'SSL_CERT_FILE'
  | 'MLFLOW_TRACE_SAMPLING_RATIO'
  | 'MLFLOW_USE_DEFAULT_TRACER_PROVIDER'
  | 'ENABLE_MLFLOW_TRACING'
  | 'DATABRICKS_HOST'
  | 'DATABRICKS_TOKEN'
  | 'DATABRICKS_CLIENT_ID'
  | 'DATABRICKS_CLIENT_SECRET'
  | 'DATABRICKS_CONFIG_PROFILE'
  | 'DATABRICKS_CONFIG_FILE'
  | 'MLFLOW_TRACING_DESTINATION'

/** What an MLflow server or Databricks needs to know. */
export const MLFLOW_VARIABLES: Readonly<Record<MlflowVariable, Described>> = {
  MLFLOW_TRACKING_URI: {
    meaning: 'MLflow server or Databricks workspace; used when no OTLP endpoint is set',
    defaultText: 'unset',
    group: 'target',
    source: 'mlflow',
  },
  MLFLOW_ENABLE_OTLP_EXPORTER: {
    meaning: '`false` ignores the OTLP endpoint variables',
    defaultText: '`true`',
    group: 'target',
    source: 'mlflow',
  },
  MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT: {
    meaning: '`true` sends to the OTLP endpoint and to the tracking server',
    defaultText: '`false`',
    group: 'target',
    source: 'mlflow',
  },
  MLFLOW_EXPERIMENT_ID: {
    meaning: 'experiment that gets the traces; takes precedence over the name',
    defaultText: 'unset',
    group: 'mlflow',
    source: 'mlflow',
  },
  MLFLOW_EXPERIMENT_NAME: {
    meaning: 'name of the experiment, which is created if it does not exist',
    defaultText: 'name of the service, the first agent or the program',
    group: 'mlflow',
    source: 'mlflow',
  },
  MLFLOW_WORKSPACE: {
    meaning: 'workspace, sent with every request',
    defaultText: 'unset; the namespace with `MLFLOW_TRACKING_AUTH`',
    group: 'mlflow',
    source: 'mlflow',
  },
  MLFLOW_RUN_ID: {
    meaning: 'run that the traces are linked to',
    defaultText: 'unset',
    group: 'mlflow',
    source: 'mlflow',
  },
  MLFLOW_HTTP_REQUEST_TIMEOUT: {
    meaning: 'time limit for one REST call, in seconds',
    defaultText: '`30`',
    group: 'mlflow',
    source: 'mlflow',
  },
  MLFLOW_HTTP_REQUEST_MAX_RETRIES: {
    meaning: 'maximum number of retries of a REST call',
    defaultText: '`7`',
    group: 'mlflow',
    source: 'mlflow',
  },
  MLFLOW_TRACKING_TOKEN: {
    meaning: 'bearer token',
    defaultText: 'unset',
    group: 'authentication',
    source: 'mlflow',
  },
  MLFLOW_TRACKING_TOKEN_FILE: {
    meaning: 'file with the bearer token, read again when it changes',
    defaultText: 'unset',
    group: 'authentication',
    source: 'turnspan',
  },
  MLFLOW_TRACKING_USERNAME: {
    meaning: 'user name; together with a password it takes precedence over a token',
    defaultText: 'unset',
    group: 'authentication',
    source: 'mlflow',
  },
  MLFLOW_TRACKING_PASSWORD: {
    meaning: 'password of the user',
    defaultText: 'unset',
    group: 'authentication',
    source: 'mlflow',
  },
  MLFLOW_TRACKING_AUTH: {
    meaning: "the pod's service account: its token, and its namespace as workspace",
    defaultText: 'unset',
    group: 'authentication',
    source: 'mlflow',
  },
  MLFLOW_TRACKING_INSECURE_TLS: {
    meaning: '`true` accepts any certificate of the tracking server',
    defaultText: '`false`',
    group: 'tls',
    source: 'mlflow',
  },
  MLFLOW_TRACKING_SERVER_CERT_PATH: {
    meaning: "CA certificates to check the tracking server's certificate against",
    defaultText: "the system's",
    group: 'tls',
    source: 'mlflow',
  },
  MLFLOW_TRACKING_CLIENT_CERT_PATH: {
    meaning: 'client certificate and its key, in one file',
    defaultText: 'none',
    group: 'tls',
    source: 'mlflow',
  },
  REQUESTS_CA_BUNDLE: {
    meaning: "CA certificates to check any server's certificate against, if the variables above are not set",
    defaultText: "the system's",
    group: 'tls',
    source: 'requests',
  },
  SSL_CERT_FILE: {
    meaning: 'the same, if none of the other variables is set',
    defaultText: "the system's",
    group: 'tls',
    source: 'openssl',
  },
  MLFLOW_TRACE_SAMPLING_RATIO: {
    meaning: 'fraction of new traces that is kept',
    defaultText: '`1`',
    group: 'pipeline',
    source: 'mlflow',
  },
  MLFLOW_USE_DEFAULT_TRACER_PROVIDER: {
    meaning: "`true` keeps turnspan's tracer provider apart, `false` attaches to the application's",
    defaultText: '`false`',
    group: 'pipeline',
    source: 'mlflow',
  },
  ENABLE_MLFLOW_TRACING: {
    meaning: '`false` turns tracing off, whatever the code says',
    defaultText: '`true`',
    group: 'switch',
    source: 'mlflow',
  },
  DATABRICKS_HOST: {
    meaning: 'URL of the workspace',
    defaultText: "the profile's",
    group: 'databricks',
    source: 'databricks',
  },
  DATABRICKS_TOKEN: {
    meaning: 'personal access token',
    defaultText: "the profile's",
    group: 'databricks',
    source: 'databricks',
  },
  DATABRICKS_CLIENT_ID: {
    meaning: 'OAuth client, which is not supported: a warning asks for a token instead',
    defaultText: 'unset',
    group: 'databricks',
    source: 'databricks',
  },
  DATABRICKS_CLIENT_SECRET: {
    meaning: 'secret of the OAuth client, which is not supported either',
    defaultText: 'unset',
    group: 'databricks',
    source: 'databricks',
  },
  DATABRICKS_CONFIG_PROFILE: {
    meaning: 'section of the configuration file',
    defaultText: '`DEFAULT`',
    group: 'databricks',
    source: 'databricks',
  },
  DATABRICKS_CONFIG_FILE: {
    meaning: 'configuration file',
    defaultText: '`~/.databrickscfg`',
    group: 'databricks',
    source: 'databricks',
  },
  MLFLOW_TRACING_DESTINATION: {
    meaning: 'Unity Catalog schema (or table) that gets the spans',
    defaultText: 'unset; needed on Databricks',
    group: 'databricks',
    source: 'mlflow',
  },
}
