import { ROOT_CONTEXT } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/resolve.ts'
import { createExportStatistics } from '../../src/export/statistics/export-statistics.ts'
import { onDiagnostic } from '../../src/runtime/diagnostics.ts'
import type { EndedSpan } from '../../src/span/ended-span.ts'
import type { LiveSpan } from '../../src/span/live-span.ts'
import { plainOf } from '../../src/span/snapshot/plain.ts'
import { beginSpan } from '../../src/tracer/begin-span.ts'
import { createPipeline, type Pipeline } from '../../src/tracer/pipeline.ts'
import { ownTracer } from '../../src/tracing/own-tracer.ts'

const MOST = 1_000_000

function setUp() {
  const { config } = resolveConfig(
    { endpoint: 'http://127.0.0.1:9', captureContent: true, maxQueueBytes: MOST },
    {},
  )
  if (config === undefined) throw new Error('no configuration')
  const ended: EndedSpan[] = []
  const pipeline: Pipeline = createPipeline(config, [], createExportStatistics(), ownTracer)
  pipeline.ended = (span) => void ended.push(span)
  const begin = (name: string, root = true): LiveSpan =>
    beginSpan(pipeline, ROOT_CONTEXT, { name, root, spanType: 'CHAIN', scope: { name: 'test' } })
  const end = (span: LiveSpan): EndedSpan => {
    span.end()
    return ended.at(-1) as EndedSpan
  }
  return { pipeline, begin, end }
}

const inputsOf = (span: EndedSpan): unknown => span.agent?.inputs && plainOf(span.agent.inputs)

test('gives up the content of the oldest open spans, with a mark, and says so once', () => {
  const said: string[] = []
  const stop = onDiagnostic(({ code }) => said.push(code))
  const { pipeline, begin, end } = setUp()
  const spans = Array.from({ length: 50 }, (_, i) =>
    begin(`call ${i}`)
      .setInputs(`${i} ${'x'.repeat(50_000)}`)
      .setAttribute('short', 'stays')
      .setAttribute('long', 'y'.repeat(50_000))
      .setAttribute('object', { a: 'z'.repeat(1000) })
      .addEvent('event', { text: 'e'.repeat(1000) }),
  ) as LiveSpan[]
  stop()
  expect(said).toEqual(['TS_OPEN_CONTENT'])
  expect(pipeline.openContent.bytes()).toBeLessThanOrEqual(MOST)
  const [first, ...others] = spans.map(end)
  const last = others.at(-1)
  expect(inputsOf(first as EndedSpan)).toMatch(/^\[5\d{4} bytes discarded: .*\]$/)
  expect(first?.attributes.short).toBe('stays')
  expect(first?.attributes.long).toMatch(/^\[50040 bytes discarded/)
  expect(first?.attributes.object).toMatch(/bytes discarded/)
  expect([...(first?.agent?.jsonKeys ?? [])]).not.toContain('object')
  expect(first?.events.map(({ name, attributes }) => [name, attributes])).toEqual([['event', undefined]])
  expect(inputsOf(last as EndedSpan)).toHaveLength(50_003)
  expect(last?.attributes.long).toHaveLength(50_000)
  expect([...(last?.agent?.jsonKeys ?? [])]).toContain('object')
  expect(pipeline.openContent.bytes()).toBe(0)
})

test('a value larger than all that open spans may hold is given up itself', () => {
  const { pipeline, begin, end } = setUp()
  const span = begin('large')
  for (let i = 0; i < 30; i += 1) span.setAttribute(`text.${i}`, 'x'.repeat(100_000))
  expect(pipeline.openContent.bytes()).toBeLessThanOrEqual(MOST)
  const { attributes } = end(span)
  const whole = Object.values(attributes).filter((value) => String(value).length === 100_000)
  expect(whole.length).toBeLessThanOrEqual(10)
  expect(attributes['text.0']).toMatch(/bytes discarded/)
})

test('what is replaced while a span is open does not count any more', () => {
  const { pipeline, begin, end } = setUp()
  const span = begin('again')
  for (let i = 0; i < 100; i += 1) span.setInputs('x'.repeat(90_000)).setAttribute('a', 'y'.repeat(90_000))
  expect(pipeline.openContent.bytes()).toBeLessThan(200_000)
  expect(inputsOf(end(span))).toHaveLength(90_000)
  expect(pipeline.openContent.bytes()).toBe(0)
})

test('there is room again when spans end, and the next time is said again', () => {
  const said: string[] = []
  const stop = onDiagnostic(({ code }) => said.push(code))
  const { begin } = setUp()
  for (let round = 0; round < 3; round += 1) {
    const spans = Array.from({ length: 30 }, () => begin('call').setInputs('x'.repeat(50_000)))
    for (const span of spans) span.end()
  }
  stop()
  expect(said).toEqual(['TS_OPEN_CONTENT', 'TS_OPEN_CONTENT', 'TS_OPEN_CONTENT'])
})
