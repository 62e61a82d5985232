import type { IntegrationName } from '../modules/known-packages.ts'
import type { ContentKeys, Protocol } from './config.ts'
import type { SpanExporterLike } from './exporter.ts'
import type { Limits, Redact } from './limits.ts'

export type { IntegrationName } from '../modules/known-packages.ts'

/** The name of an integration, or a function that instruments something and returns a function that undoes it. */
export type Instrumentation = IntegrationName | ((...given: never[]) => unknown)

/** Where the spool keeps spans that have not been delivered, and how much it may hold. */
export interface SpoolOptions {
  /**
   * Folder of the spool, whose files are private to the user. Several processes can share it.
   * @defaultValue `turnspan/spool` in `$XDG_STATE_HOME`, else in `~/.local/state`; on macOS in
   * `~/Library/Application Support`, on Windows in `%LOCALAPPDATA%`
   */
  readonly dir?: string | undefined
  /**
   * Maximum size of the spool on disk, in bytes, for all processes together; beyond it, the oldest spans are deleted.
   * @defaultValue `536870912` (512 MiB)
   */
  readonly maxBytes?: number | undefined
}

/** How spans that are never ended are detected. */
export interface WatchdogOptions {
  /**
   * How long a span may be open before it is reported, in milliseconds.
   * @defaultValue `600000` (10 minutes)
   */
  readonly afterMs?: number | undefined
  /**
   * Also send spans that have been open for that long, or are open when the process ends, as still running: marked
   * `turnspan.open`, with the status UNSET, and with the time of sending as their end time. If they end later, the
   * finished span replaces this one in MLflow and in other receivers that identify spans by their ID.
   * @defaultValue `false`
   */
  readonly exportOpen?: boolean | undefined
}

/**
 * Options of `init`. All of them are optional: if one is left out (or is `undefined` or an empty string), its value
 * comes from the environment variable named with it, or else is the default. An invalid value never throws: it causes
 * one warning, and the next source is used. docs/configuration.md describes how options and variables combine.
 *
 * @example
 * init({ trackingUri: 'http://localhost:5000', experimentName: 'support-agent', captureContent: true })
 */
export interface InitOptions extends TargetOptions, MlflowOptions, ContentOptions, PipelineOptions {
  /**
   * `false` turns tracing off, whatever else is configured. `true` changes nothing: a target is still needed,
   * and the kill switches `OTEL_SDK_DISABLED=true` and `ENABLE_MLFLOW_TRACING=false` stay in force.
   * @defaultValue `true`
   */
  readonly enabled?: boolean | undefined
}

/** Options for where spans go and how they get there. */
export interface TargetOptions {
  /**
   * URL of an OTLP receiver. Over HTTP `/v1/traces` is appended to its path, unless the path ends with it.
   * Over gRPC only scheme, host and port count, and `host:port` is enough. A user name and password in the URL
   * become a Basic `authorization` header.
   * Variables: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` (used as it is), `OTEL_EXPORTER_OTLP_ENDPOINT`.
   * Source: OpenTelemetry Protocol Exporter specification.
   */
  readonly endpoint?: string | undefined
  /**
   * Protocol of the OTLP endpoint.
   * Variables: `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL`, `OTEL_EXPORTER_OTLP_PROTOCOL`.
   * @defaultValue `'grpc'`, or `'http/protobuf'` when the endpoint has port 4318 or a path. When the default
   * `grpc` proves wrong at the first export, `http/protobuf` is used from then on.
   */
  readonly protocol?: Protocol | undefined
  /**
   * Headers of every export (metadata over gRPC), in addition to those from the variables; names are case-insensitive.
   * Variables: `OTEL_EXPORTER_OTLP_TRACES_HEADERS`, `OTEL_EXPORTER_OTLP_HEADERS`, which are sent to an OTLP
   * endpoint only, never to a tracking server.
   * @defaultValue none
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Compression of what is sent.
   * Variables: `OTEL_EXPORTER_OTLP_TRACES_COMPRESSION`, `OTEL_EXPORTER_OTLP_COMPRESSION`.
   * @defaultValue `'none'`
   */
  readonly compression?: 'gzip' | 'none' | undefined
  /**
   * Time limit for one export request, in milliseconds.
   * Variables: `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`, `OTEL_EXPORTER_OTLP_TIMEOUT`, `OTEL_BSP_EXPORT_TIMEOUT`.
   * @defaultValue `10000`
   */
  readonly timeoutMs?: number | undefined
  /**
   * CA certificates (PEM file) that server certificates are checked against, instead of the system's.
   * Variables: `OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE`, `OTEL_EXPORTER_OTLP_CERTIFICATE`,
   * `MLFLOW_TRACKING_SERVER_CERT_PATH`, `REQUESTS_CA_BUNDLE`, `SSL_CERT_FILE`.
   */
  readonly caFile?: string | undefined
  /**
   * Client certificate (PEM file), for servers that ask for one. The file may contain the key too.
   * Variables: `OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE`, `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`,
   * `MLFLOW_TRACKING_CLIENT_CERT_PATH`.
   */
  readonly clientCertFile?: string | undefined
  /**
   * Key (PEM file) of `clientCertFile`.
   * Variables: `OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY`, `OTEL_EXPORTER_OTLP_CLIENT_KEY`.
   * @defaultValue the file of the certificate
   */
  readonly clientKeyFile?: string | undefined
  /**
   * `true` accepts any server certificate; for testing only.
   * Variable: `MLFLOW_TRACKING_INSECURE_TLS`, which applies to the tracking server only.
   * @defaultValue `false`
   */
  readonly insecureTls?: boolean | undefined
  /**
   * Proxies for requests to receivers and to MLflow. `true`: those of `HTTP_PROXY` and `HTTPS_PROXY`, for http and
   * https receivers. A URL: that proxy for all receivers, with user name and password if it requires them. `false`:
   * none. Hosts listed in `NO_PROXY` are reached without a proxy.
   * Variables: `NODE_USE_ENV_PROXY=1`, which Node reads too, means `true`.
   * @defaultValue `false`
   */
  readonly proxy?: boolean | string | undefined
  /** `'console'` prints span trees to stderr, with or without another target. */
  readonly target?: 'console' | undefined
  /**
   * OpenTelemetry span exporters (of SDK 1.x, 2.x or 3.x) that get every span, instead of or in addition to the
   * configured target. `shutdown()` shuts them down.
   * @defaultValue none
   */
  readonly exporters?: readonly SpanExporterLike[] | undefined
}

