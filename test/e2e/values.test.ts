import { expect, test } from 'vitest'
import { SpanType, startSpan, trace, withSpan } from '../../src/index.ts'
import { readWithPython } from '../support/mlflow-python.ts'
import { delivered, mlflowUrl, named, reader, startTracing, tracingPerTest } from './tracing.ts'

tracingPerTest()
// As inputs and as outputs, each comes back equal and of the same type.
const values: readonly unknown[] = [
  'plain',
  '',
  ' blank ends ',
  '{"a":1}',
  ' {"a":1}\n',
  '[1,2]',
  '"quoted"',
  '"\\"twice\\""',
  '42',
  '-0.5',
  'true',
  'null',
  'NaN',
  '[NaN]',
  '{broken',
  '"open',
  'line\nbreak\ttab \\ backslash "quotes"',
  'Zürich 東京 🚀 \u2028',
  'x'.repeat(10_000),
  0,
  42,
  -7,
  1.5,
  9007199254740991,
  true,
  false,
  null,
  {},
  [],
  [1, 'two', null, true, [3], { four: 4 }],
  { nested: { list: [{ deep: '{"json":"text"}' }] }, 'key with space': 1, ключ: 'значение', '': 'empty key' },
  { text: '{"a":1}', number: '42', __proto__x: 1 },
]

test('inputs and outputs come back as they were given, to the page and to Python', async () => {
  startTracing()
  const root = startSpan({ name: 'root', parent: null, spanType: SpanType.CHAIN })
  values.forEach((value, index) => {
    startSpan({ name: `value ${index}`, parent: root, inputs: value })
      .setOutputs(value)
      .end()
  })
  root.end()
  await delivered()
  const spans = await reader.spans(root.traceId)
  const page = values.map((_, index) => named(spans, `value ${index}`))
  expect(page.map((span) => span.inputs)).toEqual(values)
  expect(page.map((span) => span.outputs)).toEqual(values)
  const python = await readWithPython(mlflowUrl, root.traceId)
  const read = values.map((_, index) => python.spans.find((span) => span.name === `value ${index}`))
  expect(read.map((span) => span?.inputs)).toEqual(values)
  expect(read.map((span) => span?.outputs)).toEqual(values)
})

test('attributes come back as they were given', async () => {
  startTracing()
  const attributes = {
    text: 'plain',
    json: '{"a":1}',
    list: '[1]',
    quoted: '"q"',
    digits: '42',
    flag: 'true',
    int: 42,
    float: 0.25,
    yes: true,
    texts: ['a', '{"b":1}'],
    numbers: [1, 2.5],
    unicode: '🚀',
  }
  const traceId = withSpan(
    (span) => span.setAttributes({ ...attributes, object: { a: [1, { b: 2 }] } }).traceId,
    {
      name: 'attributed',
    },
  )
  await delivered()
  const stored = named(await reader.spans(traceId), 'attributed').attributes
  expect(stored).toMatchObject(attributes)
  // An object has no form of its own in an OpenTelemetry attribute; MLflow shows its JSON text as an object.
  expect(stored.object).toEqual({ a: [1, { b: 2 }] })
})

test('events and links come back', async () => {
  startTracing()
  const first = startSpan({ name: 'first', parent: null })
  first.end()
  const second = startSpan({ name: 'second', parent: null, links: [{ context: first.spanContext() }] })
  second.addEvent('retry', { attempt: 2, why: 'timeout', json: '{"a":1}' })
  second.end()
  await delivered()
  const stored = named(await reader.spans(second.traceId), 'second')
  expect(stored.events).toEqual([
    expect.objectContaining({ name: 'retry', attributes: { attempt: 2, why: 'timeout', json: '{"a":1}' } }),
  ])
  expect(stored.links).toEqual([
    expect.objectContaining({ trace_id: `tr-${first.traceId}`, span_id: first.spanId }),
  ])
})

class Assistant {
  readonly #city = 'SF'

  @trace({ spanType: SpanType.RETRIEVER })
  async search(query: string, { limit } = { limit: 3 }, ...rest: string[]): Promise<string[]> {
    return [this.#city, query, String(limit), ...rest]
  }
}

test('a decorated method has its arguments by name and its result', async () => {
  startTracing()
  const traceId = await withSpan(
    async (span) => {
      await new Assistant().search('weather', { limit: 1 }, 'a', 'b')
      return span.traceId
    },
    { name: 'root' },
  )
  await delivered()
  expect(named(await reader.spans(traceId), 'search')).toMatchObject({
    type: 'RETRIEVER',
    inputs: { query: 'weather', arg1: { limit: 1 }, rest: ['a', 'b'] },
    outputs: ['SF', 'weather', '1', 'a', 'b'],
  })
})

test('every span type is stored as its own', async () => {
  startTracing()
  const types = [...Object.values(SpanType), 'CUSTOM_STEP']
  const root = startSpan({ name: 'root', parent: null })
  for (const spanType of types) startSpan({ name: `type ${spanType}`, parent: root, spanType }).end()
  root.end()
  await delivered()
  const spans = await reader.spans(root.traceId)
  expect(types.map((type) => named(spans, `type ${type}`).type)).toEqual(types)
})

test('times are exact to the microsecond, also when given', async () => {
  startTracing()
  const start = Date.now() - 5000
  const span = startSpan({ name: 'timed', parent: null, startTime: start + 0.25 })
  span.end({ endTime: start + 1500.5 })
  const [a, b] = ['a', 'b'].map((name) => startSpan({ name, parent: span }))
  a?.end()
  b?.end()
  await delivered()
  const spans = await reader.spans(span.traceId)
  const timed = named(spans, 'timed')
  expect(timed.startTimeUnixNano).toBe(BigInt(start) * 1_000_000n + 250_000n)
  expect(timed.endTimeUnixNano - timed.startTimeUnixNano).toBe(1_500_250_000n)
  expect(named(spans, 'a').startTimeUnixNano).toBeLessThan(named(spans, 'b').startTimeUnixNano)
})
