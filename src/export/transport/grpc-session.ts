import type { ClientHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { TargetConfig } from '../../config/config.ts'
import { proxyFor } from '../../runtime/proxy.ts'
import { realTime, withoutHold } from '../../runtime/real-time.ts'
import { untraced } from '../../runtime/suppress.ts'
import { loadTls, type TlsMaterial } from '../../runtime/tls-files.ts'
import { openTunnel } from '../../runtime/tunnel.ts'

/** A connection to `target` that takes calls. @throws when there is none before `deadline` (of the monotonic clock) */
export async function openSession(target: TargetConfig, deadline: number): Promise<ClientHttp2Session> {
  const { connect } = await import('node:http2')
  const tls = await loadTls(target.tls)
  const through = await socketThroughProxy(target, tls, deadline)
  return new Promise((resolve, reject) => {
    // What a server sends unasked would have to be held somewhere.
    const fresh = untraced(() =>
      connect(target.endpoint, { ...tls, ...through, settings: { enablePush: false } }),
    )
    // Sending must not keep the application alive: what waits for it, a flush or the end of the process, does.
    fresh.unref()
    const timer = withoutHold(
      realTime.start(
        () => fresh.destroy(new Error('connecting took too long')),
        Math.max(0, deadline - realTime.uptimeMs()),
      ),
    )
    fresh.once('connect', () => {
      realTime.stop(timer)
      resolve(fresh)
    })
    fresh.on('error', (error) => {
      realTime.stop(timer)
      reject(error)
    })
    fresh.once('close', () => {
      realTime.stop(timer)
      reject(new Error('the connection was closed'))
    })
    fresh.on('goaway', () => fresh.close())
  })
}

/** The connection to use, where there is a proxy on the way; both kinds of HTTP/2 need a tunnel. */
async function socketThroughProxy(
  target: TargetConfig,
  tls: TlsMaterial,
  deadline: number,
): Promise<{ createConnection: () => Duplex } | undefined> {
  const url = new URL(target.endpoint)
  const proxy = proxyFor(url, target.proxy)
  if (proxy === undefined) return undefined
  const encrypted = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const socket = await openTunnel(proxy, {
    host,
    port: Number(url.port) || (encrypted ? 443 : 80),
    timeoutMs: Math.max(0, deadline - realTime.uptimeMs()),
    background: true,
  })
  if (!encrypted) return { createConnection: () => socket }
  const [{ connect }, { isIP }] = await Promise.all([import('node:tls'), import('node:net')])
  const servername = isIP(host) === 0 ? host : ''
  const secure = connect({ ...tls, host, socket, servername, ALPNProtocols: ['h2'] })
  return { createConnection: () => secure }
}

export const isUsable = (session: ClientHttp2Session | undefined): session is ClientHttp2Session =>
  session !== undefined && !session.closed && !session.destroyed
