import { setTimeout as sleep } from 'node:timers/promises'
import { trace as otel } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  getCurrentActiveSpan,
  getLastActiveTraceId,
  startSpan,
  tracingContext,
  updateCurrentTrace,
  withAgent,
  withSpan,
} from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'

let traces: CapturedTraces
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  traces = captureTraces()
})
afterEach(() => traces.stop())

const codes = () => traces.diagnostics.map((one) => one.code)

describe('getCurrentActiveSpan', () => {
  test('is never a neighbour, however calls interleave', async () => {
    const turn = async (name: string, depth: number): Promise<void> =>
      withSpan(
        async (span) => {
          for (let i = 0; i < 5; i += 1) {
            expect(getCurrentActiveSpan()).toBe(span)
            await (i % 2 ? sleep(Math.random() * 3) : Promise.resolve())
            expect(getCurrentActiveSpan()).toBe(span)
            queueMicrotask(() => expect(getCurrentActiveSpan()).toBe(span))
          }
          if (depth > 0) await Promise.all([turn(`${name}.1`, depth - 1), turn(`${name}.2`, depth - 1)])
          expect(getCurrentActiveSpan()).toBe(span)
        },
        { name },
      )
    await Promise.all(Array.from({ length: 20 }, (_, i) => turn(`t${i}`, 2)))
    expect(getCurrentActiveSpan()).toBeUndefined()
    expect(traces.all).toHaveLength(20)
    for (const trace of traces.all) {
      expect(trace.spans).toHaveLength(7)
      for (const span of trace.spans.slice(1)) {
        const parent = trace.spans.find((other) => other.spanId === span.parentSpanId)
        expect(span.name.startsWith(`${parent?.name}.`)).toBe(true)
      }
    }
  })

  test('is still there in work that goes on after the end, but records nothing any more', async () => {
    const late: unknown[] = []
    withSpan(() => void setImmediate(() => late.push(getCurrentActiveSpan())), { name: 's' })
    await sleep(5)
    expect(late).toEqual([undefined])
  })

  test('is the own span around one of another library', () => {
    withSpan((own) => {
      otel.getTracer('x').startActiveSpan('raw', (raw) => {
        expect(getCurrentActiveSpan()?.traceId).toBe(own.traceId)
        raw.end()
      })
    })
  })

  test('is undefined in a trace that is not sampled', () => {
    withSpan(() => expect(getCurrentActiveSpan()).toBeUndefined(), { sampleRatio: 0 })
  })
})

describe('getLastActiveTraceId', () => {
  test('is the active trace, else the last whose root ended', async () => {
    expect(getLastActiveTraceId()).toBeUndefined()
    const first = withSpan((span) => span.traceId)
    expect(getLastActiveTraceId()).toBe(first)
    await withSpan(async (span) => {
      expect(getLastActiveTraceId()).toBe(span.traceId)
      withSpan(() => 1, { name: 'child' })
      await Promise.resolve()
      expect(getLastActiveTraceId()).toBe(span.traceId)
    })
    const open = startSpan({ name: 'open' })
    expect(getLastActiveTraceId()).not.toBe(open.traceId)
    open.end()
    expect(getLastActiveTraceId()).toBe(open.traceId)
    traces.stop()
    expect(getLastActiveTraceId()).toBeUndefined()
  })
})

