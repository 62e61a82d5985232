import { once } from 'node:events'
import { createServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { decodeTraceRequest } from '../../support/otlp-decode.ts'

/** What is done with a call instead of serving it, after its message came in. */
export type CallFault = (stream: ServerHttp2Stream) => void

/** A gRPC server of Node's own HTTP/2, whose answers may be anything. */
export interface HostileGrpcServer {
  readonly port: number
  /** Of the calls that were served. */
  spans(): readonly DecodedSpan[]
  calls(): number
  /** Connections accepted so far. */
  connections(): number
  /** Bytes that faults have written. */
  written(): number
  [Symbol.asyncDispose](): Promise<void>
}

export const OK: Readonly<Record<string, string | number>> = {
  ':status': 200,
  'content-type': 'application/grpc',
}

/** A message in gRPC's frame. */
export function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

/** Answers with `body` in one piece, and with trailers. */
export const answeringWith =
  (body: Uint8Array, trailers: Record<string, string> = { 'grpc-status': '0' }): CallFault =>
  (stream) => {
    stream.respond(OK, { waitForTrailers: true })
    stream.once('wantTrailers', () => stream.sendTrailers(trailers))
    stream.end(body)
  }

const good = answeringWith(framed(new Uint8Array()))

/** @param faultOf - the fault for the call of that number, from 0, with those spans; `undefined` is served well */
export async function startHostileGrpc(
  faultOf: (call: number, sent: readonly DecodedSpan[]) => CallFault | undefined,
): Promise<HostileGrpcServer> {
  const server = createServer()
  const sockets = new Set<Socket>()
  const spans: DecodedSpan[] = []
  let calls = 0
  let connections = 0
  let written = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.once('close', () => {
      written += socket.bytesWritten
      sockets.delete(socket)
    })
  })
  server.on('session', (session) => session.on('error', () => {}))
  server.on('stream', (stream: ServerHttp2Stream) => {
    const body: Buffer[] = []
    stream.on('error', () => {})
    stream.on('data', (chunk: Buffer) => body.push(chunk))
    stream.once('end', () => {
      const sent = decodeTraceRequest(Buffer.concat(body).subarray(5))
      const fault = faultOf(calls, sent)
      calls += 1
      if (fault === undefined) spans.push(...sent)
      if (!stream.destroyed) (fault ?? good)(stream)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    spans: () => spans,
    calls: () => calls,
    connections: () => connections,
    written: () => written,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
