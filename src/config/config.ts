import type { ProxySettings } from '../runtime/proxy.ts'
import type { SpanExporterLike } from './exporter.ts'
import type { Limits, Redact } from './limits.ts'
import type { Platform } from './platform.ts'

/** How an OTLP target is spoken to. */
export type Protocol = 'grpc' | 'http/protobuf'

/** Which vocabulary carries inputs and outputs; see docs/configuration.md. */
export type ContentKeys = 'mlflow' | 'gen_ai' | 'both'

/** TLS material, as paths; read when a connection is made, so that rotated files take effect. */
export interface TlsConfig {
  readonly caFile?: string
  readonly clientCertFile?: string
  readonly clientKeyFile?: string
  /** Accept any server certificate. */
  readonly insecure: boolean
  /** That was asked for the tracking server, which is another one. */
  readonly insecureElsewhere?: boolean
}

/** Who we are to an MLflow server. A user name with password wins over a token, as in MLflow's Python client. */
export interface AuthConfig {
  readonly token?: string
  readonly tokenFile?: string
  readonly username?: string
  readonly password?: string
}

/** What an MLflow server needs to know beyond OTLP. */
export interface MlflowConfig {
  /** Base URL of the REST API, without a trailing slash. */
  readonly baseUrl: string
  readonly experimentId?: string
  /** Experiment to find or make; when neither this nor `experimentId` is set the name is derived at the first export. */
  readonly experimentName?: string
  readonly workspace?: string
  readonly runId?: string
  readonly auth: AuthConfig
  /**
   * Whether `auth` may be sent to the OTLP endpoint too: it has the origin of the tracking URI, or no tracking
   * URI is set. Then it is sent there whatever `isMlflow` says.
   */
  readonly authOnEndpoint: boolean
  /** TLS material for `baseUrl`, where it differs from the target's: another server than the OTLP endpoint. */
  readonly tls?: TlsConfig
  readonly requestTimeoutMs: number
  readonly maxRetries: number
  /** Proxies on the way to `baseUrl`. */
  readonly proxy?: ProxySettings
}

/** One place that spans are sent to. */
export interface TargetConfig {
  /** HTTP: the whole URL that spans are posted to. gRPC: scheme and authority. Holds no credentials. */
  readonly endpoint: string
  readonly protocol: Protocol
  /** The protocol was not chosen by anybody, so the target may prove it wrong (gRPC by default, HTTP found). */
  readonly protocolIsGuess: boolean
  /** The URL to post to if `protocol` is `grpc` and the target turns out to speak HTTP. */
  readonly httpEndpoint: string
  /** Headers (HTTP) or metadata (gRPC) given by the user, names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly compression: 'gzip' | 'none'
  readonly timeoutMs: number
  readonly tls: TlsConfig
  /** `yes`: an MLflow server. `ask`: find out from the server at the first export. `no`: not one. */
  readonly isMlflow: 'yes' | 'ask' | 'no'
  readonly mlflow: MlflowConfig
  /** Proxies on the way to `endpoint`; absent where none is configured. */
  readonly proxy?: ProxySettings
}

/** Head sampling of new traces. `parent`: what a remote or external parent decided is followed. */
export interface SamplerConfig {
  /** Share of new traces that is kept, 0 to 1. */
  readonly ratio: number
  readonly parentBased: boolean
}

/** Looking after spans that do not end. */
export interface WatchdogConfig {
  /** Open for so long, a span is reported, in milliseconds. */
  readonly afterMs: number
  /** Also send it, as still running. */
  readonly exportOpen: boolean
  /** Remember where spans are started. */
  readonly callSites: boolean
}

/** Disk for spans that are not delivered yet. */
export interface SpoolConfig {
  /** Absolute path of the folder. */
  readonly dir: string
  readonly maxBytes: number
}

/** Everything that was configured, resolved once by `resolveConfig` and never changed. */
export interface Config {
  readonly targets: readonly TargetConfig[]
  readonly exporters: readonly SpanExporterLike[]
  /** Print span trees to stderr. */
  readonly console: boolean
  readonly captureContent: boolean
  readonly redact?: Redact
  readonly limits: Limits
  readonly sampler: SamplerConfig
  readonly serviceName?: string
  readonly serviceVersion?: string
  readonly environment?: string
  /** Value of `mlflow.source.type`, set when APP_ENVIRONMENT is. */
  readonly sourceType?: string
  /** Further resource attributes named by the user. */
  readonly resource: Readonly<Record<string, string | number | boolean>>
  readonly provider: 'shared' | 'private'
  readonly keep: 'all' | 'agent'
  /** Metrics go to the application's meters. */
  readonly metrics: boolean
  /** What callers in other processes ask for is done. */
  readonly trustIncoming: boolean
  readonly maxQueueBytes: number
  /** Further cap in spans, when OTEL_BSP_MAX_QUEUE_SIZE is set. */
  readonly maxQueueSpans?: number
  /** Where spans are kept on disk until they are delivered; absent where they wait in memory only. */
  readonly spool?: SpoolConfig
  /** Where spans are kept that were not delivered when the process ended, where there is no spool. */
  readonly leftovers?: SpoolConfig
  /** The serverless platform that this process runs on, if any. */
  readonly platform?: Platform
  /** Absent where spans that do not end are nobody's business. */
  readonly watchdog?: WatchdogConfig
  readonly batch: { readonly maxSpans: number; readonly delayMs: number }
  /** Overrides the vocabulary of the target. */
  readonly contentKeys?: ContentKeys
  readonly legacySemconv: boolean
  readonly instrumentations: 'auto' | false | readonly unknown[]
  /** Time in which what is queued is sent when the process ends. */
  readonly exitTimeoutMs: number
  /** The same where the process ends by itself, and the receiver may still come up. */
  readonly endTimeoutMs: number
}

/** Why nothing is traced. */
export interface Off {
  readonly reason: string
}

/** What `resolveConfig` gives: a configuration, or the reason for none; with every problem found on the way. */
export interface Resolved {
  readonly config?: Config
  readonly off?: Off
  readonly problems: readonly ConfigProblem[]
}

/** A value that does not fit: said once, and replaced by `used`. */
export interface ConfigProblem {
  /** Option or environment variable. */
  readonly name: string
  readonly message: string
}
