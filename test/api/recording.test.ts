import { trace as otel } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SpanType, stats, trace, updateCurrentTrace, withAgent, withSpan, withTool } from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'

let traces: CapturedTraces
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  traces = captureTraces()
})
afterEach(() => traces.stop())

describe('with capture off', () => {
  beforeEach(() => {
    traces.stop()
    traces = captureTraces({ captureContent: false })
  })

  test('no content is kept, whichever way it comes', async () => {
    const secret = 'SECRET-VALUE'
    await withAgent({ agent: 'a', input: secret }, async (agent) => {
      agent.setInputs(secret)
      agent.setOutputs({ deep: [secret] })
      updateCurrentTrace({ requestPreview: secret, responsePreview: secret })
      await withTool({ tool: 't', arguments: { secret } }, async () => secret)
      trace((given: string) => given)(secret)
      withSpan((span) => span.end({ outputs: secret }), { name: 's', inputs: secret })
      for (const item of withSpan(function* () {
        yield secret
      }))
        expect(item).toBe(secret)
      agent.recordException(new Error(secret))
      agent.setStatus('ERROR', secret)
      otel
        .getTracer('ai')
        .startSpan('chat', {
          attributes: {
            'gen_ai.input.messages': secret,
            'input.value': secret,
            'ai.prompt.messages': secret,
            'ai.model.id': 'yes',
            unknown: secret,
          },
        })
        .addEvent('gen_ai.content.prompt', { 'gen_ai.prompt': 'x', 'gen_ai.content.prompt': secret })
        .end()
    })
    expect(() =>
      withSpan(
        () => {
          throw new TypeError(secret)
        },
        { name: 'failed' },
      ),
    ).toThrow()
    expect(JSON.stringify([traces.spans, traces.all])).not.toContain(secret)
    expect(traces.get('chat').attributes).toEqual({ 'ai.model.id': 'yes' })
  })

  test('a failed span has ERROR and the type of the error, no more', () => {
    expect(() =>
      withSpan(
        () => {
          throw new RangeError('private')
        },
        { name: 's' },
      ),
    ).toThrow()
    expect(traces.get('s')).toMatchObject({
      status: { code: 'ERROR' },
      error: { type: 'RangeError' },
      attributes: { 'error.type': 'RangeError' },
      events: [{ name: 'exception', attributes: { 'exception.type': 'RangeError' } }],
    })
    expect(traces.get('s').status).not.toHaveProperty('message')
    expect(traces.get('s').error).toEqual({ type: 'RangeError' })
  })

  test('attributes, tags, metadata, user, session, model and tokens stay', () => {
    withAgent({ agent: 'a', model: 'gpt-5', user: 'u', sessionId: 's', attributes: { k: 'v' } }, (span) => {
      span.setTokenUsage({ inputTokens: 1, outputTokens: 2 })
      updateCurrentTrace({ tags: { t: 1 }, metadata: { m: 1 } })
    })
    expect(traces.get('a')).toMatchObject({
      model: 'gpt-5',
      tokens: { totalTokens: 3 },
      attributes: { k: 'v' },
    })
    expect(traces.last).toMatchObject({ user: 'u', sessionId: 's', tags: { t: '1' }, metadata: { m: '1' } })
  })

  test('content is not even looked at', () => {
    let looked = 0
    const value = {
      get secret() {
        looked += 1
        return 1
      },
    }
    withSpan(
      (span) => {
        span.setInputs(value)
        return value
      },
      { name: 's', inputs: value },
    )
    trace((given: unknown) => given)(value)
    expect(looked).toBe(0)
  })
})

