import { expect, test } from 'vitest'
import { flushTraces, startSpan, withActiveSpan, withSpan } from '../../src/index.ts'
import { until } from '../support/until.ts'
import { delivered, named, reader, startTracing, tracingPerTest } from './tracing.ts'

const said = tracingPerTest()

test('a span that is sent while it is open is replaced by what its end sends', {
  timeout: 60_000,
}, async () => {
  startTracing({ watchdog: { afterMs: 100, exportOpen: true } })
  const turn = startSpan({ name: 'turn', parent: null, inputs: { question: 'why?' } })
  const { traceId } = turn.spanContext()
  withActiveSpan(turn, () => withSpan(() => 1, { name: 'step' }))
  await until(() => said.find('TS_SPAN_NOT_ENDED'), { what: 'the watchdog' })
  await flushTraces()
  const running = await until(
    async () => {
      const spans = await reader.spans(traceId)
      return spans.length === 2 ? spans : undefined
    },
    { what: 'the trace while it runs' },
  )
  expect(named(running, 'turn').attributes).toMatchObject({ 'turnspan.open': true })
  turn.end({ outputs: { answer: 'because' } })
  expect(await delivered()).toMatchObject({ sent: 2 })
  const spans = await reader.spans(traceId)
  expect(spans).toHaveLength(2)
  const ended = named(spans, 'turn')
  expect(ended.spanId).toBe(named(running, 'turn').spanId)
  expect(ended.attributes).not.toHaveProperty('turnspan.open')
  expect(ended.status.code).toBe('OK')
  expect(ended.endTimeUnixNano).toBeGreaterThan(named(running, 'turn').endTimeUnixNano)
  const info = await reader.traceInfo(traceId)
  expect(info.state).toBe('OK')
  expect(info.response_preview).toContain('because')
})
