import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { attachProvider, createJoinedProcessor } from '../../src/bridge/attach-provider.ts'
import type { SpanExporterLike } from '../../src/config/exporter.ts'
import {
  flushTraces,
  init,
  onDiagnostic,
  shutdown,
  startSpan,
  withActiveSpan,
  withSpan,
} from '../../src/index.ts'
import { currentPipeline } from '../../src/tracer/current.ts'
import type { ExternalSpan } from '../../src/tracer/external-span.ts'

const seen = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(seen)] })
beforeAll(() => provider.register())
afterAll(async () => {
  await shutdown()
  trace.disable()
})

/** An exporter that notes names. */
function noting(names: string[]): SpanExporterLike {
  return {
    export(spans, done) {
      names.push(...spans.map((span) => (span as unknown as { name: string }).name))
      done({ code: 0 })
    },
    shutdown: async () => {},
  }
}

test('a turn that is open while the configuration changes stays in its pipeline, and leaves nothing open in the next', async () => {
  const first: string[] = []
  const second: string[] = []
  init({ exporters: [noting(first)] })
  const turn = startSpan({ name: 'turn' })
  init({ exporters: [noting(second)] })
  withActiveSpan(turn, () => withSpan(() => 1, { name: 'step' }))
  turn.end()
  withSpan(() => 1, { name: 'next' })
  await flushTraces()
  expect(first).toEqual(['step', 'turn'])
  expect(second).toEqual(['next'])
  expect(seen.getFinishedSpans().map(({ name }) => name)).toEqual(['step', 'turn', 'next'])
  expect(currentPipeline()?.traces.openCount).toBe(0)
})

test('what stands for our spans in the provider of the application opens nothing of its own', () => {
  init({ exporters: [noting([])] })
  const span = startSpan({ name: 'open' })
  const open = [...(currentPipeline()?.traces.find(span.traceId)?.open.values() ?? [])]
  expect(open).toEqual([span])
  span.end()
  expect(currentPipeline()?.traces.openCount).toBe(0)
})

test('a span of another library that cannot be read is said once, and its provider goes on', () => {
  init({ exporters: [noting([])] })
  const codes: string[] = []
  const stop = onDiagnostic(({ code }) => codes.push(code))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const processor = createJoinedProcessor()
  const odd = { name: 'odd', spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }) }
  for (let times = 0; times < 2; times++) processor.onEnd(odd as unknown as ExternalSpan)
  stop()
  expect(codes).toEqual(['TS_SPAN_UNREADABLE'])
})

test('a flush of the application fails for no receiver of ours, however little time it allows', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as AddressInfo
  const impatient = new NodeTracerProvider({ forceFlushTimeoutMillis: 400 })
  init({ endpoint: `http://127.0.0.1:${port}`, protocol: 'http/protobuf' })
  attachProvider(impatient)
  impatient.getTracer('app').startSpan('of the application').end()
  await expect(impatient.forceFlush()).resolves.toBeUndefined()
  await shutdown({ timeoutMs: 0 })
  silent.closeAllConnections()
  silent.close()
})
