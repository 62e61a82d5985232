import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'

/** A server on a free loopback port. */
export interface RawServer {
  readonly origin: string
  readonly port: number
  /** Connections accepted so far. */
  connections(): number
  [Symbol.asyncDispose](): Promise<void>
}

/** An HTTP server; HTTPS when `tls` is given. */
export async function startHttp(answer: RequestListener, tls?: ServerOptions): Promise<RawServer> {
  const server = tls ? createTlsServer(tls, answer) : createServer(answer)
  return listen(server, tls ? 'https' : 'http')
}

/** A server that does with each connection what `onSocket` says. */
export function startTcp(onSocket: (socket: Socket) => void): Promise<RawServer> {
  return listen(createTcpServer(onSocket), 'http')
}

async function listen(server: Server, scheme: string): Promise<RawServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `${scheme}://127.0.0.1:${port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
