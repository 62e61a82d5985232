import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { context, propagation } from '@opentelemetry/api'
import { injectHeaders, withRemoteContext, withSpan } from '../../src/index.ts'

// The service that W3C's test harness asks for (w3c/trace-context, test/README.md): it is told by POST whom to call, and calls.

/** How the service takes a trace in and hands it on: turnspan's functions, or OpenTelemetry's. */
export const WAYS = {
  'the functions of turnspan': {
    receive: <T>({ headers }: IncomingMessage, fn: () => T): T => withRemoteContext(headers, fn),
    send: (): Record<string, string> => injectHeaders({}),
  },
  "OpenTelemetry's propagation API": {
    receive: <T>({ headers }: IncomingMessage, fn: () => T): T =>
      context.with(propagation.extract(context.active(), headers), fn),
    send(): Record<string, string> {
      const headers = {}
      propagation.inject(context.active(), headers)
      return headers
    },
  },
} as const

/** One of {@link WAYS}. */
export type Way = keyof typeof WAYS

/** Headers in the order and the case in which they are sent. */
export type RawHeaders = readonly (readonly [name: string, value: string])[]

interface Call {
  readonly url: string
  readonly arguments: readonly Call[]
}

export interface Listening {
  readonly url: string
  stop(): Promise<void>
}

/** Starts the service; each call of its own has a span. */
export function startService(way: Way, port = 0): Promise<Listening> {
  const { receive, send } = WAYS[way]
  return listen(
    createServer((incoming, response) => {
      void receive(incoming, async () => {
        for (const call of JSON.parse((await text(incoming)) || '[]') as Call[]) {
          const asked = (): Promise<void> => post(call.url, call.arguments, Object.entries(send()))
          await withSpan(asked, { name: 'call' })
        }
        response.setHeader('content-type', 'application/json').end('null')
      })
    }),
    port,
  )
}

/** Asks the service for `count` calls, and gives the headers of each that have to do with traces. */
export async function ask(service: Listening, headers: RawHeaders, count = 1): Promise<RawHeaders[]> {
  const calls: RawHeaders[] = []
  const harness = await listen(
    createServer((incoming, response) => {
      calls.push(tracingHeaders(incoming))
      response.end('null')
    }),
    0,
  )
  try {
    const asked = Array.from({ length: count }, () => ({ url: harness.url, arguments: [] }))
    await post(service.url, asked, headers)
    return calls
  } finally {
    await harness.stop()
  }
}

function tracingHeaders({ rawHeaders }: IncomingMessage): RawHeaders {
  const pairs = rawHeaders.flatMap((name, i): [string, string][] =>
    i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1] ?? '']] : [],
  )
  return pairs.filter(([name]) => name.startsWith('trace'))
}

async function post(url: string, body: unknown, headers: RawHeaders): Promise<void> {
  const { host } = new URL(url)
  // As a list, so that one name can come twice.
  const raw = [
    ['host', host],
    ['content-type', 'application/json'],
    ['connection', 'close'],
    ...headers,
  ].flat()
  const call = request(url, { method: 'POST', headers: raw as never }).end(JSON.stringify(body))
  const [response] = (await once(call, 'response')) as [IncomingMessage]
  await text(response)
}

async function listen(server: Server, port: number): Promise<Listening> {
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/test`,
    async stop() {
      server.close()
      await once(server, 'close')
    },
  }
}
