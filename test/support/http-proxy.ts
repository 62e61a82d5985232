import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TestCertificates } from './tls.ts'

/** How the proxy behaves. */
export interface HttpProxyOptions {
  /** `user:password` that it asks for. */
  readonly credentials?: string
  /** Its own TLS: `https://` in front of the proxy. */
  readonly certificates?: TestCertificates
  /** Status of every CONNECT, instead of a tunnel; `hang` for none at all. */
  readonly connectAnswer?: number | 'hang'
}

/** A proxy on loopback, which sends requests on and opens tunnels. */
export interface HttpProxy {
  /** Without credentials. */
  readonly url: string
  /** With the given `user:password`. */
  urlFor(credentials: string): string
  readonly port: number
  /** `POST http://…` and `CONNECT host:port`, in order; with ` 407` behind those that were refused for credentials. */
  readonly seen: readonly string[]
  readonly headers: readonly IncomingMessage['headers'][]
  [Symbol.asyncDispose](): Promise<void>
}

/** Starts a proxy. Whatever host is asked for by CONNECT, it connects to loopback, so that any name can be tried. */
export async function startHttpProxy(options: HttpProxyOptions = {}): Promise<HttpProxy> {
  const { credentials, certificates, connectAnswer = 200 } = options
  const seen: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const sockets = new Set<Duplex>()
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`

  const isAllowed = (incoming: IncomingMessage): boolean => {
    const allowed = wanted === undefined || incoming.headers['proxy-authorization'] === wanted
    seen.push(`${incoming.method} ${incoming.url}${allowed ? '' : ' 407'}`)
    headers.push(incoming.headers)
    return allowed
  }
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    if (!isAllowed(incoming)) {
      incoming.resume()
      outgoing.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end()
      return
    }
    const { 'proxy-authorization': _secret, 'proxy-connection': _kept, ...own } = incoming.headers
    const { port, pathname, search } = new URL(incoming.url ?? '')
    const there = { host: '127.0.0.1', port, path: pathname + search, headers: own }
    const sending = request({ ...there, method: incoming.method ?? 'GET' }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(outgoing)
    })
    sending.on('error', () => outgoing.destroy())
    incoming.pipe(sending)
  }
  const server = certificates
    ? createTlsServer({ cert: certificates.cert, key: certificates.key }, forward)
    : createServer(forward)
  server.on('connect', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    if (!isAllowed(incoming)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    if (connectAnswer === 'hang') return
    if (connectAnswer !== 200) {
      socket.end(`HTTP/1.1 ${connectAnswer} No\r\n\r\n`)
      return
    }
    const port = Number(incoming.url?.split(':').at(-1))
    const there: Socket = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      there.write(head)
      socket.pipe(there).pipe(socket)
    })
    sockets.add(there)
    there.on('error', () => socket.destroy())
    socket.on('close', () => there.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const at = certificates ? `localhost:${port}` : `127.0.0.1:${port}`
  const scheme = certificates ? 'https' : 'http'
  return {
    url: `${scheme}://${at}`,
    urlFor: (given) => `${scheme}://${given.split(':').map(encodeURIComponent).join(':')}@${at}`,
    port,
    seen,
    headers,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      server.closeAllConnections()
    },
  }
}
