import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What is done with a connection instead of serving it; `request` resolves with the first bytes that came in. */
export type Fault = (socket: Socket, request: Promise<Buffer>) => void

/** A port before a good server, which may be made a bad one. */
export interface FaultyPort {
  readonly port: number
  /** Connections accepted so far. */
  connections(): number
  /** Bytes that faults have written. */
  written(): number
  /** Ends all connections, and does `fault` with the next `times`. */
  turnBad(fault: Fault, times: number): void
  [Symbol.asyncDispose](): Promise<void>
}

/** @param faultOf - the fault for the connection of that number, from 0; `undefined` leads to the good server */
export async function startFaultyPort(
  goodPort: number,
  faultOf: (connection: number) => Fault | undefined = () => undefined,
): Promise<FaultyPort> {
  const sockets = new Set<Socket>()
  let connections = 0
  let written = 0
  let bad: { readonly fault: Fault; left: number } | undefined
  const next = (): Fault | undefined => {
    if (bad === undefined || bad.left === 0) return faultOf(connections)
    bad.left -= 1
    return bad.fault
  }
  const track = (socket: Socket): Socket => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  const server = createServer((socket) => {
    const fault = next()
    connections += 1
    track(socket)
    if (fault !== undefined) {
      socket.once('close', () => {
        written += socket.bytesWritten
      })
      const request = new Promise<Buffer>((resolve) => socket.once('data', resolve))
      socket.resume()
      fault(socket, request)
      return
    }
    const good = track(connect(goodPort, '127.0.0.1'))
    socket.pipe(good).pipe(socket)
    socket.once('close', () => good.destroy())
    good.once('close', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    written: () => written,
    turnBad(fault, times) {
      bad = { fault, left: times }
      for (const socket of sockets) socket.destroy()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers with `bytes` once a request came in, and keeps the connection open. */
export const answering =
  (bytes: string | Uint8Array): Fault =>
  (socket, request) => {
    void request.then(() => socket.write(bytes))
  }

/** Answers with `bytes`, and closes. */
export const answeringThenClosing =
  (bytes: string | Uint8Array): Fault =>
  (socket, request) => {
    void request.then(() => socket.end(bytes))
  }

/** Answers with `head`, then with `chunk` again and again for as long as anybody reads it. */
export const answeringEndlessly =
  (head: string, chunk: string | Uint8Array, everyMs = 0): Fault =>
  (socket, request) => {
    const more = (): void => {
      if (socket.destroyed) return
      if (everyMs > 0) {
        socket.write(chunk)
        setTimeout(more, everyMs)
      } else if (socket.write(chunk)) setImmediate(more)
      else socket.once('drain', more)
    }
    void request.then(() => {
      socket.write(head)
      more()
    })
  }

export const silent: Fault = () => {}
export const closing: Fault = (socket) => {
  socket.destroy()
}
export const resetting: Fault = (socket, request) => {
  void request.then(() => socket.resetAndDestroy())
}
