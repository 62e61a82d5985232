import type { ProxySettings } from '../runtime/proxy.ts'
import { type ReadFile, resolveAuth, resolveWorkspace } from './auth.ts'
import type { AuthConfig, MlflowConfig, TargetConfig } from './config.ts'
import { resolveDatabricks, resolveTable, type Workspace } from './databricks.ts'
import { baseUrl, basicHeader, type Endpoint, tracesUrl } from './endpoint.ts'
import type { Environment } from './environment.ts'
import { type Headers, headersFromEnvironment, headersFromOption } from './headers.ts'
import { findEndpoint, type OtlpEndpoint, resolveAddress } from './otlp.ts'
import { resolveProxy } from './proxy.ts'
import type { Reader } from './reader.ts'
import * as rules from './rules.ts'
import { resolveTls } from './tls.ts'
import { readTracking, reportUnusable, type Tracking, type TrackingSources } from './tracking.ts'

type Transport = Pick<TargetConfig, 'compression' | 'timeoutMs' | 'proxy'>
type MlflowNames = Omit<MlflowConfig, 'baseUrl' | 'auth' | 'authOnEndpoint' | 'tls'>

const compression: rules.Rule<'gzip' | 'none'> = rules.oneOf('gzip', 'none')
const retries: rules.Rule<number> = rules.integer(0, 10)

/** What the targets have in common. */
interface Shared {
  readonly reader: Reader
  readonly readFile: ReadFile
  readonly transport: Transport
  readonly mlflow: MlflowNames
}

/** Where the REST API is, and who may see our credentials. */
interface Rest {
  readonly baseUrl: string
  readonly endpoint?: Endpoint
  readonly auth: AuthConfig
  readonly databricks: boolean
}

/** The places that spans are sent to: the OTLP endpoint, the tracking server, both, or none. */
export function resolveTargets(
  reader: Reader,
  readFile: ReadFile,
  env: Environment,
): readonly TargetConfig[] {
  const sources = readTracking(reader)
  const { tracking } = sources
  const dual = reader.choose(rules.flag, ['MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT'], false)
  const enabled = reader.choose(rules.flag, ['MLFLOW_ENABLE_OTLP_EXPORTER'], true)
  // A tracking URI in code is a decision; an endpoint in the environment may be meant for others.
  const otlp = findEndpoint(reader, enabled && (dual || tracking?.name !== 'trackingUri'))
  reportUnusable(reader, sources, otlp ? `spans go to ${otlp.endpoint.origin}` : 'it is ignored')
  if (!otlp && !tracking) return []
  const shared = resolveShared(reader, readFile, resolveProxy(reader, env))
  if (!otlp) return tracking ? trackingTarget(shared, tracking, headersFromOption(reader)) : []
  const first = otlpTarget(shared, otlp, sources, dual)
  const second = dual && tracking ? trackingTarget(shared, tracking, {}) : []
  return [first, ...second.filter((target) => target.endpoint !== first.httpEndpoint)]
}

function resolveShared(reader: Reader, readFile: ReadFile, proxy: ProxySettings | undefined): Shared {
  const workspace = resolveWorkspace(reader, readFile)
  const runId = reader.find(rules.runId, ['runId', 'MLFLOW_RUN_ID'])?.value
  const names = [
    'compression',
    'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION',
    'OTEL_EXPORTER_OTLP_COMPRESSION',
  ] as const
  const timeouts = [
    'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
    'OTEL_EXPORTER_OTLP_TIMEOUT',
    'OTEL_BSP_EXPORT_TIMEOUT',
  ] as const
  return {
    reader,
    readFile,
    transport: {
      compression: reader.choose(compression, names, 'none'),
      timeoutMs: reader.choose(rules.timeoutMs, ['timeoutMs', ...timeouts], 10_000),
      ...(proxy && { proxy }),
    },
    mlflow: {
      ...resolveExperiment(reader),
      ...(workspace !== undefined && { workspace }),
      ...(runId !== undefined && { runId }),
      requestTimeoutMs: Math.ceil(reader.choose(rules.seconds, ['MLFLOW_HTTP_REQUEST_TIMEOUT'], 30) * 1000),
      maxRetries: reader.choose(retries, ['MLFLOW_HTTP_REQUEST_MAX_RETRIES'], 7),
      ...(proxy && { proxy }),
    },
  }
}

/** The option before the variable, and of one kind the ID before the name, as in MLflow's Python client. */
function resolveExperiment(reader: Reader): Pick<MlflowConfig, 'experimentId' | 'experimentName'> {
  for (const [id, name] of [
    ['experimentId', 'experimentName'],
    ['MLFLOW_EXPERIMENT_ID', 'MLFLOW_EXPERIMENT_NAME'],
  ] as const) {
    const experimentId = reader.find(rules.experimentId, [id])
    if (experimentId) return { experimentId: experimentId.value }
    const experimentName = reader.find(rules.line, [name])
    if (experimentName) return { experimentName: experimentName.value }
  }
  return {}
}

