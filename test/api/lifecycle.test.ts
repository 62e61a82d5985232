import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type Diagnostic,
  flushTraces,
  getLastActiveTraceId,
  init,
  onDiagnostic,
  type Report,
  type Span,
  shutdown,
  startSpan,
  stats,
  updateCurrentTrace,
  withAgent,
  withSpan,
} from '../../src/index.ts'

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => shutdown({ timeoutMs: 0 }))

type Verdict = { code: number; error?: Error }

/** An exporter that keeps names, answers as told, and counts its ends. */
function exporter(answer: (names: string[]) => Verdict | 'never' = () => ({ code: 0 })) {
  const state = { names: [] as string[], shutdowns: 0, batches: 0 }
  return Object.assign(state, {
    export(spans: { name: string }[], done: (result: Verdict) => void) {
      state.batches += 1
      const names = spans.map((span) => span.name)
      const verdict = answer(names)
      if (verdict === 'never') return
      if (verdict.code === 0) state.names.push(...names)
      done(verdict)
    },
    async shutdown() {
      state.shutdowns += 1
    },
  })
}

const total = ({ sent, queued, spooled, rejected, filtered, unsampled, dropped }: Report): number =>
  sent +
  queued +
  spooled +
  rejected +
  filtered +
  unsampled +
  Object.values(dropped).reduce((a, b) => a + b, 0)

const ended = (n: number, name = 's'): void => {
  for (let i = 0; i < n; i += 1) withSpan(() => 1, { name })
}

describe('init', () => {
  test('says what is in force', () => {
    expect(init({ exporters: [exporter()], captureContent: true })).toEqual({
      enabled: true,
      captureContent: true,
      instrumentations: [],
    })
    expect(init({ endpoint: 'http://user:pass@127.0.0.1:4318' })).toMatchObject({
      enabled: true,
      target: 'http://127.0.0.1:4318/v1/traces',
      protocol: 'http/protobuf',
      captureContent: false,
    })
  })

  test('does nothing the second time with the same options', async () => {
    const one = exporter()
    const options = { exporters: [one], serviceName: 'a' }
    const first = init(options)
    const open = startSpan({ name: 'open' })
    ended(1)
    expect(init({ ...options })).toBe(first)
    expect(init()).toBe(first)
    open.end()
    expect(await flushTraces()).toMatchObject({ sent: 2 })
    expect(one.names.sort()).toEqual(['open', 's'])
    expect(one.shutdowns).toBe(0)
  })

  test('switches with other options: the old pipeline is flushed, and open spans end where they began', async () => {
    const [before, after] = [exporter(), exporter()]
    init({ exporters: [before] })
    const open = startSpan({ name: 'open' })
    ended(1, 'old')
    init({ exporters: [after] })
    ended(1, 'new')
    const child = startSpan({ name: 'child of open', parent: open })
    child.end()
    open.end()
    const report = await flushTraces()
    expect(before.names.sort()).toEqual(['child of open', 'old', 'open'])
    expect(after.names).toEqual(['new'])
    expect(report).toMatchObject({ sent: 4, queued: 0 })
    await flushTraces()
    expect(before.shutdowns).toBe(1)
    expect(after.shutdowns).toBe(0)
  })

  test('is off with a reason when nothing is configured, and user functions run unchanged', async () => {
    const before = stats()
    const status = init()
    expect(status).toEqual({
      enabled: false,
      captureContent: false,
      instrumentations: [],
      reason: expect.stringContaining('MLFLOW_TRACKING_URI'),
    })
    const work = Promise.resolve(5)
    expect(withAgent({ agent: 'a' }, () => work)).toBe(work)
    expect(getLastActiveTraceId()).toBeUndefined()
    expect(stats()).toEqual(before)
    expect(process.stderr.write).not.toHaveBeenCalled()
  })

  test.each([
    ['OTEL_SDK_DISABLED', 'true'],
    ['ENABLE_MLFLOW_TRACING', 'false'],
  ])('is off with %s=%s, whatever the options say', (name, value) => {
    vi.stubEnv(name, value)
    const one = exporter()
    expect(init({ enabled: true, exporters: [one] })).toMatchObject({
      enabled: false,
      reason: `${name} is ${value}`,
    })
    expect(withSpan((span) => span.isRecording())).toBe(false)
  })

  test('is off with enabled: false, and switches off what was on', async () => {
    const one = exporter()
    init({ exporters: [one] })
    ended(1)
    expect(init({ enabled: false })).toMatchObject({
      enabled: false,
      reason: expect.stringContaining('enabled'),
    })
    ended(1)
    await flushTraces()
    expect(one.names).toEqual(['s'])
  })

  test('names what does not fit, and goes on', () => {
    const heard: Diagnostic[] = []
    const stop = onDiagnostic((one) => heard.push(one))
    const status = init({ exporters: [exporter()], sampleRatio: 7, colour: 'red' } as never)
    stop()
    expect(status.enabled).toBe(true)
    expect(status.reason).toMatch(/sampleRatio/)
    expect(status.reason).toMatch(/colour/)
    expect(heard.map((one) => [one.level, one.code, one.data.name])).toEqual(
      expect.arrayContaining([
        ['warn', 'TS_CONFIG_INVALID', 'sampleRatio'],
        ['warn', 'TS_CONFIG_INVALID', 'colour'],
      ]),
    )
  })

  test.each([
    [null],
    ['text'],
    [5],
    [[]],
    [
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('x')
          },
          get() {
            throw new Error('x')
          },
        },
      ),
    ],
  ])('never throws: %#', (options) => {
    expect(init(options as never)).toMatchObject({ enabled: false })
  })

  test('starts again after a shutdown', async () => {
    const one = exporter()
    const options = { exporters: [one] }
    init(options)
    ended(1)
    await shutdown()
    ended(1, 'meanwhile')
    expect(init(options).enabled).toBe(true)
    ended(1, 'again')
    await flushTraces()
    expect(one.names).toEqual(['s', 'again'])
    expect(stats()).toMatchObject({ sent: 1 })
  })
})

