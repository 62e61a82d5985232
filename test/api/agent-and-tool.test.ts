import { setTimeout as sleep } from 'node:timers/promises'
import { context, type Span as OtelSpan, trace as otel } from '@opentelemetry/api'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  getCurrentActiveSpan,
  newResponseId,
  SpanType,
  startSpan,
  trace,
  traceIdFromResponseId,
  updateCurrentTrace,
  withActiveSpan,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { type CapturedTraces, captureTraces, expectTrace } from '../../src/testing/index.ts'
import { currentPipeline } from '../../src/tracer/current.ts'

let traces: CapturedTraces
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  traces = captureTraces()
})
afterEach(() => traces.stop())

const HEX = '0af7651916cd43dd8448eb211c80319c'
const codes = () => traces.diagnostics.map((one) => one.code)

describe('withAgent', () => {
  test('records a turn under the names of the conventions', async () => {
    const turn = {
      agent: 'support',
      model: 'gpt-5',
      provider: 'openai',
      responseId: `resp_${HEX}`,
      sessionId: 's-1',
      user: 'u-1',
      input: [{ role: 'user', content: 'hi' }],
      attributes: { tier: 'gold' },
    }
    const answer = await withAgent(turn, async (agent) => {
      expect(getCurrentActiveSpan()).toBe(agent)
      return 'hello'
    })
    expect(answer).toBe('hello')
    expect(traces.get('agent:support')).toMatchObject({
      type: 'AGENT',
      agentName: 'support',
      model: 'gpt-5',
      provider: 'openai',
      inputs: [{ role: 'user', content: 'hi' }],
      outputs: 'hello',
      traceId: HEX,
      attributes: {
        'gen_ai.agent.name': 'support',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.provider.name': 'openai',
        'gen_ai.response.id': `resp_${HEX}`,
        'gen_ai.conversation.id': 's-1',
        tier: 'gold',
      },
    })
    expect(traces.last).toMatchObject({ sessionId: 's-1', user: 'u-1', traceId: HEX })
    expect(traces.get('support')).not.toHaveProperty('parentSpanId')
  })

  test('gives the trace the ID of any response ID', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-fA-F]{1,60}$/), (suffix) => {
        fc.pre(!/^0+$/.test(suffix.slice(0, 32)))
        traces.clear()
        withAgent({ agent: 'a', responseId: `resp_${suffix}` }, () => 1)
        expect(traces.last?.traceId).toBe(suffix.toLowerCase().slice(0, 32).padEnd(32, '0'))
        expect(traces.last?.root).not.toHaveProperty('parentSpanId')
      }),
    )
  })

  test.each([
    ['a missing prefix', HEX],
    ['an empty suffix', 'resp_'],
    ['other characters', 'resp_xyz'],
    ['the all-zero ID', `resp_${'0'.repeat(32)}`],
    ['a number', 17],
    ['null', null],
  ])('takes a random trace ID and says so once for %s', (_, responseId) => {
    const run = () => withAgent({ agent: 'a', responseId: responseId as string }, () => 1)
    expect(run()).toBe(1)
    expect(traces.last?.traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(traces.last?.traceId).not.toMatch(/^0+$/)
    expect(codes()).toEqual(['TS_RESPONSE_ID'])
    run()
    expect(traces.all).toHaveLength(2)
    expect(new Set(traces.all.map((trace) => trace.traceId)).size).toBe(2)
  })

  test('records the response ID below a turn of its own, and stays in that trace', () => {
    const outer = newResponseId()
    const inner = newResponseId()
    withAgent({ agent: 'outer', responseId: outer }, () =>
      withSpan(() => withAgent({ agent: 'inner', responseId: inner }, () => 1), { name: 'step' }),
    )
    expect(traces.all).toHaveLength(1)
    expect(traces.last?.traceId).toBe(traceIdFromResponseId(outer))
    expect(traces.get('inner').attributes['gen_ai.response.id']).toBe(inner)
    expectTrace(traces.last).toMatchTree(['outer', ['step', 'inner']])
  })

  test('starts its own trace below a span of another library, linked both ways', () => {
    const responseId = newResponseId()
    const http = otel.getTracer('http').startSpan('POST /chat')
    const foreign = http.spanContext()
    runBelow(http, () => withAgent({ agent: 'a', responseId }, () => 1))
    http.end()
    const agent = traces.get('agent:a')
    expect(agent.traceId).toBe(traceIdFromResponseId(responseId))
    expect(agent).not.toHaveProperty('parentSpanId')
    expect(agent.links).toMatchObject([{ traceId: foreign.traceId, spanId: foreign.spanId }])
    expect(traces.get('POST /chat').links).toMatchObject([{ traceId: agent.traceId, spanId: agent.spanId }])
  })

  const AGENTS: [string, () => unknown][] = [
    ['withAgent', () => withAgent({ agent: 'first' }, () => 1)],
    ['trace', () => trace(() => 1, { name: 'first', spanType: SpanType.AGENT })()],
    ['withSpan', () => withSpan(() => 1, { name: 'first', spanType: SpanType.AGENT })],
    [
      'a span of another library',
      () =>
        otel
          .getTracer('adk')
          .startSpan('run', { attributes: { 'gen_ai.agent.name': 'first' } })
          .end(),
    ],
  ]

  test.each(AGENTS)(
    'names the process after its first agent, made by %s, and not after what came before',
    (_, run) => {
      otel.getTracer('http').startSpan('GET /health').end()
      withSpan(() => 1, { name: 'poll' })
      expect(currentPipeline()?.agentName).toBeUndefined()
      run()
      withAgent({ agent: 'second' }, () => 1)
      expect(currentPipeline()?.agentName).toBe('first')
    },
  )

  const handle = trace((_question: string, work: () => unknown) => work(), { name: 'outer' })
  const AROUND: [string, (work: () => unknown) => unknown][] = [
    ['trace', (work) => handle('hi', work)],
    ['withSpan', (work) => withSpan(work, { name: 'outer' })],
    ['withTool', (work) => withTool({ tool: 'outer' }, work)],
    [
      'startSpan and withActiveSpan',
      (work) => {
        using span = startSpan({ name: 'outer' })
        return withActiveSpan(span, work)
      },
    ],
    [
      'a turn that has ended',
      (work) =>
        withActiveSpan(
          withAgent({ agent: 'outer' }, (span) => span),
          work,
        ),
    ],
  ]

  test.each(AROUND)('is found by its response ID below %s, linked both ways', (what, around) => {
    const responseId = newResponseId()
    around(() => withAgent({ agent: 'inner', responseId }, () => withTool({ tool: 't' }, () => 1)))
    const [inner, outer] = [traces.get('inner'), traces.get('outer')]
    expect(inner.traceId).toBe(traceIdFromResponseId(responseId))
    expect(inner).not.toHaveProperty('parentSpanId')
    expect(inner.links).toMatchObject([{ traceId: outer.traceId, spanId: outer.spanId }])
    expect(traces.get('t').traceId).toBe(inner.traceId)
    expect(outer.traceId).not.toBe(inner.traceId)
    // Nothing can be added to a span that has ended.
    if (what !== 'a turn that has ended') {
      expect(outer.links).toMatchObject([{ traceId: inner.traceId, spanId: inner.spanId }])
    }
  })

  test.each(AROUND)('nests below %s when asked to', (_, around) => {
    const responseId = newResponseId()
    around(() => withAgent({ agent: 'inner', responseId, nest: true }, () => 1))
    expect(traces.get('inner')).toMatchObject({
      parentSpanId: traces.get('outer').spanId,
      attributes: { 'gen_ai.response.id': responseId },
      links: [],
    })
  })

  test('has user and session of the trace that it leaves, unless it has its own', () => {
    withSpan(() => {
      updateCurrentTrace({ user: 'u-1', sessionId: 's-1' })
      withAgent({ agent: 'inner', responseId: newResponseId(), sessionId: 's-2' }, () => 1)
    })
    const inner = traces.all.find(({ root }) => root.name === 'agent:inner')
    expect(inner).toMatchObject({ user: 'u-1', sessionId: 's-2' })
  })

  const ROOTS: [string, (responseId: string) => unknown][] = [
    ['withSpan', (responseId) => withSpan(() => 1, { name: 'root', responseId })],
    ['startSpan', (responseId) => startSpan({ name: 'root', responseId }).end()],
    ['trace, as text', (responseId) => trace(() => 1, { name: 'root', responseId })()],
    [
      'trace, by its arguments',
      (id) => trace((_: { id: string }) => 1, { name: 'root', responseId: (call) => call.id })({ id }),
    ],
  ]

  test.each(ROOTS)('a manual root has a response ID by %s', (_, run) => {
    const [responseId, second] = [newResponseId(), newResponseId()]
    run(responseId)
    const root = { name: 'root', traceId: traceIdFromResponseId(responseId) }
    expect(traces.last?.root).toMatchObject({ ...root, attributes: { 'gen_ai.response.id': responseId } })
    expect(traces.last?.root).not.toHaveProperty('parentSpanId')
    traces.clear()
    withSpan(() => run(second), { name: 'around' })
    expect(traces.get('root')).toMatchObject({
      traceId: traceIdFromResponseId(second),
      links: [{ spanId: traces.get('around').spanId }],
    })
  })

  test('a function that throws instead of finding a response ID costs a diagnostic', () => {
    const responseId = (): string => {
      throw new Error('no such thing')
    }
    expect(trace(() => 'done', { name: 'root', responseId })()).toBe('done')
    expect(traces.get('root').traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(codes()).toEqual(['TS_RESPONSE_ID'])
  })

  test('a manual root with a response ID stays in the open turn of an agent', () => {
    withAgent({ agent: 'outer' }, () => withSpan(() => 1, { name: 'inner', responseId: newResponseId() }))
    expectTrace(traces.last).toMatchTree(['outer', ['inner']])
  })

  test('records the response ID below a span of another library in a turn of its own', () => {
    withAgent({ agent: 'outer' }, () => {
      const http = otel.getTracer('http').startSpan('POST /tools')
      runBelow(http, () => withAgent({ agent: 'inner', responseId: newResponseId() }, () => 1))
      http.end()
    })
    expectTrace(traces.last).toMatchTree(['outer', ['POST /tools', 'inner']])
  })

  test.each([
    ['nest', { responseId: `resp_${HEX}`, nest: true }],
    ['no response ID', {}],
    ['a malformed response ID', { responseId: 'nonsense' }],
  ])('nests below a span of another library with %s', (_, more) => {
    const http = otel.getTracer('http').startSpan('POST /chat')
    runBelow(http, () => withAgent({ agent: 'a', ...more }, () => 1))
    http.end()
    expect(traces.get('agent:a')).toMatchObject({
      traceId: http.spanContext().traceId,
      parentSpanId: http.spanContext().spanId,
      links: [],
    })
  })

  test('keeps user and session of the outer turn', () => {
    withAgent({ agent: 'outer', user: 'u-1', sessionId: 's-1' }, () =>
      withAgent({ agent: 'inner', user: 'u-2', sessionId: 's-2' }, () => 1),
    )
    expect(traces.last).toMatchObject({ user: 'u-1', sessionId: 's-1' })
  })

  test('sampleRatio decides for the turn', () => {
    withAgent({ agent: 'a', sampleRatio: 0 }, () => withTool({ tool: 't' }, () => 1))
    withAgent({ agent: 'b', sampleRatio: 1 }, () => 1)
    expect(traces.spans.map((span) => span.name)).toEqual(['agent:b'])
  })
})

