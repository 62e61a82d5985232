import type { Agent } from 'node:https'
import type { Socket } from 'node:net'
import { explain, HttpError } from './http-error.ts'
import type { ProxyServer } from './proxy.ts'
import { realTime, withoutHold } from './real-time.ts'
import { untraced } from './suppress.ts'

/** Where a tunnel leads to, and how long it may take to be there. */
export interface Tunnel {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
  /** It does not keep the process alive. */
  readonly background: boolean
}

/**
 * A connection to a server through `proxy`, by the method CONNECT; what goes through it the proxy does not see into.
 *
 * @throws {@link HttpError} that names the proxy, never its credentials
 */
export async function openTunnel(proxy: ProxyServer, tunnel: Tunnel): Promise<Socket> {
  const { request } = await (proxy.protocol === 'https:' ? import('node:https') : import('node:http'))
  const { host, port, timeoutMs, background } = tunnel
  const to = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const where = `${proxy.origin} (the proxy to ${to})`
  return new Promise((resolve, reject) => {
    const asking = untraced(() =>
      request({
        host: proxy.host,
        port: proxy.port,
        method: 'CONNECT',
        path: to,
        headers: { host: to, ...proxyHeaders(proxy) },
        agent: false,
      }),
    )
    const timer = withoutHold(
      realTime.start(() => {
        reject(new HttpError('timeout', 'ETIMEDOUT', `${where}: no answer within ${timeoutMs} ms.`))
        asking.destroy()
      }, timeoutMs),
    )
    const fail = (error: unknown): void => {
      realTime.stop(timer)
      reject(explain(error, where))
    }
    if (background) asking.once('socket', (socket) => socket.unref())
    asking.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      realTime.stop(timer)
      if (statusCode === 200) {
        if (head.length > 0) socket.unshift(head)
        resolve(socket)
        return
      }
      socket.destroy()
      reject(refusedByProxy(statusCode, where))
    })
    asking.once('error', fail)
    asking.once('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
    untraced(() => void asking.end())
  })
}

/** What a proxy is told beside what the server is told. */
export function proxyHeaders({ authorization }: ProxyServer): Record<string, string> {
  return {
    'proxy-connection': 'keep-alive',
    ...(authorization !== undefined && { 'proxy-authorization': authorization }),
  }
}

/** A proxy that does not want to, which waiting does not change, or cannot at the moment. */
export function refusedByProxy(status: number, where: string): HttpError {
  if (status === 407) {
    const advice = 'Give user name and password in its URL: http://user:password@host:port'
    return new HttpError('proxy', 'ERR_PROXY', `${where}: the proxy asks for credentials (407). ${advice}.`)
  }
  const kind = status >= 500 ? 'network' : 'proxy'
  return new HttpError(kind, 'ERR_PROXY', `${where}: the proxy refused the connection (${status}).`)
}

const CONNECT_MS = 30_000

/** Lets `agent` connect through `proxy`. The requests have deadlines of their own. */
export function throughTunnel(agent: Agent, proxy: ProxyServer, background: boolean): Agent {
  const connect = async (options: TunnelOptions): Promise<Socket> => {
    const { connect: secure } = await import('node:tls')
    const { host = 'localhost', port = 443 } = options
    const socket = await openTunnel(proxy, { host, port: Number(port), timeoutMs: CONNECT_MS, background })
    // The socket counts, and host and port are for checking the certificate.
    return secure({ ...options, port: Number(port), socket })
  }
  const createConnection = (
    options: TunnelOptions,
    done: (error: unknown, socket?: Socket) => void,
  ): undefined => {
    connect(options).then((socket) => done(null, socket), done)
  }
  return Object.assign(agent, { createConnection })
}

interface TunnelOptions {
  readonly host?: string
  readonly port?: number | string
}