function otlpTarget(
  shared: Shared,
  otlp: OtlpEndpoint,
  sources: TrackingSources,
  dual: boolean,
): TargetConfig {
  const { reader } = shared
  const { endpoint } = otlp
  const { tracking } = sources
  const rest = restBeside(shared, sources)
  const sameServer = rest?.endpoint !== undefined && host(rest.endpoint) === host(endpoint)
  const ours = rest ? rest.endpoint?.origin === endpoint.origin : sources.unusable.length === 0 && !tracking
  const named = shared.mlflow.experimentId !== undefined || shared.mlflow.experimentName !== undefined
  // With two targets the experiment is the tracking server's.
  const isMlflow =
    rest?.databricks && sameServer ? 'no' : sameServer || (named && !(dual && tracking)) ? 'yes' : 'ask'
  // Without a usable tracking server the REST API is looked for at the endpoint, which must not get its credentials.
  const auth = rest?.auth ?? (ours ? resolveAuth(reader, shared.readFile) : {})
  const own = ours || !rest ? withUrlCredentials(auth, endpoint) : auth
  return {
    ...resolveAddress(reader, otlp, sameServer && !rest?.databricks),
    headers: {
      ...(endpoint.credentials && { authorization: basicHeader(endpoint.credentials) }),
      ...headersFromEnvironment(reader),
      ...headersFromOption(reader),
    },
    ...shared.transport,
    tls: resolveTls(reader, { otlp: true, mlflow: ours }),
    isMlflow,
    mlflow: {
      ...shared.mlflow,
      baseUrl: rest?.baseUrl ?? baseUrl(endpoint),
      auth: own,
      authOnEndpoint: ours,
      ...(!ours && { tls: resolveTls(reader, { otlp: false, mlflow: true }) }),
    },
  }
}

function trackingTarget(shared: Shared, tracking: Tracking, headers: Headers): readonly TargetConfig[] {
  if (tracking.kind === 'databricks') return databricksTarget(shared, tracking, headers)
  const rest = serverRest(shared, tracking.endpoint)
  const url = tracesUrl(tracking.endpoint)
  return [{ ...fixedTarget(shared, rest, url, headers), isMlflow: 'yes' }]
}

function databricksTarget(
  shared: Shared,
  { name, profile }: Extract<Tracking, { kind: 'databricks' }>,
  headers: Headers,
): readonly TargetConfig[] {
  const workspace = resolveDatabricks(shared.reader, name, profile, shared.readFile)
  const table = resolveTable(shared.reader)
  if (!workspace || !table) return []
  const all = { ...headers, 'x-databricks-uc-table-name': table }
  const url = `${workspace.baseUrl}/api/2.0/otel/v1/traces`
  return [{ ...fixedTarget(shared, databricksRest(workspace), url, all), isMlflow: 'no' }]
}

/** A target whose server speaks HTTP and is the one that the credentials are for. */
function fixedTarget(
  shared: Shared,
  rest: Rest,
  url: string,
  headers: Headers,
): Omit<TargetConfig, 'isMlflow'> {
  return {
    endpoint: url,
    protocol: 'http/protobuf',
    protocolIsGuess: false,
    httpEndpoint: url,
    headers,
    ...shared.transport,
    tls: resolveTls(shared.reader, { otlp: false, mlflow: true }),
    mlflow: { ...shared.mlflow, baseUrl: rest.baseUrl, auth: rest.auth, authOnEndpoint: true },
  }
}

/** The REST API that the tracking URI names, beside an OTLP endpoint. */
function restBeside(shared: Shared, { tracking }: TrackingSources): Rest | undefined {
  if (!tracking) return undefined
  if (tracking.kind === 'server') return serverRest(shared, tracking.endpoint)
  const workspace = resolveDatabricks(shared.reader, tracking.name, tracking.profile, shared.readFile)
  return workspace && databricksRest(workspace)
}

function serverRest({ reader, readFile }: Shared, endpoint: Endpoint): Rest {
  const auth = withUrlCredentials(resolveAuth(reader, readFile), endpoint)
  return { baseUrl: baseUrl(endpoint), endpoint, auth, databricks: false }
}

function databricksRest({ baseUrl, endpoint, auth }: Workspace): Rest {
  return { baseUrl, endpoint, auth, databricks: true }
}

/** Credentials of the URL, unless others were configured. */
function withUrlCredentials(auth: AuthConfig, { credentials }: Endpoint): AuthConfig {
  return credentials && Object.keys(auth).length === 0 ? { ...credentials } : auth
}

const host = (endpoint: Endpoint): string => new URL(endpoint.origin).host