/** Options that apply to MLflow servers only. */
export interface MlflowOptions {
  /**
   * Base URL of an MLflow server (`https://mlflow.example.com`), `databricks` or `databricks://<profile>`. If it is
   * given in code, it takes precedence over an OTLP endpoint from the environment.
   * Variable: `MLFLOW_TRACKING_URI`. Source: MLflow's environment variables.
   */
  readonly trackingUri?: string | undefined
  /** ID of the experiment that gets the traces; takes precedence over `experimentName`. Variable: `MLFLOW_EXPERIMENT_ID`. */
  readonly experimentId?: string | number | undefined
  /**
   * Name of the experiment, which is created if it does not exist.
   * Variable: `MLFLOW_EXPERIMENT_NAME`.
   * @defaultValue the name of the agent or the service
   */
  readonly experimentName?: string | undefined
  /**
   * Workspace of a server that has workspaces.
   * Variable: `MLFLOW_WORKSPACE`; with `MLFLOW_TRACKING_AUTH=kubernetes` the pod's namespace.
   */
  readonly workspace?: string | undefined
  /** Run that the traces are linked to. Variable: `MLFLOW_RUN_ID`. */
  readonly runId?: string | undefined
  /** Bearer token. Variables: `MLFLOW_TRACKING_TOKEN`; on Databricks `DATABRICKS_TOKEN`. */
  readonly token?: string | undefined
  /** File with a bearer token, read again when it changes. Variable: `MLFLOW_TRACKING_TOKEN_FILE`. */
  readonly tokenFile?: string | undefined
  /**
   * User name for Basic authentication; together with a password it takes precedence over a token. Variable:
   * `MLFLOW_TRACKING_USERNAME`.
   */
  readonly username?: string | undefined
  /** Password of `username`. Variable: `MLFLOW_TRACKING_PASSWORD`. */
  readonly password?: string | undefined
}

