import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { startOtlpHttp } from '../support/collector.ts'
import type { DecodedSpan } from '../support/decoded-span.ts'
import { edges, installApp, type Order, type OwnSpan } from './app.ts'
import { startServing } from './serving.ts'

let app: BuiltApp
let backend: Server
let calls: IncomingMessage[]

beforeAll(async () => {
  app = await installApp('otel-2')
  backend = createServer((request, response) => {
    calls.push(request)
    response.end('ok')
  }).listen(0, '127.0.0.1')
  await once(backend, 'listening')
}, 600_000)
afterAll(async () => {
  backend?.close()
  await app?.remove()
})

/** Serves one request in an application with instrumentations, and gives what both backends saw. */
async function serve(order: Order, init: Readonly<Record<string, unknown>> = {}) {
  calls = []
  const receiver = await startOtlpHttp()
  try {
    const server = await startServing(app, 'http.cjs', [order], {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      BACKEND: `http://127.0.0.1:${(backend.address() as AddressInfo).port}`,
      SETTINGS: JSON.stringify({ init }),
    })
    const answer = await fetch(`http://127.0.0.1:${server.port}/chat`)
    expect(await answer.text()).toBe('done')
    const outcome = await server.end<{
      registered?: boolean
      report: { sent: number; filtered: number; queued: number }
      diagnostics: unknown[]
      own: OwnSpan[]
    }>()
    return { ...outcome, arrived: receiver.spans(), requests: receiver.requests }
  } finally {
    await receiver.stop()
  }
}

/** Both tools make a span of the same name, so kinds tell who called and who served. */
const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const withKind = (spans: readonly DecodedSpan[]): DecodedSpan[] =>
  spans.map((span) => ({ ...span, name: `${span.name} ${KINDS.indexOf(span.kind) - 1}` }))

const TREE = [
  'GET 1',
  'GET 2 < tool:search 0',
  'GET 2 < tool:weather 0',
  'agent:planner 0 < GET 1',
  'tool:search 0 < agent:planner 0',
  'tool:weather 0 < agent:planner 0',
]

describe.each(['before', 'after', 'none'] as const)(
  'instrumented HTTP with a provider registered: %s',
  (order) => {
    it('gives one tree of server, turn, tools and client calls', async () => {
      const { own, arrived, registered, diagnostics } = await serve(order)
      expect(edges(withKind(arrived))).toEqual(TREE)
      expect(new Set(arrived.map(({ traceId }) => traceId)).size).toBe(1)
      expect(diagnostics).toEqual([])
      expect(registered).toBe(order === 'none' ? undefined : true)
      expect(edges(own)).toEqual(order === 'none' ? [] : TREE)
    })

    it('traces no request of its own: one trace, one export', async () => {
      const { arrived, requests, report } = await serve(order)
      expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
      expect(arrived).toHaveLength(TREE.length)
      expect(report).toMatchObject({ sent: TREE.length, queued: 0 })
      for (const { headers } of requests) expect(headers).not.toHaveProperty('traceparent')
    })

    it("keeps turnspan's spans alone with keep: 'agent'", async () => {
      const { own, arrived, report } = await serve(order, { keep: 'agent' })
      expect(edges(withKind(arrived))).toEqual([
        'agent:planner 0',
        'tool:search 0 < agent:planner 0',
        'tool:weather 0 < agent:planner 0',
      ])
      expect(report).toMatchObject({ sent: 3, filtered: 3, queued: 0 })
      expect(edges(own)).toEqual(order === 'none' ? [] : TREE)
    })
  },
)

it.each(['before', 'after', 'none'] as const)(
  'hands the trace on to other servers with a provider registered: %s',
  async (order) => {
    const { arrived } = await serve(order)
    const clients = arrived.filter(({ kind }) => kind === 'CLIENT')
    const sent = calls.map(({ headers }) => String(headers.traceparent)).sort()
    expect(sent).toEqual(clients.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).sort())
  },
)
