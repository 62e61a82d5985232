import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, createServer, type SceneOptions } from './scene.ts'
import type { Anything, Sdk } from './sdk.ts'

/** A client and a server that talk over HTTP on loopback. */
export interface HttpScene {
  readonly client: Anything
  readonly port: number
  close(): Promise<void>
}

/** Streamable HTTP with a session. */
export function streamableHttp(sdk: Sdk, options: SceneOptions = {}): Promise<HttpScene> {
  const Transport = sdk.all.NodeStreamableHTTPServerTransport ?? sdk.all.StreamableHTTPServerTransport
  const transport = new Transport({ sessionIdGenerator: () => randomUUID() })
  const server = createServer(sdk, options)
  return openHttp(sdk, options, {
    prepare: () => server.connect(transport),
    listener: (request, response) => void transport.handleRequest(request, response),
    transportTo: (url) => new sdk.all.StreamableHTTPClientTransport(url),
  })
}

/** The older transport of version 1: answers come as server-sent events of one long response. */
export function serverSentEvents(sdk: Sdk): Promise<HttpScene> {
  const server = createServer(sdk)
  let transport: Anything
  return openHttp(
    sdk,
    {},
    {
      prepare: async () => undefined,
      listener: (request, response) => {
        if (request.method !== 'GET') return void transport.handlePostMessage(request, response)
        transport = new sdk.all.SSEServerTransport('/messages', response)
        void server.connect(transport)
      },
      transportTo: (url) => new sdk.all.SSEClientTransport(url),
    },
  )
}

/** The protocol of 2026: each request is served by a server of its own. */
export function perRequestHttp(sdk: Sdk, register: (server: Anything) => void): Promise<HttpScene> {
  const handler = sdk.all.createMcpHandler(() => {
    const server = createServer(sdk)
    register(server)
    return server
  })
  const client = createClient({
    ...sdk,
    all: {
      ...sdk.all,
      Client: class extends sdk.all.Client {
        constructor(info: Anything, options: Anything) {
          super(info, { ...options, versionNegotiation: { mode: 'auto' } })
        }
      },
    },
  })
  return openHttp(
    sdk,
    {},
    {
      prepare: async () => undefined,
      listener: sdk.all.toNodeHandler(handler),
      transportTo: (url) => new sdk.all.StreamableHTTPClientTransport(url),
    },
    client,
  )
}

interface Parts {
  prepare(): Promise<void>
  readonly listener: RequestListener
  transportTo(url: URL): Anything
}

async function openHttp(
  sdk: Sdk,
  options: SceneOptions,
  parts: Parts,
  client: Anything = createClient(sdk, options),
): Promise<HttpScene> {
  await parts.prepare()
  const http = createHttpServer(parts.listener)
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  await client.connect(parts.transportTo(new URL(`http://127.0.0.1:${port}/mcp`)))
  return {
    client,
    port,
    async close() {
      await client.close()
      await closed(http)
    },
  }
}

function closed(http: Server): Promise<void> {
  http.closeAllConnections()
  return new Promise((resolve) => http.close(() => resolve()))
}
