import { trace as otel } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  getCurrentActiveSpan,
  type Span,
  SpanType,
  startSpan,
  trace,
  withActiveSpan,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'

let traces: CapturedTraces
beforeEach(() => {
  traces = captureTraces()
})
afterEach(() => traces.stop())

describe('withSpan', () => {
  test('gives the span, makes it active, and records what it is told', () => {
    const result = withSpan(
      (span) => {
        expect(getCurrentActiveSpan()).toBe(span)
        expect(span.traceId).toMatch(/^[0-9a-f]{32}$/)
        expect(span.spanId).toMatch(/^[0-9a-f]{16}$/)
        expect(span.name).toBe('step')
        expect(span.isRecording()).toBe(true)
        span.setAttribute('k', 'v').setAttributes({ n: 1 }).setSpanType('CUSTOM').addEvent('e')
        return 'out'
      },
      { name: 'step', spanType: SpanType.CHAIN, inputs: { q: 1 }, attributes: { from: 'options' } },
    )
    expect(result).toBe('out')
    expect(getCurrentActiveSpan()).toBeUndefined()
    expect(traces.get('step')).toMatchObject({
      type: 'CUSTOM',
      inputs: { q: 1 },
      outputs: 'out',
      attributes: { k: 'v', n: 1, from: 'options' },
    })
  })

  test('is named after the function', () => {
    withSpan(function work() {})
    withSpan(() => {})
    expect(traces.spans.map((span) => span.name)).toEqual(['work', 'anonymous'])
  })

  test('records no output where the function gives its own span, as setters do', () => {
    withSpan((span) => span.setInputs({ n: 1 }), { name: 'chained' })
    withSpan((span) => [span], { name: 'listed' })
    const [chained, listed] = ['chained', 'listed'].map((name) => traces.get(name))
    expect(chained?.outputs).toBeUndefined()
    expect(listed?.outputs).toEqual(['[Span]'])
  })

  test('records no output for undefined, and null for null', () => {
    withSpan(() => undefined, { name: 'a' })
    withSpan(() => null, { name: 'b' })
    expect(traces.get('a')).not.toHaveProperty('outputs')
    expect(traces.get('b').outputs).toBeNull()
  })

  test('ends when the promise settles', async () => {
    let release = (_: string): void => {}
    const work = withSpan(() => new Promise<string>((resolve) => (release = resolve)), { name: 's' })
    expect(traces.spans).toHaveLength(0)
    release('later')
    expect(await work).toBe('later')
    expect(traces.get('s').outputs).toBe('later')
  })

  test('hands thenables on and ends with them', async () => {
    let started = 0
    const lazy = {
      // biome-ignore lint/suspicious/noThenProperty: a query builder that begins to work when it is awaited
      then(resolve: (value: number) => void) {
        started += 1
        resolve(5)
      },
    }
    const got = withSpan(() => lazy, { name: 's' })
    expect(got).toBe(lazy)
    expect(started).toBe(0)
    expect(await (got as unknown as Promise<number>)).toBe(5)
    expect(started).toBe(1)
    expect(traces.get('s').outputs).toBe(5)
  })
})