describe('the report', () => {
  test('adds up while spans wait, are sent, refused, filtered, unsampled and dropped', async () => {
    let spans = 0
    const end = (n: number, name?: string) => {
      ended(n, name)
      spans += n
      expect(total(stats())).toBe(spans)
    }
    const picky = exporter((names) =>
      names.includes('poison') ? { code: 1, error: new Error('no') } : { code: 0 },
    )
    init({ exporters: [picky] })
    end(3)
    expect(stats()).toMatchObject({ queued: 3, sent: 0 })
    expect(await flushTraces()).toMatchObject({ queued: 0, sent: 3 })
    end(2)
    end(1, 'poison')
    expect(await flushTraces()).toMatchObject({ sent: 5, rejected: 1, queued: 0 })
    withSpan(() => 1, { sampleRatio: 0 })
    spans += 1
    expect(total(stats())).toBe(spans)
    expect(stats()).toMatchObject({ unsampled: 1 })
    const open = startSpan({ name: 'open' })
    expect(total(stats())).toBe(spans)
    open.end()
    spans += 1
    expect(await shutdown()).toMatchObject({ sent: 6, rejected: 1, unsampled: 1, queued: 0, dropped: {} })
    expect(total(stats())).toBe(spans)
  })

  test('never takes a failed export for success, and counts what a shutdown loses', async () => {
    init({ exporters: [exporter(() => 'never')] })
    ended(4)
    const started = Date.now()
    expect(await flushTraces({ timeoutMs: 50 })).toMatchObject({ sent: 0, queued: 4 })
    expect(await shutdown({ timeoutMs: 50 })).toMatchObject({ sent: 0, queued: 0, dropped: { shutdown: 4 } })
    expect(Date.now() - started).toBeLessThan(5000)
  })

  test('counts a span once, however many exporters there are, and as sent only when all took it', async () => {
    init({ exporters: [exporter(), exporter()] })
    ended(2)
    expect(await flushTraces()).toMatchObject({ sent: 2 })
    await shutdown()
    init({ exporters: [exporter(), exporter(() => ({ code: 1 }))] })
    ended(2)
    expect(await flushTraces()).toMatchObject({ sent: 0, rejected: 2 })
  })

  test('counts dropped spans of a full queue by their reason', async () => {
    init({ exporters: [exporter()], maxQueueBytes: 5000 })
    ended(50)
    const report = stats()
    expect(report.dropped.queue_full).toBeGreaterThan(0)
    expect(total(report)).toBe(50)
    const flushed = await flushTraces()
    expect(flushed.sent + (flushed.dropped.queue_full ?? 0)).toBe(50)
  })

  test('goes on over a switch, and begins anew after a shutdown', async () => {
    init({ exporters: [exporter()] })
    ended(1)
    await flushTraces()
    init({ exporters: [exporter()] })
    ended(1)
    expect(await flushTraces()).toMatchObject({ sent: 2 })
    await shutdown()
    init({ exporters: [exporter()] })
    expect(stats()).toMatchObject({ sent: 0 })
  })

  test('an exporter that throws rejects its spans and hurts nobody', async () => {
    init({
      exporters: [
        exporter(() => {
          throw new Error('broken')
        }),
      ],
    })
    expect(withSpan(() => 5)).toBe(5)
    expect(await flushTraces()).toMatchObject({ rejected: 1, sent: 0 })
  })
})