describe('updateCurrentTrace', () => {
  test('IDs that are not text are left out, each kind of them with one diagnostic; numbers become text', () => {
    const nobody = { no: 'text' } as never
    for (let i = 0; i < 2; i += 1) {
      withSpan(() => updateCurrentTrace({ user: nobody, sessionId: nobody, clientRequestId: nobody }), {
        name: 'turn',
      })
    }
    expect(codes().filter((code) => code === 'TS_TRACE_ID_TEXT')).toHaveLength(3)
    const [first] = traces.all
    expect([first?.user, first?.sessionId, first?.clientRequestId]).toEqual([undefined, undefined, undefined])
    withSpan(() => updateCurrentTrace({ clientRequestId: 17 as never }), { name: 'turn' })
    expect(traces.all.at(-1)?.clientRequestId).toBe('17')
  })

  const inTrace = (update: Parameters<typeof updateCurrentTrace>[0]) => {
    withSpan(() => withSpan(() => updateCurrentTrace(update), { name: 'deep' }), { name: 'root' })
    const trace = traces.last
    if (trace === undefined) throw new Error('no trace')
    return trace
  }

  test('sets every field from anywhere below the root', () => {
    const trace = inTrace({
      tags: { domain: 'travel', n: 1, on: true, list: [1, 2], nothing: null },
      metadata: { version: '1.2.0', build: { n: 7 }, 'mlflow.source.type': 'test' },
      user: 'u-1',
      sessionId: 's-1',
      clientRequestId: 'req-1',
      requestPreview: 'asked',
      responsePreview: 'answered',
      state: 'ERROR',
    })
    expect(trace).toMatchObject({
      tags: { domain: 'travel', n: '1', on: 'true', list: '[1,2]' },
      metadata: { version: '1.2.0', build: '{"n":7}', 'mlflow.source.type': 'test' },
      user: 'u-1',
      sessionId: 's-1',
      clientRequestId: 'req-1',
      requestPreview: 'asked',
      responsePreview: 'answered',
      state: 'ERROR',
    })
    expect(trace.tags).not.toHaveProperty('nothing')
    expect(codes()).toEqual([])
  })

  test('adds to what was said before, and the later value wins', () => {
    withSpan(() => {
      updateCurrentTrace({ tags: { a: 1, b: 1 }, user: 'first' })
      updateCurrentTrace({ tags: { b: 2 }, user: 'second', sessionId: '' })
      updateCurrentTrace({ user: undefined as unknown as string })
    })
    expect(traces.last).toMatchObject({ tags: { a: '1', b: '2' }, user: 'second' })
    expect(traces.last).not.toHaveProperty('sessionId')
  })

  test('says once that there is no trace', () => {
    updateCurrentTrace({ user: 'u' })
    updateCurrentTrace({ user: 'u' })
    expect(codes()).toEqual(['TS_NO_TRACE'])
  })

  test('takes the reserved metadata keys for user and session', () => {
    const trace = inTrace({ metadata: { 'mlflow.trace.user': 'u-1', 'mlflow.trace.session': 's-1' } })
    expect(trace).toMatchObject({ user: 'u-1', sessionId: 's-1', metadata: {} })
    expect(codes()).toEqual([])
  })

  test('moves them to metadata from tags, and says so', () => {
    const trace = inTrace({ tags: { 'mlflow.trace.user': 'u-1', 'mlflow.trace.session': 's-1', own: 'x' } })
    expect(trace).toMatchObject({ user: 'u-1', sessionId: 's-1', tags: { own: 'x' } })
    expect(codes()).toEqual(['TS_TAG_IS_METADATA', 'TS_TAG_IS_METADATA'])
  })

  test('cuts what MLflow would refuse, and says so', () => {
    const trace = inTrace({
      metadata: { long: 'x'.repeat(251), fits: 'x'.repeat(250), pair: `${'x'.repeat(249)}😀` },
      sessionId: 's'.repeat(300),
      tags: { long: 't'.repeat(5000) },
      requestPreview: 'p'.repeat(2000),
    })
    expect(trace.metadata.long).toHaveLength(250)
    expect(trace.metadata.fits).toHaveLength(250)
    expect(trace.metadata.pair).toBe('x'.repeat(249))
    expect(trace.sessionId).toHaveLength(250)
    expect(trace.tags.long).toHaveLength(4096)
    expect(trace.requestPreview?.length).toBeLessThanOrEqual(1000)
    expect(codes().filter((code) => code === 'TS_TRACE_VALUE_CUT').length).toBeGreaterThanOrEqual(4)
  })

  test.each([['a\nb'], ['ключ?'], [''], ['k'.repeat(251)], ['a"b']])(
    'leaves out the key %j, and says so',
    (key) => {
      const trace = inTrace({ tags: { [key]: 1, good: 1 }, metadata: { [key]: 1, good: 1 } })
      expect(trace).toMatchObject({ tags: { good: '1' }, metadata: { good: '1' } })
      expect(Object.keys({ ...trace.tags, ...trace.metadata })).toEqual(['good'])
      expect(codes()).toEqual(['TS_TRACE_KEY', 'TS_TRACE_KEY'])
    },
  )

  test('refuses another state, and says so', () => {
    expect(inTrace({ state: 'DONE' as 'OK' }).state).toBe('OK')
    expect(codes()).toEqual(['TS_TRACE_STATE'])
  })

  test('keeps previews out when content is not captured', () => {
    using off = captureTraces({ captureContent: false })
    withSpan(() =>
      updateCurrentTrace({ requestPreview: 'secret', responsePreview: 'secret', tags: { t: 1 } }),
    )
    expect(off.last).not.toHaveProperty('requestPreview')
    expect(off.last).not.toHaveProperty('responsePreview')
    expect(off.last?.tags).toEqual({ t: '1' })
  })

  test('speaks of the trace of this call only', async () => {
    await Promise.all(
      ['a', 'b', 'c'].map((user) =>
        withSpan(
          async () => {
            await sleep(2)
            updateCurrentTrace({ user })
          },
          { name: user },
        ),
      ),
    )
    for (const trace of traces.all) expect(trace.user).toBe(trace.name)
  })

  test('works below a span of another library', () => {
    otel.getTracer('http').startActiveSpan('GET /', (span) => {
      updateCurrentTrace({ user: 'u-1' })
      span.end()
    })
    expect(traces.last).toMatchObject({ name: 'GET /', user: 'u-1' })
  })
})