describe('errors', () => {
  const WAYS: [string, (work: () => unknown) => unknown][] = [
    ['withSpan', (work) => withSpan(work)],
    ['withAgent', (work) => withAgent({ agent: 'a' }, work)],
    ['withTool', (work) => withTool({ tool: 't' }, work)],
    ['trace', (work) => trace(work)()],
  ]

  test.each(WAYS)('%s throws the same object, once, and runs the work once', (_, call) => {
    const fault = Object.freeze(new TypeError('bad'))
    let runs = 0
    let caught: unknown
    try {
      call(() => {
        runs += 1
        throw fault
      })
    } catch (error) {
      caught = error
    }
    expect(caught).toBe(fault)
    expect(runs).toBe(1)
    expect(traces.spans).toHaveLength(1)
    expect(traces.spans[0]).toMatchObject({
      status: { code: 'ERROR', message: 'TypeError: bad' },
      attributes: { 'error.type': 'TypeError' },
      error: { type: 'TypeError', message: 'bad' },
    })
  })

  test.each(WAYS)('%s rejects with the same object, once, and runs the work once', async (_, call) => {
    const fault = new TypeError('bad')
    let runs = 0
    const work = call(async () => {
      runs += 1
      await Promise.resolve()
      throw fault
    }) as Promise<unknown>
    await expect(work).rejects.toBe(fault)
    expect(runs).toBe(1)
    expect(traces.spans).toMatchObject([{ status: { code: 'ERROR' }, error: { message: 'bad' } }])
  })

  test('keep inputs and the outputs so far', () => {
    expect(() =>
      withSpan(
        (span) => {
          span.setOutputs('half')
          throw new Error('late')
        },
        { name: 's', inputs: 'in' },
      ),
    ).toThrow('late')
    expect(traces.get('s')).toMatchObject({ inputs: 'in', outputs: 'half', status: { code: 'ERROR' } })
  })

  test('of a generator reach the consumer, with the items before', () => {
    const fault = new Error('in the middle')
    const items = withSpan(
      () =>
        (function* () {
          yield 1
          throw fault
        })(),
      { name: 's' },
    )
    expect(items.next().value).toBe(1)
    let caught: unknown
    try {
      items.next()
    } catch (error) {
      caught = error
    }
    expect(caught).toBe(fault)
    expect(traces.get('s')).toMatchObject({ outputs: [1], error: { message: 'in the middle' } })
  })

  test('an ERROR that was set stays, though the work returned', () => {
    withSpan((span) => void span.setStatus('ERROR', 'refused'), { name: 's' })
    expect(traces.get('s')).toMatchObject({ status: { code: 'ERROR', message: 'refused' } })
  })

  test('a recorded exception does not make the span fail', () => {
    withSpan((span) => span.recordException(new Error('handled')), { name: 's' })
    expect(traces.get('s')).toMatchObject({ status: { code: 'OK' }, error: { message: 'handled' } })
  })
})

describe('startSpan', () => {
  test('stands below the active span, and is not active itself', () => {
    withSpan(
      (outer) => {
        const span = startSpan({ name: 'inner', inputs: 1 })
        expect(getCurrentActiveSpan()).toBe(outer)
        expect(span.traceId).toBe(outer.traceId)
        span.end({ outputs: 2, attributes: { k: 1 }, status: 'ERROR' })
      },
      { name: 'outer' },
    )
    expect(traces.get('inner')).toMatchObject({
      parentSpanId: traces.get('outer').spanId,
      inputs: 1,
      outputs: 2,
      attributes: { k: 1 },
      status: { code: 'ERROR' },
    })
  })

  test('stands below the parent that is given', () => {
    const parent = startSpan({ name: 'parent' })
    withSpan(() => startSpan({ name: 'child', parent }).end(), { name: 'other' })
    startSpan({
      name: 'below foreign',
      parent: otel.wrapSpanContext({
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        traceFlags: 1,
        isRemote: true,
      }),
    }).end()
    parent.end()
    expect(traces.get('child').parentSpanId).toBe(parent.spanId)
    expect(traces.get('child').traceId).toBe(parent.traceId)
    expect(traces.get('below foreign')).toMatchObject({
      traceId: 'a'.repeat(32),
      parentSpanId: 'b'.repeat(16),
    })
  })

  test('starts a trace of its own below null', () => {
    withSpan(
      (outer) => {
        const span = startSpan({ name: 'root', parent: null })
        expect(span.traceId).not.toBe(outer.traceId)
        span.end()
      },
      { name: 'outer' },
    )
    expect(traces.get('root')).not.toHaveProperty('parentSpanId')
    expect(traces.all).toHaveLength(2)
  })

  test('stands below a parent that has ended', () => {
    const parent = startSpan({ name: 'parent' })
    parent.end()
    startSpan({ name: 'child', parent }).end()
    expect(traces.get('child').parentSpanId).toBe(parent.spanId)
  })

  test('ends at the end of a using block, once', () => {
    {
      using span = startSpan({ name: 's' })
      span.setOutputs(1)
    }
    expect(traces.get('s').outputs).toBe(1)
  })

  test('takes start and end in every form of time, and never ends before it began', () => {
    const at = Date.now() - 5000
    startSpan({ name: 'ms', startTime: at }).end(at + 100)
    startSpan({ name: 'date', startTime: new Date(at) }).end({ endTime: new Date(at + 100) })
    startSpan({ name: 'hr', startTime: [Math.floor(at / 1000), (at % 1000) * 1e6] }).end([
      Math.floor((at + 100) / 1000),
      ((at + 100) % 1000) * 1e6,
    ])
    for (const name of ['ms', 'date', 'hr']) {
      expect(traces.get(name).startTime).toBeCloseTo(at, 2)
      expect(traces.get(name).durationMs).toBeCloseTo(100, 2)
    }
    startSpan({ name: 'back', startTime: at }).end(at - 100)
    expect(traces.get('back').durationMs).toBe(0)
  })

  test('does nothing after its end', () => {
    const span = startSpan({ name: 's' })
    span.end()
    const before = structuredClone(traces.get('s'))
    span
      .setInputs(1)
      .setOutputs(2)
      .setAttribute('k', 1)
      .setStatus('ERROR')
      .setModel('m')
      .setSpanType('X')
      .updateName('n')
      .addEvent('e')
      .setTokenUsage({ inputTokens: 1, outputTokens: 1 })
    span.recordException(new Error('late'))
    span.end()
    expect(span.isRecording()).toBe(false)
    expect(traces.spans).toEqual([before])
  })

  test('is a span for OpenTelemetry too', () => {
    const span: Span = startSpan({ name: 's' })
    expect(span.spanContext()).toMatchObject({ traceId: span.traceId, spanId: span.spanId, traceFlags: 1 })
    span.end()
  })
})

