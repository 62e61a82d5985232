import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on loopback that a run talks to. */
export interface Loopback {
  readonly url: string
  /** Requests that came in. */
  requests(): number
  stop(): Promise<void>
}

/** Where the traced run sends its spans: takes them, and counts the requests. */
export const startSink = (): Promise<Loopback> => start('')

/**
 * What answers the generated tests of a client, which look at the form of an answer alone: `{}` to everything but the
 * path by which they ask for an error.
 */
export const startAnswers = (): Promise<Loopback> => start('{}')

async function start(body: string): Promise<Loopback> {
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    request.resume()
    request.on('end', () => {
      if (request.url?.includes('_unknown_path')) response.statusCode = 404
      response.setHeader('content-type', body === '' ? 'application/x-protobuf' : 'application/json')
      response.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests: () => requests, stop: () => close(server) }
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