/** Options about what is recorded. */
export interface ContentOptions {
  /**
   * Whether content is recorded: inputs, outputs, messages, tool arguments and results, error texts. Content may hold
   * personal data or secrets, so it is off by default.
   * Variables: `TURNSPAN_CAPTURE_CONTENT`, `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`,
   * `OMNIGENT_OTEL_CAPTURE_CONTENT`.
   * @defaultValue `false`
   */
  readonly captureContent?: boolean | undefined
  /**
   * Receives every captured value, and replaces what must not be recorded. If it throws, the value becomes
   * `[redaction failed]`.
   */
  readonly redact?: Redact | undefined
  /**
   * Limits on what is recorded: `maxValueBytes` and `maxSpanBytes` in bytes of UTF-8, `maxDepth` in levels.
   * @defaultValue `{ maxValueBytes: 1048576, maxSpanBytes: 3145728, maxDepth: 40 }`
   */
  readonly limits?: { readonly [K in keyof Limits]?: Limits[K] | undefined } | undefined
  /**
   * Vocabulary that carries inputs and outputs.
   * @defaultValue `'mlflow'` for an MLflow server, `'gen_ai'` for any other target
   */
  readonly contentKeys?: ContentKeys | undefined
  /**
   * Records GenAI attributes under their older names too (`gen_ai.system`, `gen_ai.usage.prompt_tokens` and the like),
   * for backends that read only those.
   * Variable: `TURNSPAN_LEGACY_SEMCONV`.
   * @defaultValue `false`
   */
  readonly legacySemconv?: boolean | undefined
  /**
   * Name of the service. Variables: `OTEL_SERVICE_NAME`, `service.name` in `OTEL_RESOURCE_ATTRIBUTES`.
   */
  readonly serviceName?: string | undefined
  /** Version of the service. Variable: `service.version` in `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly serviceVersion?: string | undefined
  /**
   * Environment that the service runs in, such as `production` or `staging`. Becomes `deployment.environment.name`.
   * Variable: `APP_ENVIRONMENT`.
   */
  readonly environment?: string | undefined
  /** Additional resource attributes (tags of each trace in MLflow). Variable: `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly resource?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** Options for sampling, queueing, delivery and integrations. */
export interface PipelineOptions {
  /**
   * Fraction of new traces that is kept, from 0 to 1.
   * Variables: `OTEL_TRACES_SAMPLER` with `OTEL_TRACES_SAMPLER_ARG`, `MLFLOW_TRACE_SAMPLING_RATIO`.
   * @defaultValue `1`
   */
  readonly sampleRatio?: number | undefined
  /**
   * `shared` attaches to the application's tracer provider; `private` keeps turnspan's provider apart from it.
   * Variable: `MLFLOW_USE_DEFAULT_TRACER_PROVIDER` (`true` means private, as in MLflow's Python client).
   * @defaultValue `'shared'`
   */
  readonly provider?: 'shared' | 'private' | undefined
  /**
   * With a shared provider: export all its spans, or only those of agents and the spans below them.
   * @defaultValue `'all'`
   */
  readonly keep?: 'all' | 'agent' | undefined
  /**
   * Records the metrics of the GenAI conventions in the application's own `MeterProvider`, which exports them: tokens,
   * duration and time to the first chunk of model calls, and the duration of agents and tools. Without a registered
   * provider nothing is recorded, and a diagnostic says so.
   * Variable: `TURNSPAN_METRICS`.
   * @defaultValue `false`
   */
  readonly metrics?: boolean | undefined
  /**
   * Whether callers in other processes are trusted: callers that use turnspan then decide whether a request is traced,
   * and their baggage sets its user and session. Use it only for services that are not open to the public.
   * `withRemoteContext` has the same option for a single call.
   * Variable: `TURNSPAN_TRUST_INCOMING`.
   * @defaultValue `false`
   */
  readonly trustIncoming?: boolean | undefined
  /**
   * Keeps spans on disk from their end until they are delivered: they survive the death of the process, wait on disk
   * when memory (`maxQueueBytes`) is full, and are sent by the next process if this one leaves them behind. The files
   * contain everything that the spans contain, including captured content. For OTLP targets only, not for `exporters`.
   * Variable: `TURNSPAN_SPOOL` (`true`, `false`, or a folder).
   * @defaultValue only spans that could not be delivered when the process ended are kept, for the next process; `false`
   * keeps nothing
   */
  readonly spool?: boolean | SpoolOptions | undefined
  /**
   * Detects spans that are never ended, and reports each of them once on stderr, by name and trace. `true` or an object
   * also reports where they were started, for which each start of a span reads the call stack (tens of microseconds).
   * `false` reports nothing.
   * Variable: `TURNSPAN_WATCHDOG` (`true`, `false`, milliseconds, or `export` for `exportOpen`).
   * @defaultValue reported after 10 minutes, by name and trace
   */
  readonly watchdog?: boolean | WatchdogOptions | undefined
  /**
   * Maximum memory, in bytes, for ended spans that wait to be sent, for each receiver: everything that is held for them
   * and their traces counts, at its size in memory.
   * Variable: `OTEL_BSP_MAX_QUEUE_SIZE` sets an additional limit, in spans.
   * @defaultValue `67108864` (64 MiB)
   */
  readonly maxQueueBytes?: number | undefined
  /**
   * How long the end of the process may be delayed to send what is queued, in milliseconds.
   * Variable: `TURNSPAN_EXIT_TIMEOUT_MS`.
   * @defaultValue `2000`; `30000` if the program ends by itself and its receiver cannot be reached, or is starting
   */
  readonly exitTimeoutMs?: number | undefined
  /**
   * Integrations to switch on: `'auto'` for all, each as soon as the program loads its package; a list of names
   * (`'openai'`) and of functions that instrument something and return a function that undoes it; or `false` for none.
   * @defaultValue `'auto'`
   */
  readonly instrumentations?: 'auto' | readonly Instrumentation[] | false | undefined
}