describe('tracingContext', () => {
  test('holds for every trace that starts inside, and adds up', async () => {
    await tracingContext({ user: 'u-1', tags: { a: 1, b: 1 }, metadata: { m: 1 } }, async () => {
      withSpan(() => 1, { name: 'outer' })
      await sleep(1)
      tracingContext({ sessionId: 's-1', tags: { b: 2 } }, () => withSpan(() => 1, { name: 'inner' }))
      withSpan(() => 1, { name: 'after' })
    })
    withSpan(() => 1, { name: 'outside' })
    const [outer, inner, after, outside] = traces.all
    expect(outer).toMatchObject({ user: 'u-1', tags: { a: '1', b: '1' }, metadata: { m: '1' } })
    expect(outer).not.toHaveProperty('sessionId')
    expect(inner).toMatchObject({ user: 'u-1', sessionId: 's-1', tags: { a: '1', b: '2' } })
    expect(after).toMatchObject({ tags: { a: '1', b: '1' } })
    expect(after).not.toHaveProperty('sessionId')
    expect(outside).toMatchObject({ tags: {}, metadata: {} })
    expect(outside).not.toHaveProperty('user')
  })

  test('does not change a trace that began outside', () => {
    withSpan(() => tracingContext({ user: 'late' }, () => withSpan(() => 1)), { name: 'root' })
    expect(traces.last).not.toHaveProperty('user')
  })

  test('makes no span, and gives the result', () => {
    expect(tracingContext({ user: 'u' }, () => 5)).toBe(5)
    expect(traces.spans).toEqual([])
  })

  test('enabled: false traces nothing inside, unless an inner one says otherwise', () => {
    withSpan(
      () => {
        tracingContext({ enabled: false }, () => {
          expect(withAgent({ agent: 'no' }, (span) => span.isRecording())).toBe(false)
          tracingContext({ user: 'u' }, () => withSpan(() => 1, { name: 'no' }))
          tracingContext({ enabled: true }, () => withSpan(() => 1, { name: 'yes' }))
        })
        withSpan(() => 1, { name: 'yes' })
      },
      { name: 'root' },
    )
    expect(traces.spans.map((span) => span.name)).toEqual(['root', 'yes', 'yes'])
  })

  test('a turn of an agent does not undo it', () => {
    tracingContext({ user: 'u-1' }, () => withAgent({ agent: 'a', user: 'u-2', sessionId: 's-2' }, () => 1))
    expect(traces.last).toMatchObject({ user: 'u-1', sessionId: 's-2' })
  })
})
