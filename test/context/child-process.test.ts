import { fileURLToPath } from 'node:url'
import { context, propagation } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { injectHeaders, withAgent } from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'
import { runNode } from '../support/child.ts'
import { startOtlpHttp } from '../support/collector.ts'

const CHILD = fileURLToPath(new URL('./served.child.ts', import.meta.url))

let traces: CapturedTraces
beforeEach(() => {
  traces = captureTraces()
})
afterEach(() => traces.stop())

const WAYS: [string, () => Record<string, string>][] = [
  ['injectHeaders', () => injectHeaders({})],
  [
    "OpenTelemetry's API",
    () => {
      const headers = {}
      propagation.inject(context.active(), headers)
      return headers
    },
  ],
]

test.each(WAYS)(
  'a child process continues the trace of its environment, written by %s',
  async (_, headers) => {
    await using receiver = await startOtlpHttp()
    await withAgent({ agent: 'parent' }, async () => {
      const { traceparent: TRACEPARENT, tracestate: TRACESTATE } = headers()
      const env = { TRACEPARENT, TRACESTATE, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }
      const { code, stderr } = await runNode(CHILD, { env })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    })
    const parent = traces.get('agent:parent')
    expect(receiver.spans()).toMatchObject([
      {
        name: 'tool:count',
        traceId: parent.traceId,
        parentSpanId: parent.spanId,
        traceState: 'turnspan=root;s:1',
      },
    ])
  },
)
