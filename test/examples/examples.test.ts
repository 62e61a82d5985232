import { describe, expect, it } from 'vitest'
import { content, outline, runExample, sendExample } from './run-example.ts'

describe('quickstart', { timeout: 60_000 }, () => {
  it('sends one turn with its tool and its model call', async () => {
    const { spans, span, result } = await sendExample('quickstart/index.js')
    expect(outline(spans)).toEqual(['agent:weather', '> tool:get_weather', '> chat'])
    expect(content(span('tool:get_weather'))).toEqual({
      in: { city: 'Lisbon' },
      out: { city: 'Lisbon', sky: 'sunny', celsius: 24 },
    })
    expect(span('agent:weather').attributes).toMatchObject({
      'session.id': 's-1',
      'user.id': 'u-1',
      'turnspan.usage.input_tokens': 120,
    })
    expect(result.stdout).toBe('It is sunny with 24 °C. Leave the coat at home.\n')
  })

  it('prints its trace where no target is configured', async () => {
    const { code, stdout, stderr } = await runExample('quickstart/index.js')
    expect(code).toBe(0)
    expect(stdout).toBe('It is sunny with 24 °C. Leave the coat at home.\n')
    expect(stderr).toMatch(
      /^trace [0-9a-f]{32} .*\nagent:weather .*\n[\s\S]*├─ tool:get_weather[\s\S]*└─ chat/,
    )
  })
})

describe('commonjs', { timeout: 60_000 }, () => {
  it('records the arguments of a wrapped function by their names', async () => {
    const { spans, span, result } = await sendExample('commonjs/index.js')
    expect(outline(spans)).toEqual(['agent:weather', '> lookUp'])
    expect(content(span('lookUp'))).toEqual({ in: { city: 'Lisbon' }, out: { city: 'Lisbon', celsius: 24 } })
    expect(result.stdout).toContain('sent: 2')
  })
})

describe('decorators', { timeout: 60_000 }, () => {
  it('makes a span of each decorated method', async () => {
    const { spans, span } = await sendExample('decorators/index.ts')
    expect(outline(spans)).toEqual(['agent:researcher', '> search', '> best'])
    expect(span('search').attributes['mlflow.spanType']).toBe('RETRIEVER')
    expect(content(span('search'))).toEqual({
      in: { word: 'spans' },
      out: ['Spans of time', 'A tree of spans'],
    })
  })
})

