import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withSpan } from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'
import { suppressScope } from '../../src/tracer/suppressed-scopes.ts'

let traces: CapturedTraces
let unmute: () => void
beforeEach(() => {
  traces = captureTraces()
  unmute = suppressScope('noisy')
})
afterEach(() => {
  unmute()
  traces.stop()
  trace.disable()
})

/** A call that a library traces by itself, and below it one of another library and one of ours. */
function traced(): void {
  withSpan(
    () =>
      trace.getTracer('noisy').startActiveSpan('its own', (own) => {
        trace.getTracer('http').startActiveSpan('POST', (request) => request.end())
        withSpan(() => 1, { name: 'inside' })
        own.end()
      }),
    { name: 'call' },
  )
}

const tree = (): string[] =>
  traces.spans.map(({ name, parentSpanId }) => {
    const parent = traces.spans.find(({ spanId }) => spanId === parentSpanId)
    return `${name} < ${parent?.name ?? 'nobody'}`
  })

test('spans of a muted tracer are left out, and what is below them stands below the span above', () => {
  traced()
  expect(tree().toSorted()).toEqual(['POST < call', 'call < nobody', 'inside < call'])
})

test('with a provider of the application, its own backend still has them', () => {
  const seen = new InMemorySpanExporter()
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(seen)] }))
  traced()
  expect(tree().toSorted()).toEqual(['POST < call', 'call < nobody', 'inside < call'])
  expect(seen.getFinishedSpans().map(({ name }) => name)).toContain('its own')
})

test('a tracer is heard again once everybody who muted it has let it go', () => {
  const second = suppressScope('noisy')
  unmute()
  unmute()
  traced()
  expect(tree().some((line) => line.startsWith('its own'))).toBe(false)
  second()
  traces.clear()
  traced()
  expect(tree().some((line) => line.startsWith('its own'))).toBe(true)
})
