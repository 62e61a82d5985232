import { trace as otel } from '@opentelemetry/api'
import { afterEach, describe, expect, test } from 'vitest'
import {
  flushTraces,
  getCurrentActiveSpan,
  init,
  injectHeaders,
  shutdown,
  startSpan,
  stats,
  updateCurrentTrace,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'
import { book, chat } from './agent.ts'

let traces: CapturedTraces | undefined
afterEach(async () => {
  traces?.stop()
  await shutdown({ timeoutMs: 0 })
})

/** An exporter that keeps the names of what it got. */
function recordingExporter() {
  const names: string[] = []
  return {
    names,
    export(spans: { name: string }[], done: (result: { code: number }) => void) {
      names.push(...spans.map((span) => span.name))
      done({ code: 0 })
    },
    async shutdown() {},
  }
}

describe('captureTraces', () => {
  test('gives finished spans as plain objects', async () => {
    traces = captureTraces()
    await book('SF')
    const [agent, search] = traces.spans
    expect(traces.spans.map((span) => span.name)).toEqual([
      'agent:travel',
      'tool:search',
      'tool:book',
      'chat',
    ])
    expect(agent).toMatchObject({
      type: 'AGENT',
      agentName: 'travel',
      inputs: 'Go to SF',
      outputs: 'Booked a flight to SF',
      status: { code: 'OK' },
      tokens: { inputTokens: 120, outputTokens: 30, totalTokens: 150 },
      model: 'gpt-5',
      provider: 'openai',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    expect(search).toMatchObject({
      type: 'TOOL',
      toolName: 'search',
      inputs: { city: 'SF', limit: 3 },
      outputs: ['UA 1'],
      parentSpanId: agent?.spanId,
      traceId: agent?.traceId,
    })
    expect(agent).not.toHaveProperty('parentSpanId')
    expect(agent).not.toHaveProperty('error')
    expect(structuredClone(search)).toEqual(search)
    for (const span of traces.spans) {
      expect(span.durationMs).toBeCloseTo(span.endTime - span.startTime, 6)
      expect(Math.abs(span.startTime - Date.now())).toBeLessThan(10_000)
    }
  })

  test('gives a span as soon as it has ended, without waiting', () => {
    traces = captureTraces()
    withSpan(() => 1, { name: 'sync' })
    expect(traces.spans).toHaveLength(1)
    const span = startSpan({ name: 'open' })
    expect(traces.spans).toHaveLength(1)
    span.end()
    expect(traces.spans.map(({ name }) => name)).toEqual(['sync', 'open'])
  })

  test('gives traces with their tree and what was said of them', async () => {
    traces = captureTraces()
    await book('SF')
    withSpan(() => 1, { name: 'other' })
    expect(traces.all.map((trace) => trace.name)).toEqual(['agent:travel', 'other'])
    expect(traces.last?.name).toBe('other')
    const [trace] = traces.all
    expect(trace).toMatchObject({
      root: { name: 'agent:travel' },
      sessionId: 's-1',
      user: 'u-1',
      tags: { domain: 'travel' },
      metadata: { version: '1.2.0' },
      state: 'OK',
      tokens: { totalTokens: 150 },
    })
    expect(trace?.traceId).toBe(trace?.root.traceId)
    expect(trace?.tree).toHaveLength(1)
    expect(trace?.tree[0]?.children.map((node) => node.span.name)).toEqual([
      'tool:search',
      'tool:book',
      'chat',
    ])
    expect(trace?.spans).toHaveLength(4)
  })

  test('counts tokens of sibling calls once each, and of nested ones only at the top', async () => {
    traces = captureTraces()
    await withSpan(() => Promise.all([chat('a'), chat('b')]), { name: 'chain' })
    await withAgent({ agent: 'outer' }, () => withAgent({ agent: 'inner' }, () => chat('c')))
    expect(traces.all.map((trace) => trace.tokens?.totalTokens)).toEqual([300, 150])
  })

  test('has the error of a failed span', () => {
    traces = captureTraces()
    const fault = new RangeError('too far')
    expect(() =>
      withTool({ tool: 'go' }, () => {
        throw fault
      }),
    ).toThrow(fault)
    expect(traces.get('go')).toMatchObject({
      status: { code: 'ERROR', message: 'RangeError: too far' },
      error: { type: 'RangeError', message: 'too far', stack: expect.stringContaining('RangeError') },
      events: [{ name: 'exception' }],
    })
    expect(traces.last?.state).toBe('ERROR')
  })

  test('gives objects in attributes as objects, and JSON-looking text as text', () => {
    traces = captureTraces()
    withSpan((span) => span.setAttributes({ object: { a: [1] }, text: '{"a":[1]}', list: [1, 2] }), {
      name: 's',
    })
    expect(traces.get('s').attributes).toEqual({ object: { a: [1] }, text: '{"a":[1]}', list: [1, 2] })
  })

  test('has events and links', () => {
    traces = captureTraces()
    const other = startSpan({ name: 'other' })
    withSpan(
      (span) => {
        span.addEvent('step', { n: 1 })
        span.addLink(other)
      },
      { name: 's' },
    )
    const { events, links } = traces.get('s')
    expect(events).toEqual([{ name: 'step', time: expect.any(Number), attributes: { n: 1 } }])
    expect(links).toEqual([{ traceId: other.traceId, spanId: other.spanId, attributes: {} }])
  })

  test('finds spans by name, bare name, pattern and function', async () => {
    traces = captureTraces()
    await book('SF')
    expect(traces.find('search')?.name).toBe('tool:search')
    expect(traces.find('tool:search')?.name).toBe('tool:search')
    expect(traces.find('travel')?.type).toBe('AGENT')
    expect(traces.find(/^tool:b/)?.toolName).toBe('book')
    expect(traces.find({ type: 'TOOL', inputs: { city: 'SF' } })?.toolName).toBe('search')
    expect(traces.find({ status: 'ERROR' })).toBeUndefined()
    expect(traces.findAll((span) => span.type === 'TOOL')).toHaveLength(2)
    expect(traces.find('nothing')).toBeUndefined()
    expect(() => traces?.get('nothing')).toThrow(
      /a span named "nothing", but there is none.*\n[\s\S]*tool:search/,
    )
  })

  test('names open spans when a span is missing', () => {
    traces = captureTraces()
    const span = startSpan({ name: 'running' })
    expect(() => traces?.get('nothing')).toThrow(/No trace has ended[\s\S]*Still open: running/)
    span.end()
  })
})

describe('options', () => {
  test('capture content by default, and not when told so', () => {
    traces = captureTraces({ captureContent: false })
    withSpan((span) => span.setInputs('secret'), { name: 's' })
    expect(traces.get('s')).not.toHaveProperty('inputs')
  })

  test('redact what is captured', () => {
    traces = captureTraces({ redact: (value) => (value === 'secret' ? '***' : value) })
    withSpan(() => 1, { name: 's', inputs: { key: 'secret' } })
    expect(traces.get('s').inputs).toEqual({ key: '***' })
  })

  test('leave out what sampling leaves out', () => {
    traces = captureTraces({ sampleRatio: 0 })
    withSpan(() => 1, { name: 's' })
    expect(traces.spans).toEqual([])
    expect(stats().unsampled).toBe(1)
  })

  test('come from init where it was called, but for content and sampling', () => {
    const exporter = recordingExporter()
    init({
      exporters: [exporter],
      sampleRatio: 0,
      redact: (value, { key }) => (key === 'outputs' ? 'hidden' : value),
      captureContent: false,
    })
    traces = captureTraces()
    withSpan(() => 1, { name: 's' })
    expect(traces.get('s').outputs).toBe('hidden')
  })

  test('that do not fit are thrown', () => {
    expect(() => captureTraces({ sampleRatio: 2 })).toThrow(/sampleRatio/)
    expect(() => captureTraces({ sampleratio: 1 } as object)).toThrow(/sampleratio/)
    expect(getCurrentActiveSpan()).toBeUndefined()
    withSpan((span) => expect(span.isRecording()).toBe(false))
  })

  test('keep: agent leaves out spans of other libraries', () => {
    traces = captureTraces({ keep: 'agent' })
    const tracer = otel.getTracer('http')
    withSpan(
      () =>
        tracer.startActiveSpan('GET /', (http) => {
          withSpan(() => 1, { name: 'inner' })
          http.end()
        }),
      { name: 'outer' },
    )
    expect(traces.snapshot()).toBe('outer [UNKNOWN]\n└─ inner [UNKNOWN]')
  })
})

describe('what was there before', () => {
  test('is nothing again after stop', () => {
    traces = captureTraces()
    withSpan(() => 1, { name: 'in' })
    traces.stop()
    withSpan((span) => expect(span.isRecording()).toBe(false), { name: 'after' })
    expect(getCurrentActiveSpan()).toBeUndefined()
    expect(injectHeaders({})).toEqual({})
    expect(traces.spans.map((span) => span.name)).toEqual(['in'])
    expect(stats().sent).toBe(0)
  })

  test('is what init configured, which gets nothing meanwhile', async () => {
    const exporter = recordingExporter()
    init({ exporters: [exporter] })
    withSpan(() => 1, { name: 'before' })
    traces = captureTraces()
    withSpan(() => 1, { name: 'meanwhile' })
    traces.stop()
    withSpan(() => 1, { name: 'after' })
    const report = await flushTraces()
    expect(exporter.names).toEqual(['before', 'after'])
    expect(traces.spans.map((span) => span.name)).toEqual(['meanwhile'])
    expect(report).toMatchObject({ sent: 2, queued: 0, dropped: {} })
  })

  test('may also come meanwhile: an init under test does not end the capture', async () => {
    traces = captureTraces()
    const exporter = recordingExporter()
    expect(init({ exporters: [exporter] }).enabled).toBe(true)
    withSpan(() => 1, { name: 'meanwhile' })
    expect(traces.spans).toHaveLength(1)
    expect(await flushTraces()).toMatchObject({ sent: 1 })
    traces.stop()
    withSpan(() => 1, { name: 'after' })
    await flushTraces()
    expect(exporter.names).toEqual(['after'])
  })

  test('is an earlier capture, whichever ends first', () => {
    traces = captureTraces()
    const inner = captureTraces()
    withSpan(() => 1, { name: 'a' })
    traces.stop()
    withSpan(() => 1, { name: 'b' })
    expect(inner.spans.map((span) => span.name)).toEqual(['a', 'b'])
    inner.stop()
    withSpan(() => 1, { name: 'c' })
    expect([...traces.spans, ...inner.spans].map((span) => span.name)).toEqual(['a', 'b'])
  })

  test('comes back at the end of a using block', async () => {
    {
      using inner = captureTraces()
      withSpan(() => 1, { name: 'sync' })
      expect(inner.spans).toHaveLength(1)
    }
    withSpan((span) => expect(span.isRecording()).toBe(false))
    {
      await using inner = captureTraces()
      await withSpan(async () => 1, { name: 'async' })
      expect(inner.spans).toHaveLength(1)
    }
    withSpan((span) => expect(span.isRecording()).toBe(false))
  })

  test('stop may be called twice', () => {
    traces = captureTraces()
    const second = captureTraces()
    traces.stop()
    traces.stop()
    withSpan(() => 1, { name: 's' })
    expect(second.spans).toHaveLength(1)
    second.stop()
  })
})

describe('spans of other libraries', () => {
  test('stand in the same tree, read in their own vocabulary', () => {
    traces = captureTraces()
    withAgent({ agent: 'a' }, () => {
      const span = otel.getTracer('ai').startSpan('chat gpt-5', {
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': 'gpt-5',
          'gen_ai.usage.input_tokens': 7,
          'gen_ai.usage.output_tokens': 2,
          'gen_ai.input.messages': '[{"role":"user"}]',
        },
      })
      span.end()
    })
    expect(traces.get('chat gpt-5')).toMatchObject({
      type: 'CHAT_MODEL',
      model: 'gpt-5',
      tokens: { totalTokens: 9 },
      inputs: [{ role: 'user' }],
      parentSpanId: traces.get('a').spanId,
      status: { code: 'UNSET' },
    })
    expect(traces.get('a').tokens?.totalTokens).toBe(9)
  })

  test('are not heard with a private provider', () => {
    traces = captureTraces({ provider: 'private' })
    withSpan(() => otel.getTracer('x').startSpan('foreign').end(), { name: 'own' })
    expect(traces.spans.map((span) => span.name)).toEqual(['own'])
  })
})

describe('settled', () => {
  test('waits for open spans, also those of work that nobody awaits', async () => {
    traces = captureTraces()
    void book('SF')
    expect(traces.all).toEqual([])
    expect(traces.last).toBeUndefined()
    await traces.settled()
    expect(traces.last?.name).toBe('agent:travel')
  })

  test('waits for spans that are not sampled, too', async () => {
    traces = captureTraces({ sampleRatio: 0 })
    const work = withSpan(() => new Promise((resolve) => setTimeout(resolve, 20)), { name: 's' })
    await traces.settled()
    expect(stats().unsampled).toBe(1)
    await work
  })

  test('returns at once when nothing is open', async () => {
    traces = captureTraces()
    await expect(traces.settled({ timeoutMs: 0 })).resolves.toBeUndefined()
  })

  test('names the spans that do not end', async () => {
    traces = captureTraces()
    const span = startSpan({ name: 'forgotten' })
    await expect(traces.settled({ timeoutMs: 20 })).rejects.toThrow(/still open after 20 ms: forgotten/)
    span.end()
    await traces.settled()
  })
})

test('clear forgets what was captured', () => {
  traces = captureTraces()
  withSpan(() => updateCurrentTrace({ tags: { '\n': 1 } }), { name: 'a' })
  expect(traces.diagnostics).toHaveLength(1)
  traces.clear()
  expect(traces.spans).toEqual([])
  expect(traces.diagnostics).toEqual([])
  withSpan(() => 1, { name: 'b' })
  expect(traces.spans.map((span) => span.name)).toEqual(['b'])
})

test('each capture hears what is said once', () => {
  for (const _ of [1, 2]) {
    traces = captureTraces()
    updateCurrentTrace({ user: 'u' })
    expect(traces.diagnostics.map((one) => one.code)).toEqual(['TS_NO_TRACE'])
    traces.stop()
    updateCurrentTrace({ user: 'u' })
    expect(traces.diagnostics).toHaveLength(1)
  }
})
