import { type Context, type SpanOptions, type TracerProvider, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createJoinedProcessor, markProcessor } from '../../src/bridge/attach-provider.ts'
import {
  init,
  newResponseId,
  onDiagnostic,
  shutdown,
  traceIdFromResponseId,
  withAgent,
  withTool,
} from '../../src/index.ts'
import type { EndedSpan } from '../../src/span/ended-span.ts'
import { currentPipeline } from '../../src/tracer/current.ts'

let seen: InMemorySpanExporter
let inner: NodeTracerProvider
const codes: string[] = []
let stop = (): void => {}
beforeEach(() => {
  seen = new InMemorySpanExporter()
  const byHand = createJoinedProcessor()
  markProcessor(byHand)
  const processors = [new SimpleSpanProcessor(seen), byHand as unknown as SpanProcessor]
  inner = new NodeTracerProvider({ spanProcessors: processors })
  inner.register()
  trace.disable()
  codes.length = 0
  stop = onDiagnostic(({ code }) => codes.push(code))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(async () => {
  await shutdown()
  stop()
  trace.disable()
})

type Start = (
  name: string,
  options?: SpanOptions,
  context?: Context,
) => ReturnType<ReturnType<TracerProvider['getTracer']>['startSpan']>

/**
 * A provider around the SDK's, as vendors have them: its tracers are wrapped, so that their generator is out of reach, and
 * its processors are hidden, ours, which was added by hand, among them.
 */
function wrapped(around: (start: Start) => Start): TracerProvider & object {
  return {
    getTracer(name, version) {
      const tracer = inner.getTracer(name, version)
      const startSpan = around((spanName, options, context) => tracer.startSpan(spanName, options, context))
      return { startSpan, startActiveSpan: () => undefined as never }
    },
  }
}

/** What leaves through our own pipeline. */
function leaving(): EndedSpan[] {
  const ended: EndedSpan[] = []
  const pipeline = currentPipeline()
  if (pipeline === undefined) throw new Error('Nothing is traced')
  const { ended: take } = pipeline
  pipeline.ended = (span) => {
    ended.push(span)
    take(span)
  }
  return ended
}

const turn = (responseId: string): number =>
  withAgent({ agent: 'a', responseId }, () => withTool({ tool: 't' }, () => 1))

test('a tracer whose ID generator is out of reach gives a root the wanted trace ID all the same', () => {
  trace.setGlobalTracerProvider(wrapped((start) => start))
  init({ exporters: [{ export: (_, done) => done({ code: 0 }), shutdown: async () => {} }] })
  const ended = leaving()
  const responseId = newResponseId()
  const traceId = traceIdFromResponseId(responseId)
  turn(responseId)
  const [tool, root] = seen.getFinishedSpans()
  expect(root?.name).toBe('agent:a')
  expect(root?.spanContext().traceId).toBe(traceId)
  expect(root?.parentSpanContext).toBeUndefined()
  expect(tool?.parentSpanContext?.spanId).toBe(root?.spanContext().spanId)
  expect(ended.map(({ spanId }) => spanId)).toEqual([tool?.spanContext().spanId, root?.spanContext().spanId])
  expect(ended.map((span) => span.traceId)).toEqual([traceId, traceId])
  expect(codes).not.toContain('TS_TRACE_ID_NOT_SHARED')
})

test('a tracer that takes no trace ID costs a diagnostic, and our own trace keeps its ID', () => {
  trace.setGlobalTracerProvider(
    wrapped((start) => (name, options) => start(name, { ...options, root: true })),
  )
  init({ exporters: [{ export: (_, done) => done({ code: 0 }), shutdown: async () => {} }] })
  const ended = leaving()
  const responseId = newResponseId()
  const traceId = traceIdFromResponseId(responseId)
  expect(turn(responseId)).toBe(1)
  expect(codes).toContain('TS_TRACE_ID_NOT_SHARED')
  expect(ended.map((span) => span.traceId)).toEqual([traceId, traceId])
  expect(ended[0]?.parentSpanId).toBe(ended[1]?.spanId)
  expect(ended[1]?.parentSpanId).toBeUndefined()
})

test('a tracer that throws costs nothing', () => {
  trace.setGlobalTracerProvider(
    wrapped(() => () => {
      throw new Error('broken')
    }),
  )
  init({ exporters: [{ export: (_, done) => done({ code: 0 }), shutdown: async () => {} }] })
  const ended = leaving()
  expect(turn(newResponseId())).toBe(1)
  expect(ended).toHaveLength(2)
})
