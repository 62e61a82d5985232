import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { flushTraces, init, shutdown, stats, withAgent, withTool } from '../../src/index.ts'
import type { CollectorServer } from '../support/backends.ts'
import { startGateway } from '../support/backends-gateway.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { until } from '../support/until.ts'

const EXPERIMENT = '7'

let sink: OtlpHttpCollector
let gateway: CollectorServer
beforeEach(async () => {
  // Said while the gateway is down.
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  sink = await startOtlpHttp()
})
afterEach(async () => {
  await shutdown({ timeoutMs: 100 })
  await Promise.all([gateway?.stop(), sink.stop()])
})

let made = 0
async function turn(): Promise<void> {
  made += 1
  const city = `city ${made}`
  await withAgent({ agent: 'weather', input: city.repeat(50) }, () =>
    withTool({ tool: 'look_up', arguments: { city } }, async () => ({ city, sky: 'sunny'.repeat(100) })),
  )
}

/** Turns without end until it is told to stop. */
function load(): { stop(): Promise<void> } {
  let going = true
  const done = (async () => {
    while (going) {
      await Promise.all(Array.from({ length: 5 }, turn))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  return {
    stop: () => {
      going = false
      return done
    },
  }
}

const sentAtLeast = (count: number): Promise<number> =>
  until(() => (stats().sent >= count ? stats().sent : undefined), {
    what: `${count} spans sent`,
    everyMs: 5,
    timeoutMs: 30_000,
  })

const unique = (): number => new Set(sink.spans().map(({ spanId }) => spanId)).size

test.each(['grpc', 'http/protobuf'] as const)(
  'a gateway killed and stopped in mid-stream delivers every span that it has acknowledged, over %s',
  async (protocol) => {
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '20')
    gateway = await startGateway('persistent-queue', { MLFLOW_URL: sink.url })
    const endpoint = protocol === 'grpc' ? gateway.grpcUrl : gateway.httpUrl
    init({ endpoint, protocol, captureContent: true, headers: { 'x-mlflow-experiment-id': EXPERIMENT } })
    // What comes now stays in the queue: the ends find it full.
    sink.answer([], 503)
    const work = load()
    for (let ends = 1; ends <= 3; ends += 1) {
      await sentAtLeast(stats().sent + 400)
      await gateway.pause(ends === 2 ? 'SIGTERM' : 'SIGKILL')
      await gateway.restart()
    }
    await work.stop()
    expect(unique()).toBe(0)
    sink.answer([], 200)
    const report = await flushTraces({ timeoutMs: 30_000 })
    expect(report).toMatchObject({ queued: 0, rejected: 0, dropped: {} })
    await until(() => (unique() === report.sent ? true : undefined), {
      what: `${report.sent} spans behind the gateway`,
      timeoutMs: 30_000,
    })
    const stored = sink.requests.filter((request) => request.stored)
    expect(stored.map(({ headers }) => headers['x-mlflow-experiment-id'])).toEqual(
      stored.map(() => EXPERIMENT),
    )
  },
)

test('spans without an experiment go to that of the gateway', async () => {
  gateway = await startGateway('persistent-queue', { MLFLOW_URL: sink.url, MLFLOW_EXPERIMENT_ID: '12' })
  init({ endpoint: gateway.httpUrl, protocol: 'http/protobuf', captureContent: true })
  await turn()
  await flushTraces()
  await sink.waitForSpans(2)
  expect(sink.requests.map(({ headers }) => headers['x-mlflow-experiment-id'])).toEqual(['12'])
})

test('a batch that the receiver refuses for good is dropped by the gateway, as its page says', async () => {
  gateway = await startGateway('persistent-queue', { MLFLOW_URL: sink.url })
  init({ endpoint: gateway.grpcUrl, protocol: 'grpc', captureContent: true })
  sink.answer([500], 200)
  await turn()
  await flushTraces()
  await sink.waitForRequests(1)
  await turn()
  expect(await flushTraces()).toMatchObject({ sent: 4 })
  await sink.waitForSpans(2)
  expect(unique()).toBe(2)
  expect(gateway.log()).toContain('Dropping data')
})
