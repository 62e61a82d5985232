import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startOtlpHttp } from '../support/collector.ts'
import type { NodeLine } from '../support/node-versions.ts'
import { type App, installApp } from './app.ts'
import type { Outcome } from './outcome.ts'
import { expectTurn, one, RESPONSE_ID, TRACE_ID } from './turn.ts'

const EVERY: readonly NodeLine[] = [20, 22, 24, 26]

const APPLICATIONS: readonly { fixture: string; joins: boolean; nodes: readonly NodeLine[] }[] = [
  { fixture: 'esm', joins: false, nodes: EVERY },
  { fixture: 'cjs', joins: false, nodes: EVERY },
  { fixture: 'otel-1', joins: true, nodes: EVERY },
  { fixture: 'otel-2', joins: true, nodes: EVERY },
  // SDK 3 itself asks for Node 22.15.
  { fixture: 'otel-3', joins: true, nodes: [22, 24, 26] },
]

describe.each(APPLICATIONS)('an application like $fixture', ({ fixture, joins, nodes }) => {
  let app: App
  beforeAll(async () => {
    app = await installApp(fixture)
  }, 300_000)
  afterAll(async () => app[Symbol.asyncDispose]())

  test('gets at most three packages, without a peer conflict', () => {
    expect(app.output).not.toContain('ERESOLVE')
    expect(app.added).toBeGreaterThan(0)
    expect(app.added).toBeLessThanOrEqual(3)
  })

  test.each(nodes)('sends a whole turn on Node %s', { timeout: 120_000 }, async (node) => {
    await using collector = await startOtlpHttp()
    const outcome = await app.run<Outcome>('main.js', node, {
      env: { RECEIVER_URL: collector.url, RESPONSE_ID },
    })
    expectTurn(outcome, collector.spans())
    if (joins) expectOwnSpans(outcome)
  })

  test.each(joins ? nodes : [])('sends through its own provider on Node %s', async (node) => {
    await using collector = await startOtlpHttp()
    await app.run('own-provider.js', node, { env: { RECEIVER_URL: collector.url } })
    const spans = collector.spans()
    const job = one(spans, 'job')
    expect(spans.map(({ name }) => name).sort()).toEqual(['exported', 'job', 'step'])
    expect(one(spans, 'step')).toMatchObject({ traceId: job.traceId, parentSpanId: job.spanId })
    expect(one(spans, 'exported').attributes).toMatchObject({ 'app.step': 1 })
  })
})

describe.each(['esm', 'cjs'])('an application like %s that changes no code', (fixture) => {
  const flag = fixture === 'esm' ? '--import' : '--require'
  let app: App
  beforeAll(async () => {
    app = await installApp(fixture)
  }, 300_000)
  afterAll(async () => app[Symbol.asyncDispose]())

  test.each(EVERY)(
    `is traced by node ${flag} turnspan/register on Node %s`,
    { timeout: 120_000 },
    async (node) => {
      await using collector = await startOtlpHttp()
      const outcome = await app.run('registered.js', node, {
        nodeArgs: [flag, 'turnspan/register'],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
      })
      expect(outcome).toMatchObject({ answer: 'ok', report: { sent: 1 } })
      expect(one(collector.spans(), 'registered').status.code).toBe('OK')
    },
  )
})

/** What the application's own provider exported is what it would have exported without us. */
function expectOwnSpans({ own = [] }: Outcome): void {
  const [render, request] = own
  expect(own.map(({ name }) => name)).toEqual(['render', 'GET /chat'])
  expect(request?.parent).toBeUndefined()
  expect(request?.traceId).not.toBe(TRACE_ID)
  expect(render).toMatchObject({ traceId: request?.traceId, parent: request?.spanId })
  expect(own.map(({ attributes }) => attributes)).toEqual([{}, {}])
}
