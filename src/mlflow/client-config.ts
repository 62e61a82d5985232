import type { MlflowConfig, TlsConfig } from '../config/config.ts'
import { environment } from '../config/environment.ts'
import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import { resolveConfig } from '../config/resolve.ts'
import { diagnoseOnce } from '../runtime/diagnostics.ts'
import { ConfigError } from '../runtime/errors.ts'

/** Options of `createMlflowClient`; each takes precedence over the environment variable that it names. */
export interface MlflowClientOptions {
  /** Base URL of the server. @defaultValue MLFLOW_TRACKING_URI */
  readonly trackingUri?: string | undefined
  /** Bearer token. @defaultValue MLFLOW_TRACKING_TOKEN */
  readonly token?: string | undefined
  /** File with a bearer token, which may be rotated. @defaultValue MLFLOW_TRACKING_TOKEN_FILE */
  readonly tokenFile?: string | undefined
  /** User name; together with `password` it takes precedence over a token. @defaultValue MLFLOW_TRACKING_USERNAME */
  readonly username?: string | undefined
  /** @defaultValue MLFLOW_TRACKING_PASSWORD */
  readonly password?: string | undefined
  /** @defaultValue MLFLOW_WORKSPACE */
  readonly workspace?: string | undefined
  /** PEM file with the CA certificates to trust. @defaultValue MLFLOW_TRACKING_SERVER_CERT_PATH */
  readonly caFile?: string | undefined
  /** PEM file with the client certificate. @defaultValue MLFLOW_TRACKING_CLIENT_CERT_PATH, which holds the key too */
  readonly clientCertFile?: string | undefined
  /** PEM file with the key, unless the certificate's file contains it. */
  readonly clientKeyFile?: string | undefined
  /** Accept any server certificate. @defaultValue MLFLOW_TRACKING_INSECURE_TLS, else false */
  readonly insecureTls?: boolean | undefined
  /**
   * `true`: the proxies of `HTTP_PROXY` and `HTTPS_PROXY`; a URL: that one; `false`: none.
   * @defaultValue `true` with `NODE_USE_ENV_PROXY=1`, else `false`
   */
  readonly proxy?: boolean | string | undefined
  /** Time limit for one request, in milliseconds. @defaultValue MLFLOW_HTTP_REQUEST_TIMEOUT (in seconds), else 30000 */
  readonly timeoutMs?: number | undefined
  /** Maximum number of retries of a failed request. @defaultValue MLFLOW_HTTP_REQUEST_MAX_RETRIES, else 7 */
  readonly maxRetries?: number | undefined
}

const KEYS: Readonly<Record<keyof MlflowClientOptions, true>> = {
  trackingUri: true,
  token: true,
  tokenFile: true,
  username: true,
  password: true,
  workspace: true,
  caFile: true,
  clientCertFile: true,
  clientKeyFile: true,
  insecureTls: true,
  proxy: true,
  timeoutMs: true,
  maxRetries: true,
}
const KNOWN: KnownKeys = knownKeys('createMlflowClient()', KEYS, { url: 'trackingUri', uri: 'trackingUri' })

const FORWARDED = [
  'trackingUri',
  'token',
  'tokenFile',
  'username',
  'password',
  'workspace',
  'caFile',
  'clientCertFile',
  'clientKeyFile',
  'insecureTls',
  'proxy',
] as const satisfies readonly (keyof MlflowClientOptions)[]

// What says where spans go, or that none go, has no say in what is read.
const VARIABLES =
  /^(?:MLFLOW_TRACKING_(?!SQL)|MLFLOW_WORKSPACE$|MLFLOW_HTTP_REQUEST_|REQUESTS_CA_BUNDLE$|SSL_CERT_FILE$|NODE_USE_ENV_PROXY$|NODE_OPTIONS$|(?:https?|no)_proxy$|(?:HTTPS?|NO)_PROXY$)/

/** The server and TLS settings that `options` and the environment give. Throws {@link ConfigError}. */
export function resolveClient(options: MlflowClientOptions): { config: MlflowConfig; tls: TlsConfig } {
  checkKeys(KNOWN, options)
  const uri = options.trackingUri ?? environment().MLFLOW_TRACKING_URI
  if (typeof uri === 'string' && /^\s*databricks/i.test(uri)) throw isDatabricks()
  const given = Object.fromEntries(FORWARDED.map((name) => [name, options[name]]))
  const env = Object.fromEntries(Object.entries(environment()).filter(([name]) => VARIABLES.test(name)))
  const { config, problems } = resolveConfig(given, env)
  for (const { name, message } of problems) {
    if ((FORWARDED as readonly string[]).includes(name)) throw new ConfigError(name, message)
    diagnoseOnce('warn', 'TS_CONFIG_INVALID', message, { name }, name)
  }
  const target = config?.targets.find(({ isMlflow }) => isMlflow === 'yes')
  if (!target) throw missing(options)
  const { requestTimeoutMs, maxRetries } = target.mlflow
  return {
    config: {
      ...target.mlflow,
      requestTimeoutMs: checked('timeoutMs', options.timeoutMs, 1) ?? requestTimeoutMs,
      maxRetries: checked('maxRetries', options.maxRetries, 0) ?? maxRetries,
    },
    tls: target.mlflow.tls ?? target.tls,
  }
}

function isDatabricks(): ConfigError {
  return new ConfigError(
    'trackingUri',
    'Option "trackingUri" (MLFLOW_TRACKING_URI) names Databricks, where traces are stored in tables of Unity Catalog: read them there. This client talks to MLflow servers only, given as an http:// or https:// URL.',
  )
}

function missing(options: MlflowClientOptions): ConfigError {
  const uri = options.trackingUri ?? environment().MLFLOW_TRACKING_URI ?? ''
  const found = uri === '' ? 'none is set' : 'what is set there is not a URL'
  return new ConfigError(
    'trackingUri',
    `The URL of an MLflow server is needed, such as http://localhost:5000, as option "trackingUri" or in MLFLOW_TRACKING_URI; ${found}.`,
  )
}

function checked(option: string, value: number | undefined, least: number): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return value
  throw new ConfigError(
    option,
    `Option "${option}" must be a whole number, ${least} or more, but got ${value}.`,
  )
}