describe('tokens', () => {
  const call = (input: number, output: number, model?: string) =>
    withSpan(
      (span) => {
        span.setTokenUsage({ inputTokens: input, outputTokens: output })
        if (model) span.setModel(model, 'openai')
      },
      { name: 'chat', spanType: SpanType.CHAT_MODEL },
    )

  test('of an agent are the sum over its descendants', () => {
    withAgent({ agent: 'a' }, () => {
      call(10, 1)
      withSpan(() => withTool({ tool: 't' }, () => call(20, 2)), { name: 'step' })
    })
    expect(traces.get('a').tokens).toEqual({ inputTokens: 30, outputTokens: 3, totalTokens: 33 })
    expect(traces.get('step')).not.toHaveProperty('tokens')
    expect(traces.get('t')).not.toHaveProperty('tokens')
  })

  test('of an inner agent count once for the outer one', () => {
    withAgent({ agent: 'outer' }, () => {
      withAgent({ agent: 'inner' }, () => call(10, 1))
      call(5, 5)
    })
    expect(traces.get('inner').tokens?.totalTokens).toBe(11)
    expect(traces.get('outer').tokens?.totalTokens).toBe(21)
  })

  test('a span with usage of its own stands for its subtree', () => {
    withAgent({ agent: 'a' }, () =>
      withSpan(
        (span) => {
          call(10, 1)
          span.setTokenUsage({ inputTokens: 100, outputTokens: 0 })
        },
        { name: 'wrapper', spanType: SpanType.LLM },
      ),
    )
    expect(traces.get('a').tokens?.totalTokens).toBe(100)
  })

  test('set on the agent win over the sum', () => {
    withAgent({ agent: 'a' }, (agent) => {
      call(10, 1)
      agent.setTokenUsage({ inputTokens: 1, outputTokens: 1, totalTokens: 5, cacheReadInputTokens: 1 })
    })
    expect(traces.get('a').tokens).toEqual({
      inputTokens: 1,
      outputTokens: 1,
      totalTokens: 5,
      cacheReadInputTokens: 1,
    })
  })

  test('keep their parts, and add them up', () => {
    withAgent({ agent: 'a' }, () => {
      for (const _ of [1, 2]) {
        withSpan(
          (span) =>
            span.setTokenUsage({
              inputTokens: 120,
              outputTokens: 30,
              cacheReadInputTokens: 100,
              cacheCreationInputTokens: 10,
              reasoningTokens: 12,
            }),
          { name: 'chat' },
        )
      }
    })
    expect(traces.get('a').tokens).toEqual({
      inputTokens: 240,
      outputTokens: 60,
      totalTokens: 300,
      cacheReadInputTokens: 200,
      cacheCreationInputTokens: 20,
      reasoningTokens: 24,
    })
  })

  test.each([
    [
      { inputTokens: 1.7, outputTokens: 2.2 },
      { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
    ],
    [{ inputTokens: 5 }, { inputTokens: 5, outputTokens: 0, totalTokens: 5 }],
    [
      { totalTokens: 9, outputTokens: 4 },
      { inputTokens: 5, outputTokens: 4, totalTokens: 9 },
    ],
    [{ inputTokens: Number.NaN, outputTokens: -1 }, undefined],
    [{ inputTokens: '5', outputTokens: null }, undefined],
    [{}, undefined],
  ])('are whole and not negative: %j', (given, expected) => {
    withSpan((span) => void span.setTokenUsage(given as never), { name: 's' })
    expect(traces.get('s').tokens).toEqual(expected)
  })

  test('name one model on the agent only where one did all the work', () => {
    withAgent({ agent: 'one', model: 'asked' }, () => {
      call(1, 1, 'gpt-5')
      call(1, 1, 'gpt-5')
    })
    withAgent({ agent: 'two', model: 'asked' }, () => {
      call(1, 1, 'gpt-5')
      call(1, 1, 'gpt-5-mini')
    })
    withAgent({ agent: 'none', model: 'asked' }, () => 1)
    expect(traces.get('one').model).toBe('gpt-5')
    expect(traces.get('two')).not.toHaveProperty('model')
    expect(traces.get('none').model).toBe('asked')
  })
})

describe('sampling', () => {
  test('decides once for the whole trace, and counts what it leaves out', () => {
    withSpan(
      () => {
        withSpan(() => 1, { sampleRatio: 1 })
        otel.getTracer('raw').startSpan('raw').end()
      },
      { sampleRatio: 0 },
    )
    expect(traces.spans).toEqual([])
    expect(stats()).toMatchObject({ unsampled: 3, sent: 0, queued: 0 })
    withSpan(() => withSpan(() => 1, { sampleRatio: 0 }), { sampleRatio: 1 })
    expect(traces.spans).toHaveLength(2)
  })

  test('keeps about the share that is asked for', () => {
    traces.stop()
    traces = captureTraces({ sampleRatio: 0.25 })
    for (let i = 0; i < 2000; i += 1) withSpan(() => 1)
    // Five standard deviations around 500.
    expect(Math.abs(traces.spans.length - 500)).toBeLessThan(97)
    expect(stats().unsampled + stats().sent).toBe(2000)
  })

  test.each([[-1], [2], [Number.NaN], ['all']])('ignores the ratio %s, and says so', (ratio) => {
    withSpan(() => 1, { sampleRatio: ratio as number })
    expect(traces.spans).toHaveLength(1)
    expect(traces.diagnostics.map((one) => one.code)).toEqual(['TS_SAMPLE_RATIO'])
  })
})

describe('limits', () => {
  test('a span keeps so many attributes, events and links, and later values of known keys', () => {
    withSpan(
      (span) => {
        for (let i = 0; i < 1200; i += 1) {
          span
            .setAttribute(`k${i}`, i)
            .addEvent(`e${i}`)
            .addLink({
              context: {
                traceId: 'a'.repeat(32),
                spanId: (i + 1).toString(16).padStart(16, '0'),
                traceFlags: 1,
              },
            })
        }
        span.setAttribute('k0', 'again')
      },
      { name: 's' },
    )
    const { attributes, events, links } = traces.get('s')
    expect(Object.keys(attributes)).toHaveLength(1000)
    expect(attributes.k0).toBe('again')
    expect(events).toHaveLength(1000)
    expect(links).toHaveLength(128)
  })

  test('setting one attribute again and again leaves room for others', () => {
    withSpan(
      (span) => {
        for (let i = 0; i < 2000; i += 1) span.setAttribute('progress', i)
        span.setAttribute('result', 'ok')
      },
      { name: 's' },
    )
    expect(traces.get('s').attributes).toEqual({ progress: 1999, result: 'ok' })
  })

  test('attributes may have any name', () => {
    withSpan((span) => span.setAttributes({ constructor: 'c', toString: 't', ['__proto__']: 'p', '': 'e' }), {
      name: 's',
    })
    expect(traces.get('s').attributes).toEqual({ constructor: 'c', toString: 't' })
  })

  test('an attribute that was an object and is text now is text', () => {
    withSpan((span) => span.setAttribute('k', { a: 1 }).setAttribute('k', '{"a":1}'), { name: 's' })
    expect(traces.get('s').attributes.k).toBe('{"a":1}')
  })

  test('values and spans are cut at their limits, with a mark', () => {
    traces.stop()
    traces = captureTraces({ limits: { maxValueBytes: 500, maxSpanBytes: 2000, maxDepth: 3 } })
    withSpan(() => 'x'.repeat(10_000), { name: 'value', inputs: { a: { b: { c: { d: 1 } } } } })
    expect(JSON.stringify(traces.get('value').outputs).length).toBeLessThanOrEqual(502)
    expect(traces.get('value').outputs).toMatch(/characters cut\]/)
    expect(traces.get('value').inputs).toEqual({ a: { b: { c: '[Object]' } } })
    withSpan(
      (span) => {
        for (let i = 0; i < 50; i += 1) span.setAttribute(`k${i}`, 'y'.repeat(400))
      },
      { name: 'span' },
    )
    expect(JSON.stringify(traces.get('span').attributes).length).toBeLessThan(3000)
  })

  test('names are cut and cleaned', () => {
    withSpan((span) => span.updateName(`\ud800\0${'n'.repeat(5000)}`), { name: 's' })
    expect(traces.spans[0]?.name).toMatch(/^\uFFFD\uFFFDn+…$/)
    expect(traces.spans[0]?.name).toHaveLength(1000)
  })
})
