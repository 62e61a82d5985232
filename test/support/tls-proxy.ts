import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { TestCertificates } from './tls.ts'

/** What stands behind the gateway, and whom it lets in. */
export interface TlsProxyOptions {
  /** `http://host:port` of the server behind. */
  readonly target: string
  readonly certificates: TestCertificates
  /** The token that is right now: asked per request, so that a test can rotate it. */
  readonly requireBearer?: () => string
  /** Refuses connections without a certificate of our authority. @defaultValue false */
  readonly requireClientCert?: boolean
  /** Path under which the target is served, taken off before forwarding; other paths get 404. */
  readonly prefix?: string
}

/** A request that came to the gateway, answered by it or by the target. */
export interface ProxiedRequest {
  readonly method: string
  /** As the client sent it, prefix and query included. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly status: number
  /** Common name of the client's certificate. */
  readonly clientName: string | undefined
}

/** A TLS gateway on loopback. */
export interface TlsProxy {
  /** `https://localhost:<port>`, prefix included. */
  readonly url: string
  readonly requests: readonly ProxiedRequest[]
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A reverse proxy that speaks TLS and checks the bearer token: an OpenShift route with its OAuth proxy. */
export async function startTlsProxy(options: TlsProxyOptions): Promise<TlsProxy> {
  const { certificates, requireClientCert = false, prefix = '' } = options
  const requests: ProxiedRequest[] = []
  const server = createServer(
    {
      key: certificates.key,
      cert: certificates.cert,
      ca: certificates.ca,
      requestCert: requireClientCert,
      rejectUnauthorized: requireClientCert,
    },
    (incoming, answer) => {
      answer.once('close', () => requests.push(recordOf(incoming, answer)))
      if (!authorized(incoming, options)) refuse(incoming, answer, 401, 'Unauthorized')
      else if (!(incoming.url ?? '').startsWith(prefix)) refuse(incoming, answer, 404, 'no such route')
      else forward(incoming, answer, options.target, prefix)
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const url = `https://localhost:${(server.address() as AddressInfo).port}${prefix}`
  return { url, requests, stop, [Symbol.asyncDispose]: stop }
}

function authorized(incoming: IncomingMessage, { requireBearer }: TlsProxyOptions): boolean {
  return requireBearer === undefined || incoming.headers.authorization === `Bearer ${requireBearer()}`
}

function refuse(incoming: IncomingMessage, answer: ServerResponse, status: number, text: string): void {
  incoming.resume()
  answer.writeHead(status, { 'content-type': 'text/plain' }).end(text)
}

function forward(incoming: IncomingMessage, answer: ServerResponse, target: string, prefix: string): void {
  const path = (incoming.url ?? '/').slice(prefix.length) || '/'
  const host = new URL(target).host
  const outgoing = send(
    new URL(path, target),
    {
      method: incoming.method ?? 'GET',
      headers: { ...incoming.headers, host, 'x-forwarded-proto': 'https' },
      agent: false,
    },
    (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    },
  )
  outgoing.once('error', (error) => {
    if (answer.headersSent) answer.destroy(error)
    else answer.writeHead(502, { 'content-type': 'text/plain' }).end(error.message)
  })
  incoming.pipe(outgoing)
}

function recordOf(incoming: IncomingMessage, answer: ServerResponse): ProxiedRequest {
  const peer = (incoming.socket as TLSSocket).getPeerCertificate?.()
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: incoming.headers,
    status: answer.statusCode,
    clientName: peer?.subject?.CN as string | undefined,
  }
}