describe('streaming', { timeout: 60_000 }, () => {
  it('records a stream that was read to its end, and one that was given up', async () => {
    const { spans } = await sendExample('streaming/index.js')
    const [whole, broken] = [...spans].sort((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
    expect(spans).toHaveLength(2)
    expect(whole?.attributes['gen_ai.usage.output_tokens']).toBe(5)
    expect(JSON.stringify(content(whole as never).out)).toContain('You asked: how are you?')
    expect(JSON.stringify(content(broken as never).out)).toContain('You asked: ')
    expect(JSON.stringify(content(broken as never).out)).not.toContain('too long')
    expect(spans.map((span) => span.status.code)).toEqual(['OK', 'OK'])
  })
})

describe('response-ids', { timeout: 60_000 }, () => {
  it('gives the trace the ID that it prints', async () => {
    const { spans, result } = await sendExample('response-ids/index.js')
    const hex = /answered resp_([0-9a-f]{32})/.exec(result.stdout)?.[1]
    expect(spans.map(({ traceId, parentSpanId }) => ({ traceId, parentSpanId }))).toEqual([
      { traceId: hex, parentSpanId: undefined },
    ])
    expect(result.stdout).toContain(`search   tr-${hex} (MLflow)`)
  })
})

describe('existing-opentelemetry', { timeout: 60_000 }, () => {
  it("puts the application's spans and turnspan's into one tree, on both sides", async () => {
    const { spans, result } = await sendExample('existing-opentelemetry/index.js')
    expect(outline(spans)).toEqual([
      'POST /chat',
      '> agent:clerk',
      '> > tool:check_stock',
      '> > > SELECT stock',
    ])
    expect(result.stdout).toBe(
      'SELECT stock, tool:check_stock, agent:clerk, POST /chat: 4 spans sent by turnspan\n',
    )
  })
})

describe('distributed', { timeout: 60_000 }, () => {
  it('makes one trace of two services', async () => {
    const { spans, span } = await sendExample('distributed/index.js')
    expect(outline(spans)).toEqual(['agent:desk', '> tool:ask_warehouse', '> > tool:count_boxes'])
    expect(new Set(spans.map((each) => each.traceId)).size).toBe(1)
    expect(span('tool:count_boxes').resource['service.name']).toBe('warehouse')
    expect(span('tool:count_boxes').attributes).toMatchObject({ 'session.id': 's-1', 'user.id': 'u-1' })
    expect(content(span('tool:ask_warehouse')).out).toBe('3 boxes of tea')
  })
})

describe('redaction', { timeout: 60_000 }, () => {
  it('keeps secrets and personal data out of the spans, and in the hands of the agent', async () => {
    const { span, collector, result } = await sendExample('redaction/index.js')
    expect(content(span('tool:read_record')).out).toEqual({
      name: 'P-17',
      diagnosis: '[removed]',
      password: expect.stringContaining('[redacted'),
    })
    const wire = Buffer.concat(collector.requests.map((request) => request.body)).toString('latin1')
    for (const secret of ['ada@example.com', 'broken arm', 'hunter2', 'sk-proj'])
      expect(wire).not.toContain(secret)
    expect(result.stdout).toBe('The agent still sees: broken arm\n')
  })
})

describe('harness', { timeout: 60_000 }, () => {
  it('makes the same kind of tree of two harnesses, with policies and without credentials', async () => {
    const { spans, span, collector, result } = await sendExample('harness/index.js')
    const turn = ['agent:support', '> chat scripted-1', '> policy:tool-calls']
    expect(outline(spans)).toEqual([
      ...[...turn, '> tool:find_order', '> chat scripted-1'],
      ...[...turn, '> chat scripted-1'],
      ...['agent:coder', '> tool:shell', '> tool:search', '> > agent:reviewer', '> usage'],
      ...[...turn, '> agent:support', '> > policy:tool-calls', '> > tool:refund', '> > chat scripted-1'],
    ])
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(4)
    const decisions = spans.map(({ attributes }) => attributes['policy.action']).filter(Boolean)
    expect(decisions.sort()).toEqual(['allow', 'allow', 'ask', 'deny'])
    expect(span('tool:shell').status.code).toBe('ERROR')
    expect(content(span('tool:refund')).out).toMatchObject({ refunded: true, authorized: true })
    expect(span('usage').attributes).toMatchObject({ 'gen_ai.usage.input_tokens': 900 })
    expect(span('agent:coder').attributes).toMatchObject({
      'turnspan.usage.input_tokens': 900,
      'session.id': 's-1',
      'user.id': 'u-1',
    })
    const wire = Buffer.concat(collector.requests.map(({ body }) => body)).toString('latin1')
    expect(wire).not.toContain('sk-shop')
    expect(wire).not.toContain('Bearer')
    expect(result.stdout.split('\n')).toEqual([
      'It was shipped.',
      'I may not do that.',
      'The sum was off by one.',
      'May I refund? (refunds need a person)',
      'The money is on its way.',
      '',
    ])
  })
})

describe('queue', { timeout: 60_000 }, () => {
  it('goes on with a turn in a worker, with what is known of the trace', async () => {
    const { spans, span, result } = await sendExample('queue/index.js')
    expect(outline(spans)).toEqual([
      'agent:desk',
      '> chat',
      '> agent:researcher',
      '> > tool:search_suppliers',
      '> agent:researcher',
      '> > tool:search_suppliers',
      '> > chat',
    ])
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
    for (const { attributes } of spans)
      expect(attributes).toMatchObject({ 'session.id': 's-1', 'user.id': 'u-1' })
    const attempts = spans.filter(({ name }) => name === 'agent:researcher')
    expect(attempts.map(({ status }) => status.code).sort()).toEqual(['ERROR', 'OK'])
    expect(content(span('agent:desk')).out).toMatchObject([
      { role: 'assistant', parts: [{ type: 'text', content: 'I will look into it.' }] },
    ])
    expect(result.stdout).toBe('On Sundays: Ada & Sons, Night Bakery\n')
  })
})
