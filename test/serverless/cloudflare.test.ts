import { beforeEach, describe, expect, it } from 'vitest'
import type { Report } from '../../src/index.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { until } from '../support/until.ts'
import { type RunningWorker, startWorker } from './workerd.ts'

let receiver: OtlpHttpCollector
beforeEach(async () => {
  receiver = await startOtlpHttp()
  return () => receiver.stop()
})

const start = (more: Record<string, string> = {}): Promise<RunningWorker> =>
  startWorker({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    ...more,
  })
const arrived = (count: number): Promise<true> =>
  until(() => (receiver.spans().length >= count ? true : undefined), { what: `${count} spans` })
const statsOf = async (worker: RunningWorker): Promise<Report> =>
  (await worker.fetch('/stats')).json() as Promise<Report>

describe('a Cloudflare Worker', { timeout: 60_000 }, () => {
  it('delivers the spans of each request, after the answer and without a flush', async () => {
    await using worker = await start()
    const answer = await worker.fetch('/?agent=first')
    expect(await answer.json()).toEqual({ answer: 3, enabled: true })
    await arrived(2)
    await worker.fetch('/?agent=second')
    await arrived(4)
    const spans = receiver.spans()
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'agent:first',
      'agent:second',
      'tool:add',
      'tool:add',
    ])
    const root = spans.find(({ name }) => name === 'agent:first')
    const child = spans.find(
      ({ traceId, parentSpanId }) => traceId === root?.traceId && parentSpanId !== undefined,
    )
    expect(child?.parentSpanId).toBe(root?.spanId)
    await until(async () => ((await statsOf(worker)).queued === 0 ? true : undefined), { what: 'the answer' })
    expect(await statsOf(worker)).toMatchObject({ sent: 4, dropped: {} })
  })

  it('delivers the spans of many requests at once', async () => {
    await using worker = await start()
    await Promise.all(Array.from({ length: 30 }, (_, i) => worker.fetch(`/?agent=a${i}`)))
    await arrived(60)
    const spans = receiver.spans()
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(60)
    await until(async () => ((await statsOf(worker)).queued === 0 ? true : undefined), {
      what: 'the answers',
    })
    expect(await statsOf(worker)).toMatchObject({ sent: 60, dropped: {} })
  })

  it('tries again where the receiver is down for a moment', async () => {
    await receiver.stop()
    receiver = await startOtlpHttp({ routes: {}, answers: [404, 404, 503, 503] })
    await using worker = await start()
    await worker.fetch('/')
    await arrived(2)
    await until(async () => ((await statsOf(worker)).queued === 0 ? true : undefined), { what: 'the answer' })
    expect(await statsOf(worker)).toMatchObject({ sent: 2, dropped: {} })
  })

  it('delivers after requests that were over before the receiver answered', async () => {
    await receiver.stop()
    const routes = { 'GET /api/3.0/mlflow/server-info': 404, 'GET /version': 404 }
    receiver = await startOtlpHttp({ routes, answers: ['hang', 'hang', 'hang'] })
    await using worker = await start({ OTEL_EXPORTER_OTLP_TIMEOUT: '1500' })
    await worker.fetch('/')
    // Nobody waits for the answer to what this one has sent.
    await worker.fetch('/flush?ms=50')
    await until(
      () => (receiver.requests.filter(({ method }) => method === 'POST').length > 0 ? true : undefined),
      {
        what: 'an attempt',
      },
    )
    await until(
      async () => {
        await worker.fetch('/flush?ms=50')
        return receiver.spans().length >= 2 ? true : undefined
      },
      { what: 'spans that arrive', everyMs: 500, timeoutMs: 30_000 },
    )
    await worker.fetch('/?agent=later')
    await until(() => receiver.spans().find(({ name }) => name === 'agent:later'), {
      what: 'the next request',
    })
  })

  it('delivers at flushTraces()', async () => {
    await using worker = await start()
    await worker.fetch('/')
    expect(await (await worker.fetch('/flush')).json()).toMatchObject({ sent: 2, queued: 0 })
    expect(receiver.spans()).toHaveLength(2)
  })

  it('answers as ever without nodejs_compat, and says once what is missing', async () => {
    await using worker = await startWorker({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }, [])
    for (let i = 0; i < 3; i++)
      expect(await (await worker.fetch('/')).json()).toEqual({ answer: 3, enabled: false })
    expect(await (await worker.fetch('/flush')).json()).toMatchObject({ sent: 0, queued: 0 })
    const said = await until(() => (worker.output().includes('TS_RUNTIME') ? worker.output() : undefined), {
      what: 'a word',
    })
    expect(said.match(/TS_RUNTIME/g)).toHaveLength(1)
    expect(said).toContain('nodejs_compat')
    expect(receiver.requests).toEqual([])
  })

  it('answers as ever where gRPC is asked for, which Workers do not have, and says so', async () => {
    await using worker = await start({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })
    expect(await (await worker.fetch('/')).json()).toEqual({ answer: 3, enabled: true })
    await until(() => (worker.output().includes('TS_EXPORT_FAILED') ? true : undefined), { what: 'a word' })
    expect(worker.output()).toContain('http2.connect method is not implemented')
  })
})
