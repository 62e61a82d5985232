import { trace } from '@opentelemetry/api'
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type Diagnostic,
  flushTraces,
  init,
  onDiagnostic,
  type Span,
  shutdown,
  startSpan,
} from '../../src/index.ts'
import { TurnspanExporter } from '../../src/otel/index.ts'
import { resetDiagnosed } from '../../src/runtime/diagnostics.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import type { DecodedSpan } from '../support/decoded-span.ts'

let server: OtlpHttpCollector
const said: Diagnostic[] = []
let stop = (): void => {}
beforeAll(async () => {
  server = await startOtlpHttp()
})
afterAll(() => server.stop())
beforeEach(() => {
  resetDiagnosed()
  said.length = 0
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(async () => {
  await shutdown({ timeoutMs: 0 })
  stop()
})

const targetOf = () => ({ endpoint: server.url, protocol: 'http/protobuf', experimentId: '0' }) as const
const limits = (): Diagnostic[] => said.filter(({ code }) => code === 'TS_SPAN_LIMITS')
const linked = (n: number) => ({
  context: { traceId: 'a'.repeat(32), spanId: (n + 1).toString(16).padStart(16, '0'), traceFlags: 1 },
})

/** So much more than a span keeps of each: 3 attributes, 5 events, 2 links. */
function fill(span: Pick<Span, 'setAttribute' | 'addEvent' | 'addLink' | 'addLinks'>): void {
  for (let i = 0; i < 1003; i += 1) span.setAttribute(`a${i}`, i)
  for (let i = 0; i < 1005; i += 1) span.addEvent(`e${i}`)
  span.addLink(linked(0))
  span.addLinks(Array.from({ length: 129 }, (_, i) => linked(i + 1)))
}

async function arrived(name: string): Promise<DecodedSpan> {
  await flushTraces()
  const spans = server.spans().filter((span) => span.name === name)
  expect(spans).toHaveLength(1)
  return spans[0] as DecodedSpan
}
const countsOf = ({ droppedAttributesCount, droppedEventsCount, droppedLinksCount }: DecodedSpan) => [
  droppedAttributesCount,
  droppedEventsCount,
  droppedLinksCount,
]

describe('what a span has beyond its limits', () => {
  test('is counted on the span, and said once for all of them', async () => {
    init(targetOf())
    for (const name of ['first', 'second']) {
      const span = startSpan({ name })
      fill(span)
      span.end()
    }
    startSpan({ name: 'small' }).end()
    for (const name of ['first', 'second']) {
      const span = await arrived(name)
      expect(countsOf(span)).toEqual([3, 5, 2])
      expect(span.events).toHaveLength(1000)
      expect(span.links).toHaveLength(128)
    }
    expect(countsOf(await arrived('small'))).toEqual([0, 0, 0])
    expect(limits()).toHaveLength(1)
    expect(limits()[0]?.data).toEqual({ name: 'first', attributes: 3, events: 5, links: 2 })
  })

  test("is counted on spans of OpenTelemetry's API", async () => {
    init(targetOf())
    const span = trace.getTracer('library').startSpan('raw')
    fill(span as never)
    span.end()
    expect(countsOf(await arrived('raw'))).toEqual([3, 5, 2])
  })

  test("reaches the application's exporters", async () => {
    const seen: { droppedAttributesCount: number; droppedEventsCount: number; droppedLinksCount: number }[] =
      []
    init({
      exporters: [
        {
          export(spans, done) {
            seen.push(...(spans as never[]))
            done({ code: 0 })
          },
          shutdown: async () => {},
        },
      ],
    })
    const span = startSpan({ name: 'exported' })
    fill(span)
    span.end()
    await flushTraces()
    expect(seen).toMatchObject([{ droppedAttributesCount: 3, droppedEventsCount: 5, droppedLinksCount: 2 }])
  })

  test('is counted where a span is cut to its size as well', async () => {
    init({ ...targetOf(), limits: { maxSpanBytes: 20_000 } })
    const span = startSpan({ name: 'large' })
    for (let i = 0; i < 1001; i += 1) span.addEvent(`e${i}`, { text: 'x'.repeat(100) })
    span.end()
    const large = await arrived('large')
    expect(large.events.length).toBeLessThan(1000)
    expect(large.droppedEventsCount).toBe(1001 - large.events.length)
  })
})

describe("what another provider's span says that it dropped", () => {
  test('is carried on, and nothing is said of limits of ours', async () => {
    const exporter = new TurnspanExporter(targetOf())
    const provider = new NodeTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter as never)],
      spanLimits: {
        attributeCountLimit: 2,
        eventCountLimit: 3,
        linkCountLimit: 1,
        attributePerEventCountLimit: 1,
        attributePerLinkCountLimit: 1,
      },
    })
    const links = [
      { ...linked(0), attributes: { a: 1, b: 2, c: 3 } },
      { ...linked(1), attributes: { a: 1, b: 2, c: 3 } },
    ]
    const span = provider.getTracer('library').startSpan('limited', { links })
    for (const key of ['a', 'b', 'c', 'd', 'e']) span.setAttribute(key, 1)
    for (let i = 0; i < 7; i += 1) span.addEvent(`e${i}`, { a: 1, b: 2 })
    span.end()
    await provider.forceFlush()
    const limited = await arrived('limited')
    expect(countsOf(limited)).toEqual([3, 4, 1])
    expect(limited.events.map(({ droppedAttributesCount }) => droppedAttributesCount)).toEqual([1, 1, 1])
    expect(limited.links.map(({ droppedAttributesCount }) => droppedAttributesCount)).toEqual([2])
    expect(limits()).toEqual([])
    await provider.shutdown()
  })
})