describe('onDiagnostic', () => {
  test('tells everything from now on, until it is unsubscribed', () => {
    init({ exporters: [exporter()] })
    const [first, second]: Diagnostic[][] = [[], []]
    const stopFirst = onDiagnostic((one) => first?.push(one))
    const stopSecond = onDiagnostic((one) => second?.push(one))
    withSpan(() => updateCurrentTrace({ tags: { '\n': 1 } }))
    stopFirst()
    stopFirst()
    withSpan(() => updateCurrentTrace({ tags: { '\n': 1 } }))
    stopSecond()
    expect(first).toHaveLength(1)
    expect(second).toHaveLength(2)
    expect(first?.[0]).toMatchObject({
      code: 'TS_TRACE_KEY',
      level: 'warn',
      message: expect.stringContaining('left out'),
    })
    expect(Object.isFrozen(first?.[0])).toBe(true)
  })

  test('bears a listener that throws', () => {
    init({ exporters: [exporter()] })
    let heard = 0
    const stops = [
      onDiagnostic(() => {
        throw new Error('mine')
      }),
      onDiagnostic(() => (heard += 1)),
    ]
    expect(withSpan(() => updateCurrentTrace({ tags: { '\n': 1 } }))).toBeUndefined()
    for (const stop of stops) stop()
    expect(heard).toBe(1)
  })

  test('one line goes to stderr, the rest is held back', () => {
    init({ exporters: [exporter()] })
    for (let i = 0; i < 5; i += 1) withSpan(() => updateCurrentTrace({ tags: { '\n': 1 } }))
    expect(process.stderr.write).toHaveBeenCalledTimes(1)
    expect(process.stderr.write).toHaveBeenCalledWith(
      expect.stringMatching(/^turnspan warn: .*\[TS_TRACE_KEY\]\n$/),
      expect.any(Function),
    )
  })
})

test('a span outlives its pipeline without harm', async () => {
  init({ exporters: [exporter()] })
  const spans: Span[] = [startSpan({ name: 'a' })]
  await shutdown({ timeoutMs: 0 })
  for (const span of spans) {
    span.setInputs(1)
    span.end()
  }
  expect(total(stats())).toBe(1)
  expect(stats().dropped).toEqual({ shutdown: 1 })
})
