import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  flushTraces,
  init,
  newResponseId,
  shutdown,
  traceIdFromResponseId,
  withAgent,
  withSpan,
} from '../../src/index.ts'
import type { CollectorServer } from '../support/backends.ts'
import { startGateway } from '../support/backends-gateway.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import type { DecodedSpan } from '../support/decoded-span.ts'
import { until } from '../support/until.ts'

const TURN_SPANS = 3
const FAST = { DECISION_WAIT: '20s', DECISION_WAIT_AFTER_ROOT: '500ms', KEEP_PERCENT: '0' }

let sinks: OtlpHttpCollector[]
let servers: CollectorServer[]
beforeEach(async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  sinks = await Promise.all([startOtlpHttp(), startOtlpHttp()])
  servers = []
})
afterEach(async () => {
  await shutdown({ timeoutMs: 100 })
  await Promise.all([...servers, ...sinks].map((server) => server.stop()))
})

async function gateway(name: string, env: Readonly<Record<string, string>>): Promise<CollectorServer> {
  const server = await startGateway(name, env)
  servers.push(server)
  return server
}

/** Gives the ID of its trace. Its spans leave one by one, in requests of their own. */
async function turn(kind: 'plain' | 'failing' | 'slow'): Promise<string> {
  const responseId = newResponseId()
  await withAgent({ agent: kind, responseId }, async () => {
    await withSpan(
      async () => {
        if (kind === 'failing') throw new RangeError('no such tool')
      },
      { name: 'tool' },
    ).catch(() => {})
    await flushTraces()
    await withSpan(() => 'said', {
      name: 'model',
      ...(kind === 'slow' && { startTime: Date.now() - 60_000 }),
    })
    await flushTraces()
  })
  return traceIdFromResponseId(responseId)
}

const byTrace = (spans: readonly DecodedSpan[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { traceId } of spans) counts[traceId] = (counts[traceId] ?? 0) + 1
  return counts
}

const start = (endpoint: string): void => {
  init({ endpoint, protocol: 'grpc', captureContent: true })
}

test('the gateway that samples keeps turns that failed or were slow, whole, and no others', async () => {
  const [sink] = sinks as [OtlpHttpCollector]
  const { grpcUrl } = await gateway('tail-sampling', { MLFLOW_URL: sink.url, ...FAST })
  start(grpcUrl)
  await Promise.all([turn('plain'), turn('plain')])
  const kept = await Promise.all([turn('failing'), turn('slow')])
  // Decided last: when it has come, those before it have been decided.
  const last = await turn('failing')
  await flushTraces()
  const expected = Object.fromEntries([...kept, last].map((id) => [id, TURN_SPANS]))
  await sink.waitForSpans(3 * TURN_SPANS)
  expect(byTrace(sink.spans())).toEqual(expected)
  expect(sink.requests.map(({ headers }) => headers['x-mlflow-experiment-id'])).not.toContain(undefined)
})

test('the gateway that samples decides what it has when it is stopped', async () => {
  const [sink] = sinks as [OtlpHttpCollector]
  const late = { ...FAST, DECISION_WAIT_AFTER_ROOT: '20s' }
  const server = await gateway('tail-sampling', { MLFLOW_URL: sink.url, ...late })
  start(server.grpcUrl)
  const failed = await turn('failing')
  await turn('plain')
  await flushTraces()
  await server.pause('SIGTERM')
  await server.restart()
  await sink.waitForSpans(TURN_SPANS)
  expect(byTrace(sink.spans())).toEqual({ [failed]: TURN_SPANS })
})

test('all spans of a trace come to one of two gateways, which samples it whole', async () => {
  const behind = await Promise.all(
    sinks.map(({ url }) => gateway('tail-sampling', { MLFLOW_URL: url, ...FAST, KEEP_PERCENT: '100' })),
  )
  const [one, two] = behind.map(({ place }) => `127.0.0.1:${place.grpcPort}`) as [string, string]
  const { grpcUrl } = await gateway('balancing', { GATEWAY_1: one, GATEWAY_2: two })
  start(grpcUrl)
  const made = await Promise.all(Array.from({ length: 30 }, () => turn('plain')))
  await flushTraces()
  const arrived = (): number => sinks.flatMap((sink) => sink.spans()).length
  await until(() => arrived() === made.length * TURN_SPANS || undefined, { what: 'all spans' })
  const [first = {}, second = {}] = sinks.map((sink) => byTrace(sink.spans()))
  expect({ ...first, ...second }).toEqual(Object.fromEntries(made.map((id) => [id, TURN_SPANS])))
  // Whole in one of them, and each has its share.
  expect(Object.keys(first).length + Object.keys(second).length).toBe(made.length)
  expect(Object.keys(first)).not.toHaveLength(0)
  expect(Object.keys(second)).not.toHaveLength(0)
})

test('behind the balancer, killing it or a gateway loses nothing that was acknowledged', async () => {
  const behind = await Promise.all(sinks.map(({ url }) => gateway('persistent-queue', { MLFLOW_URL: url })))
  const [one, two] = behind.map(({ place }) => `127.0.0.1:${place.grpcPort}`) as [string, string]
  const front = await gateway('balancing', { GATEWAY_1: one, GATEWAY_2: two })
  start(front.grpcUrl)
  for (const sink of sinks) sink.answer([], 503)
  for (const victim of [front, ...behind]) {
    await Promise.all(Array.from({ length: 10 }, () => turn('plain')))
    const [killed] = await Promise.all([
      victim.pause('SIGKILL'),
      Promise.all(Array.from({ length: 10 }, () => withSpan(() => 1, { name: 'meanwhile' }))),
    ])
    expect(killed).toBeUndefined()
    await victim.restart()
  }
  const report = await flushTraces({ timeoutMs: 30_000 })
  expect(report).toMatchObject({ queued: 0, rejected: 0, dropped: {} })
  for (const sink of sinks) sink.answer([], 200)
  const unique = (): number => new Set(sinks.flatMap((sink) => sink.spans()).map((span) => span.spanId)).size
  await until(() => unique() === report.sent || undefined, {
    what: `${report.sent} spans behind the gateways`,
    timeoutMs: 30_000,
  })
  for (const sink of sinks)
    for (const { headers } of sink.requests) expect(headers['x-mlflow-experiment-id']).toBe('0')
})