/** Runs `work` with a span of another library active, as its instrumentation does. */
function runBelow(span: OtelSpan, work: () => unknown): void {
  context.with(otel.setSpan(context.active(), span), work)
}

describe('withTool', () => {
  test('records a call under the names of the conventions', async () => {
    const call = {
      tool: 'get_weather',
      arguments: { city: 'SF' },
      callId: 'call_1',
      attributes: { cached: false },
    }
    const weather = await withTool(call, async (span) => {
      expect(getCurrentActiveSpan()).toBe(span)
      return { temperature: 20 }
    })
    expect(weather).toEqual({ temperature: 20 })
    expect(traces.get('tool:get_weather')).toMatchObject({
      type: 'TOOL',
      toolName: 'get_weather',
      inputs: { city: 'SF' },
      outputs: { temperature: 20 },
      attributes: { 'gen_ai.tool.name': 'get_weather', 'gen_ai.tool.call.id': 'call_1', cached: false },
      status: { code: 'OK' },
    })
  })

  test('stands side by side with calls that run at the same time', async () => {
    await withAgent({ agent: 'a' }, () =>
      Promise.all(
        [30, 10, 20].map((ms) =>
          withTool({ tool: `t${ms}` }, async () => {
            await sleep(ms)
            return withSpan(() => ms, { name: `in ${ms}`, spanType: SpanType.PARSER })
          }),
        ),
      ),
    )
    expectTrace(traces.last).toMatchTree(['a', ['t10', 'in 10'], ['t20', 'in 20'], ['t30', 'in 30']])
    expect(traces.get('t30').durationMs).toBeGreaterThan(traces.get('t10').durationMs)
  })

  test('records what failed, and lets the others finish', async () => {
    const fault = new Error('no such city')
    const results = await withAgent({ agent: 'a' }, () =>
      Promise.allSettled([
        withTool({ tool: 'bad', arguments: { city: '?' } }, async () => {
          throw fault
        }),
        withTool({ tool: 'good' }, async () => 'ok'),
      ]),
    )
    expect(results[0]).toEqual({ status: 'rejected', reason: fault })
    expect(traces.get('bad')).toMatchObject({
      inputs: { city: '?' },
      status: { code: 'ERROR', message: 'Error: no such city' },
      error: { type: 'Error', message: 'no such city' },
    })
    expect(traces.get('bad')).not.toHaveProperty('outputs')
    expectTrace(traces.last).toHaveCalled('good', { withResult: 'ok' }).not.toHaveFailed()
  })

  test('follows a stream that the tool returns', async () => {
    const stream = withTool(
      { tool: 't', outputReducer: (items: number[]) => items.length },
      async function* () {
        yield 1
        yield 2
      },
    )
    for await (const _ of stream);
    expect(traces.get('t').outputs).toBe(2)
  })
})
