import { type HttpAnswer, request } from '../runtime/http.ts'
import type { ProxySettings } from '../runtime/proxy.ts'
import type { TlsMaterial } from '../runtime/tls-files.ts'

/** What a server says about itself. */
export interface ServerInfo {
  readonly mlflow: boolean
  /** The server, or a gateway before it, cannot say at the moment. */
  readonly unavailable?: boolean
  /** Absent when the server did not say. */
  readonly workspacesEnabled?: boolean
  readonly version?: string
}

/** Settings of {@link probeMlflow}. */
export interface ProbeOptions {
  readonly tls?: TlsMaterial
  readonly headers?: Readonly<Record<string, string>>
  /** For each of at most three requests. @defaultValue 5000 */
  readonly timeoutMs?: number
  /** The requests do not keep the process alive. @defaultValue false */
  readonly background?: boolean
  readonly proxy?: ProxySettings
}

const MAX_BYTES = 64 * 1024
const UNAVAILABLE = new Set([429, 502, 503, 504])

/**
 * Whether an MLflow server answers at `baseUrl`. `server-info` is open on servers with authentication too; servers
 * that lack it are known by `/version` and `/health`. No workspace is sent: an unknown one turns every answer into 404.
 *
 * @throws HttpError when nothing answers
 */
export async function probeMlflow(baseUrl: string, options: ProbeOptions = {}): Promise<ServerInfo> {
  const get = (path: string): Promise<HttpAnswer> =>
    request(`${baseUrl}${path}`, {
      timeoutMs: options.timeoutMs ?? 5000,
      maxBytes: MAX_BYTES,
      background: options.background === true,
      ...(options.tls && { tls: options.tls }),
      ...(options.proxy && { proxy: options.proxy }),
      ...(options.headers && { headers: options.headers }),
    })
  const info = await get('/api/3.0/mlflow/server-info')
  if (UNAVAILABLE.has(info.status)) return { mlflow: false, unavailable: true }
  const workspacesEnabled = readServerInfo(info)
  if (workspacesEnabled !== undefined) return { mlflow: true, workspacesEnabled }
  const version = textOf(await get('/version'))
  if (!/^\d+\.\d+\.\d+\S*$/.test(version) || textOf(await get('/health')) !== 'OK') return { mlflow: false }
  return { mlflow: true, version }
}

function readServerInfo(answer: HttpAnswer): boolean | undefined {
  if (answer.status !== 200) return undefined
  try {
    const data: unknown = JSON.parse(answer.body.toString('utf8'))
    if (typeof data !== 'object' || data === null || !('store_type' in data)) return undefined
    return 'workspaces_enabled' in data && data.workspaces_enabled === true
  } catch {
    return undefined
  }
}

const textOf = (answer: HttpAnswer): string =>
  answer.status === 200 ? answer.body.toString('utf8').trim() : ''
