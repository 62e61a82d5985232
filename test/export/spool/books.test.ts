import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Report } from '../../../src/export/statistics/export-statistics.ts'
import {
  flushTraces,
  init,
  onDiagnostic,
  shutdown,
  stats,
  updateCurrentTrace,
  withSpan,
} from '../../../src/index.ts'
import { type HttpAnswer, type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'
import { until } from '../../support/until.ts'
import { type SpoolFolder, spoolFolder } from './program.ts'
import { countSyncCalls } from './sync-calls.ts'

let folder: SpoolFolder
let codes: string[] = []
let stop = (): void => {}
beforeEach(async () => {
  folder = await spoolFolder()
  codes = []
  stop = onDiagnostic(({ code }) => codes.push(code))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(async () => {
  await shutdown({ timeoutMs: 0 })
  stop()
  await folder[Symbol.asyncDispose]()
})

const sum = ({ dropped, ...report }: Report): number =>
  [...Object.values(report), ...Object.values(dropped)].reduce((total, n) => total + n, 0)

type Options = NonNullable<Parameters<typeof init>[0]>
const begin = (server: OtlpHttpCollector, more: Options = {}): void => {
  init({
    endpoint: server.url,
    protocol: 'http/protobuf',
    captureContent: true,
    spool: { dir: folder.dir },
    ...more,
  })
}
const end = (name: string, bytes = 10): void => {
  withSpan((span) => span.setInputs({ text: 'x'.repeat(bytes) }), { name })
}
const namesAt = (server: OtlpHttpCollector): string[] => server.spans().map(({ name }) => name)

/** The event loop has turned. */
const turned = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('spans are on disk when the event loop has turned, and gone from there when they are delivered', async () => {
  await using server = await startOtlpHttp()
  begin(server)
  expect(await folder.files()).toEqual([])
  end('a')
  end('b')
  await turned()
  expect((await folder.segments()).length).toBe(1)
  expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0, spooled: 0 })
  expect(await folder.segments()).toEqual([])
})

test('the spans of one turn cost one call of the system, made when the code that ended them has gone on', async () => {
  await using server = await startOtlpHttp({ afterwards: 503 })
  begin(server)
  end('first')
  await turned()
  const calls = countSyncCalls()
  try {
    for (let i = 0; i < 50; i += 1) end(`span ${i}`)
    expect(calls.count()).toBe(0)
    await turned()
    expect(calls.count('writevSync')).toBe(1)
  } finally {
    calls.stop()
  }
})

test('a turn that does not end writes what it has when that is much, or has waited', async () => {
  await using server = await startOtlpHttp()
  begin(server)
  for (let i = 0; i < 6; i += 1) end(`large ${i}`, 800_000)
  expect(folder.bytesNow()).toBeGreaterThan(4_000_000)
  end('early')
  const before = folder.bytesNow()
  const until = performance.now() + 60
  while (performance.now() < until);
  end('late')
  expect(folder.bytesNow()).toBeGreaterThan(before)
})

test('what memory cannot hold is counted as spooled, and sent in order when there is room', async () => {
  await using server = await startOtlpHttp()
  begin(server, { maxQueueBytes: 20_000 })
  const names = Array.from({ length: 30 }, (_, i) => `span ${i}`)
  for (const name of names) end(name, 2000)
  const report = stats()
  expect(report.queued).toBeLessThan(10)
  expect(report.queued + report.spooled).toBe(30)
  expect(await flushTraces()).toMatchObject({ sent: 30, queued: 0, spooled: 0, dropped: {} })
  expect(namesAt(server)).toEqual(names)
})

test('what memory holds until its records are made for the disk is sent in order, too', async () => {
  await using server = await startOtlpHttp()
  begin(server, { maxQueueBytes: 400_000 })
  // Then it is known what the receiver is, and records that are made for the disk are what is sent.
  end('first')
  await flushTraces()
  const names = Array.from({ length: 200 }, (_, i) => `span ${i}`)
  for (const name of names) end(name, 5000)
  expect(await flushTraces()).toMatchObject({ sent: 201, dropped: {} })
  expect(namesAt(server)).toEqual(['first', ...names])
})

test('after shutdown what is left is spooled, and the next init delivers it', async () => {
  await using server = await startOtlpHttp({ afterwards: 503 })
  begin(server, { maxQueueBytes: 8000 })
  for (let i = 0; i < 10; i += 1) end(`span ${i}`, 2000)
  const report = await shutdown({ timeoutMs: 0 })
  expect(report).toMatchObject({ sent: 0, queued: 0, spooled: 10, dropped: {} })
  server.answer([], 200)
  begin(server, { maxQueueBytes: 8000 })
  end('later')
  expect(await flushTraces()).toMatchObject({ sent: 1, queued: 0, spooled: 0 })
  expect(namesAt(server).sort()).toEqual(['later', ...Array.from({ length: 10 }, (_, i) => `span ${i}`)])
  expect(await folder.segments()).toEqual([])
})

test('what MLflow is told of a trace beside its spans follows a root that comes from disk', async () => {
  const json = { headers: { 'content-type': 'application/json' }, body: '{}' }
  const routes = {
    'POST /api/3.0/mlflow/traces': json,
    'GET /api/2.0/mlflow/experiments/get': json,
    'GET /server-info': json,
  }
  await using server = await startOtlpHttp({ afterwards: 503, routes })
  const more = { trackingUri: server.url, experimentId: '1', spool: { dir: folder.dir } }
  init(more)
  withSpan(() => updateCurrentTrace({ metadata: { ticket: 'T-1' } }), { name: 'turn' })
  expect(await shutdown({ timeoutMs: 0 })).toMatchObject({ spooled: 1, dropped: {} })
  server.answer([], 200)
  init(more)
  await flushTraces()
  expect(namesAt(server)).toEqual(['turn'])
  const told = server.requests.filter(({ path }) => path === '/api/3.0/mlflow/traces')
  expect(told.length).toBe(1)
  const { trace } = JSON.parse(Buffer.from(told[0]?.body ?? []).toString('utf8'))
  expect(trace.trace_info.trace_metadata).toMatchObject({ ticket: 'T-1' })
})

test('what a former process left is sent without a span of our own', async () => {
  await using server = await startOtlpHttp({ afterwards: 503 })
  begin(server)
  end('left')
  await shutdown({ timeoutMs: 0 })
  server.answer([], 200)
  begin(server)
  await until(() => (namesAt(server).length > 0 ? true : undefined), { what: 'the span that was left' })
  expect(namesAt(server)).toEqual(['left'])
  expect(stats()).toMatchObject({ sent: 0, queued: 0, spooled: 0 })
})

test('with two targets each has its own files, and a span is spooled when memory has it for neither', async () => {
  await using one = await startOtlpHttp()
  await using two = await startOtlpHttp({ afterwards: 503 })
  const routes = { experimentId: '1', trackingUri: two.url }
  process.env.MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT = 'true'
  try {
    begin(one, { ...routes, maxQueueBytes: 8000 })
  } finally {
    delete process.env.MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT
  }
  for (let i = 0; i < 12; i += 1) end(`span ${i}`, 2000)
  expect(readdirSync(folder.dir).length).toBe(2)
  expect(sum(stats())).toBe(12)
  expect(stats().spooled).toBeGreaterThan(5)
  await flushTraces({ timeoutMs: 500 })
  expect(new Set(namesAt(one)).size).toBe(12)
  expect(stats()).toMatchObject({ sent: 0 })
  expect(sum(stats())).toBe(12)
  two.answer([], 200)
  expect(await flushTraces({ timeoutMs: 10_000 })).toMatchObject({ sent: 12, queued: 0, spooled: 0 })
})

test('whatever the receiver answers, the books add up and nothing is in them twice', async () => {
  const answer = fc.constantFrom<HttpAnswer>(200, 503, 400, 'reset', {
    status: 429,
    headers: { 'retry-after': '0' },
  })
  const burst = fc.record({
    spans: fc.integer({ min: 1, max: 25 }),
    bytes: fc.constantFrom(10, 900),
    wait: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { maxLength: 6 }),
      fc.array(burst, { maxLength: 4 }),
      async (answers, bursts) => {
        await using server = await startOtlpHttp({ answers })
        await using own = await spoolFolder()
        begin(server, { maxQueueBytes: 6000, spool: { dir: own.dir, maxBytes: 60_000 } })
        let ended = 0
        for (const { spans, bytes, wait } of bursts) {
          for (let i = 0; i < spans; i += 1) end(`span ${ended + i}`, bytes)
          ended += spans
          expect(sum(stats())).toBe(ended)
          if (wait) await flushTraces({ timeoutMs: 30 })
          expect(sum(stats())).toBe(ended)
        }
        // Six failures in a row take ten seconds to wait out.
        const flushed = await flushTraces({ timeoutMs: 20_000 })
        expect(flushed).toMatchObject({ queued: 0, spooled: 0 })
        expect(sum(flushed)).toBe(ended)
        // A connection that is cut after the request was read leaves open whether it was taken.
        expect(new Set(namesAt(server)).size).toBe(flushed.sent)
        // Where the disk gave up a span that is in memory too, it is the memory that gives it up for good.
        const { spool_full = 0, queue_full = 0 } = flushed.dropped
        expect(flushed.rejected + flushed.sent + spool_full + queue_full, JSON.stringify(flushed)).toBe(ended)
        const report = await shutdown({ timeoutMs: 0 })
        expect(sum(report)).toBe(ended)
        expect(await own.segments()).toEqual([])
      },
    ),
    // What is still under way of a run that failed would disturb the next.
    { numRuns: 25, endOnFailure: true },
  )
}, 120_000)

test('a spool that cannot be written costs nothing but the safety', async () => {
  await using server = await startOtlpHttp()
  begin(server, { spool: { dir: '/proc/nowhere' } })
  end('a')
  await turned()
  expect(codes).toContain('TS_SPOOL_OFF')
  expect(await flushTraces()).toMatchObject({ sent: 1, queued: 0, spooled: 0, dropped: {} })
})
