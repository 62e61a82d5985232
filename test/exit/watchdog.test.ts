import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type Diagnostic,
  flushTraces,
  type InitOptions,
  init,
  onDiagnostic,
  shutdown,
  startSpan,
  stats,
  withActiveSpan,
  withSpan,
} from '../../src/index.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { until } from '../support/until.ts'

let said: Diagnostic[]
let receiver: OtlpHttpCollector

beforeEach(async () => {
  said = []
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  receiver = await startOtlpHttp()
  return stop
})
afterEach(async () => {
  await shutdown({ timeoutMs: 0 })
  await receiver.stop()
})

const start = (watchdog: InitOptions['watchdog'], more: InitOptions = {}): void => {
  init({ endpoint: receiver.url, protocol: 'http/protobuf', captureContent: true, watchdog, ...more })
}
const reports = (code: string): Diagnostic[] => said.filter((diagnostic) => diagnostic.code === code)
const reported = (count = 1): Promise<Diagnostic[]> =>
  until(() => (reports('TS_SPAN_NOT_ENDED').length >= count ? reports('TS_SPAN_NOT_ENDED') : undefined), {
    what: 'the watchdog',
    everyMs: 5,
  })
const stuckSpan = () => startSpan({ name: 'stuck', parent: null, inputs: 'question' })

describe('a span that is not ended', () => {
  it('is said once, by name, trace and age', async () => {
    start({ afterMs: 40 })
    const span = stuckSpan()
    withSpan(() => 1, { name: 'short' })
    const [first] = await reported()
    expect(first).toMatchObject({
      level: 'warn',
      data: { count: 1, spans: [{ name: 'stuck', traceId: span.spanContext().traceId }] },
    })
    expect(first?.message).toMatch(/1 span has been open for more than 40 ms: "stuck" of trace [0-9a-f]{32}/)
    const other = startSpan({ name: 'other', parent: null })
    const both = await reported(2)
    expect(both.map(({ data }) => data.spans)).toMatchObject([[{ name: 'stuck' }], [{ name: 'other' }]])
    span.end()
    other.end()
  })

  it('is not said where it ends in time, where sampling left it out, or where nobody wants to know', async () => {
    start({ afterMs: 40 }, { sampleRatio: 0 })
    const unsampled = stuckSpan()
    await shutdown({ timeoutMs: 0 })
    start(false)
    const unwatched = stuckSpan()
    await shutdown({ timeoutMs: 0 })
    start({ afterMs: 40 })
    startSpan({ name: 'in time', parent: null }).end()
    const stuck = stuckSpan()
    expect((await reported()).map(({ data }) => data.spans)).toMatchObject([[{ name: 'stuck' }]])
    expect(reports('TS_SPANS_OPEN')).toEqual([])
    for (const span of [unsampled, unwatched, stuck]) span.end()
  })

  it('is one of a few that a line names, where there are many', async () => {
    start({ afterMs: 40 })
    const startTime = Date.now()
    const spans = Array.from({ length: 120 }, (_, i) => startSpan({ name: `s${i}`, parent: null, startTime }))
    const [first] = await reported()
    expect(first?.data).toMatchObject({ count: 120 })
    expect(first?.data.spans).toHaveLength(50)
    expect(first?.message).toContain('; and 117 more.')
    for (const span of spans) span.end()
  })

  it('is said at shutdown, with what to do about it', async () => {
    start(undefined)
    const span = stuckSpan()
    await shutdown()
    expect(reports('TS_SPANS_OPEN')).toMatchObject([
      { level: 'warn', data: { count: 1, spans: [{ name: 'stuck', startedAt: [] }] } },
    ])
    expect(reports('TS_SPANS_OPEN')[0]?.message).toMatch(
      /^1 span was open when shutdown\(\) was called, and was not sent.*exportOpen/,
    )
    span.end()
    expect(receiver.spans()).toEqual([])
  })
})

describe('with exportOpen', () => {
  it('a span is sent while it is open, and again when it ends, and the books count it once', async () => {
    start({ afterMs: 40, exportOpen: true })
    const span = stuckSpan()
    span.setAttribute('step', 1)
    await reported()
    await flushTraces()
    expect(stats()).toMatchObject({ sent: 0, queued: 0, dropped: {} })
    const [open] = receiver.spans()
    expect(open).toMatchObject({
      name: 'stuck',
      spanId: span.spanContext().spanId,
      attributes: { step: 1, 'turnspan.open': true },
      status: { code: 'UNSET' },
    })
    expect(open?.endTimeUnixNano).toBeGreaterThan(open?.startTimeUnixNano ?? 0n)
    span.setAttribute('step', 2)
    span.end({ outputs: 'answer' })
    expect(await flushTraces()).toMatchObject({ sent: 1, queued: 0, rejected: 0, dropped: {} })
    const last = receiver.spans().at(-1)
    expect(receiver.spans()).toHaveLength(2)
    expect(last).toMatchObject({ spanId: open?.spanId, attributes: { step: 2 }, status: { code: 'OK' } })
    expect(last?.attributes).not.toHaveProperty('turnspan.open')
  })

  it('a span that ends before its first copy left is in the request once', async () => {
    process.env.OTEL_BSP_SCHEDULE_DELAY = '60000'
    start({ afterMs: 40, exportOpen: true })
    delete process.env.OTEL_BSP_SCHEDULE_DELAY
    const span = stuckSpan()
    withActiveSpan(span, () => withSpan(() => 1, { name: 'child' }))
    await reported()
    span.end()
    expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0, dropped: {} })
    expect(receiver.requests.filter(({ method }) => method === 'POST')).toHaveLength(1)
    const spans = receiver.spans()
    expect(spans.map(({ name }) => name).sort()).toEqual(['child', 'stuck'])
    expect(spans.some(({ attributes }) => 'turnspan.open' in attributes)).toBe(false)
  })

  it('a span that is open at shutdown is sent then', async () => {
    start({ exportOpen: true })
    const root = stuckSpan()
    withActiveSpan(root, () => withSpan(() => 1, { name: 'child' }))
    expect(await shutdown()).toMatchObject({ sent: 1, queued: 0, dropped: {} })
    const spans = receiver.spans()
    expect(spans.find(({ name }) => name === 'stuck')?.attributes['turnspan.open']).toBe(true)
    expect(spans.map(({ name }) => name).sort()).toEqual(['child', 'stuck'])
    expect(reports('TS_SPANS_OPEN')[0]?.message).toContain('was sent as still running')
    root.end()
  })

  it('a receiver that refuses the copy of an open span does not change the books', async () => {
    await receiver.stop()
    receiver = await startOtlpHttp({ afterwards: 400 })
    start({ afterMs: 40, exportOpen: true })
    const span = stuckSpan()
    await reported()
    await flushTraces()
    expect(stats()).toMatchObject({ sent: 0, rejected: 0, queued: 0 })
    span.end()
    expect(await flushTraces()).toMatchObject({ sent: 0, rejected: 1, queued: 0, dropped: {} })
  })
})
