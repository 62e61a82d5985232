import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { ServerOptions } from 'node:https'
import type { MlflowConfig, TargetConfig } from '../../src/config/config.ts'
import { type RawServer, startHttp } from '../runtime/raw-server.ts'

/** A request as it arrived. */
export interface Seen {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}

/** What to answer. */
export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: unknown
}

/** A server that answers as told and keeps what it was asked. */
export interface ScriptedServer extends RawServer {
  readonly seen: Seen[]
}

/** Answers each request by `answer`; `undefined` leaves it open for ever. */
export async function scripted(
  answer: (request: Seen, index: number) => Reply | undefined,
  tls?: ServerOptions,
): Promise<ScriptedServer> {
  const seen: Seen[] = []
  const server = await startHttp((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const { method = '', url = '', headers } = incoming
      const request = { method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) }
      seen.push(request)
      const reply = answer(request, seen.length - 1)
      if (reply) send(outgoing, reply)
    })
  }, tls)
  return { ...server, seen }
}

/** An error of MLflow's. */
export function mlflowError(status: number, error_code: string, message = ''): Reply {
  return { status, body: { error_code, message } }
}

/** Settings for a REST API at `baseUrl`. */
export function restConfig(baseUrl: string, more: Partial<MlflowConfig> = {}): MlflowConfig {
  return { baseUrl, auth: {}, authOnEndpoint: true, requestTimeoutMs: 5000, maxRetries: 2, ...more }
}

/** A target whose endpoint and REST API are both at `baseUrl`. */
export function targetConfig(
  baseUrl: string,
  more: Partial<Omit<TargetConfig, 'mlflow'>> = {},
  mlflow: Partial<MlflowConfig> = {},
): TargetConfig {
  const endpoint = `${baseUrl}/v1/traces`
  return {
    endpoint,
    protocol: 'http/protobuf',
    protocolIsGuess: false,
    httpEndpoint: endpoint,
    headers: {},
    compression: 'none',
    timeoutMs: 5000,
    tls: { insecure: false },
    isMlflow: 'yes',
    mlflow: restConfig(baseUrl, mlflow),
    ...more,
  }
}

function send(outgoing: ServerResponse, { status = 200, headers = {}, body = {} }: Reply): void {
  const isText = typeof body === 'string'
  outgoing.writeHead(status, { 'content-type': isText ? 'text/plain' : 'application/json', ...headers })
  outgoing.end(isText ? body : JSON.stringify(body))
}