describe('withActiveSpan', () => {
  test('makes a span active without ending it', () => {
    const span = startSpan({ name: 'outer' })
    const result = withActiveSpan(span, () => {
      expect(getCurrentActiveSpan()).toBe(span)
      withSpan(() => 1, { name: 'inner' })
      return 'result'
    })
    expect(result).toBe('result')
    expect(getCurrentActiveSpan()).toBeUndefined()
    expect(span.isRecording()).toBe(true)
    span.end()
    expect(traces.snapshot()).toBe('outer [UNKNOWN]\n└─ inner [UNKNOWN]')
  })

  test('lasts through awaits, and throws on what its function throws', async () => {
    const span = startSpan({ name: 's' })
    await withActiveSpan(span, async () => {
      await Promise.resolve()
      expect(getCurrentActiveSpan()).toBe(span)
    })
    expect(() =>
      withActiveSpan(span, () => {
        throw new Error('out')
      }),
    ).toThrow('out')
    span.end()
    expect(traces.get('s').status.code).toBe('OK')
  })
})

describe('without a pipeline', () => {
  beforeEach(() => traces.stop())

  test('every way runs the function with a span that does nothing', async () => {
    for (const call of [
      (fn: (span: Span) => unknown) => withSpan(fn),
      (fn: (span: Span) => unknown) => withAgent({ agent: 'a', responseId: 'nonsense' }, fn),
      (fn: (span: Span) => unknown) => withTool({ tool: 't' }, fn),
    ]) {
      const seen: Span[] = []
      expect(call((span) => seen.push(span))).toBe(1)
      expect(seen[0]?.isRecording()).toBe(false)
      expect(seen[0]?.traceId).toBe('0'.repeat(32))
      expect(seen[0]?.setInputs(1).setOutputs(2)).toBe(seen[0])
    }
    const work = Promise.resolve(1)
    expect(withSpan(() => work)).toBe(work)
    const fn = trace((a: number) => a + 1)
    expect(fn(1)).toBe(2)
    using span = startSpan({ name: 's' })
    expect(withActiveSpan(span, () => 3)).toBe(3)
    expect(traces.spans).toEqual([])
  })
})
