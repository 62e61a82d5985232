import { metrics } from '@opentelemetry/api'
import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type InitOptions,
  init,
  onDiagnostic,
  SpanType,
  shutdown,
  startSpan,
  withActiveSpan,
  withAgent,
  withTool,
} from '../../src/index.ts'
import { beginModelCall } from '../../src/integrations/base/index.ts'
import { until } from '../support/until.ts'

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

interface Point {
  readonly attributes: Readonly<Record<string, unknown>>
  readonly count: number
  readonly sum: number | undefined
}

interface Measured {
  readonly unit: string
  readonly buckets: readonly number[]
  readonly points: readonly Point[]
}

let reader: Reader
let codes: string[]
let stop: () => void
beforeEach(() => {
  reader = new Reader()
  codes = []
  stop = onDiagnostic(({ code }) => codes.push(code))
})
afterEach(async () => {
  await shutdown()
  metrics.disable()
  stop()
})

const register = (): boolean => metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))

/** Starts tracing; nothing leaves. */
function begin(options: InitOptions = {}): void {
  const exporter = {
    export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
  }
  const exporters = [{ ...exporter, shutdown: async () => {} }]
  init({ exporters, instrumentations: false, metrics: true, ...options } as InitOptions)
}

async function collected(): Promise<Readonly<Record<string, Measured>>> {
  const { resourceMetrics } = await reader.collect()
  const all = resourceMetrics.scopeMetrics.flatMap((scope) => {
    expect(scope.scope.name).toBe('turnspan')
    return scope.metrics
  })
  return Object.fromEntries(
    all.map((metric) => {
      if (metric.dataPointType !== DataPointType.HISTOGRAM) throw new Error('not a histogram')
      const points = metric.dataPoints.map(({ attributes, value }) => ({
        attributes,
        count: value.count,
        sum: value.sum,
      }))
      const buckets = metric.dataPoints[0]?.value.buckets.boundaries ?? []
      return [metric.descriptor.name, { unit: metric.descriptor.unit, buckets, points }]
    }),
  )
}

/** What was measured, once so many histograms have something. */
const measured = (count: number): Promise<Readonly<Record<string, Measured>>> =>
  until(
    async () => {
      const found = await collected()
      return Object.keys(found).length >= count ? found : undefined
    },
    { what: `${count} histograms` },
  )

/** A streamed call of a model of a second, two thirds of which pass before its first chunk. */
function callModel(how: 'finish' | 'fail' = 'finish'): void {
  const call = beginModelCall(() => ({
    spanType: SpanType.CHAT_MODEL,
    operation: 'chat',
    model: 'gpt-5',
    provider: 'openai',
    attributes: { 'server.address': 'api.openai.com', 'server.port': 8443 },
    startTime: Date.now() - 1000,
  }))
  call?.firstToken()
  if (how === 'fail') call?.fail(new TypeError('no'))
  else call?.finish({ model: 'gpt-5-2026', usage: { inputTokens: 9, outputTokens: 3 } })
}

const CALL = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-5',
  'gen_ai.response.model': 'gpt-5-2026',
  'server.address': 'api.openai.com',
  'server.port': 8443,
}
const { 'gen_ai.response.model': _none, ...FAILED } = CALL

describe('metrics', () => {
  test('are those of the conventions, by their names, units, buckets and attributes', async () => {
    register()
    begin()
    withAgent({ agent: 'support' }, () => {
      callModel()
      callModel('fail')
      withTool({ tool: 'weather' }, () => 'sunny')
      expect(() =>
        withTool({ tool: 'weather' }, () => {
          throw new RangeError('no')
        }),
      ).toThrow('no')
    })
    const found = await measured(5)
    const seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
    expect(found).toEqual({
      'gen_ai.client.token.usage': {
        unit: '{token}',
        buckets: [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864],
        points: [
          { attributes: { ...CALL, 'gen_ai.token.type': 'input' }, count: 1, sum: 9 },
          { attributes: { ...CALL, 'gen_ai.token.type': 'output' }, count: 1, sum: 3 },
        ],
      },
      'gen_ai.client.operation.duration': {
        unit: 's',
        buckets: seconds,
        points: [
          { attributes: CALL, count: 1, sum: expect.toSatisfy((sum: number) => sum >= 1) },
          { attributes: { ...FAILED, 'error.type': 'TypeError' }, count: 1, sum: expect.any(Number) },
        ],
      },
      'gen_ai.client.operation.time_to_first_chunk': {
        unit: 's',
        buckets: seconds,
        points: [
          { attributes: CALL, count: 1, sum: expect.toSatisfy((sum: number) => sum >= 1) },
          { attributes: FAILED, count: 1, sum: expect.any(Number) },
        ],
      },
      'gen_ai.invoke_agent.duration': {
        unit: 's',
        buckets: [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6],
        points: [{ attributes: { 'gen_ai.agent.name': 'support' }, count: 1, sum: expect.any(Number) }],
      },
      'gen_ai.execute_tool.duration': {
        unit: 's',
        buckets: seconds,
        points: [
          { attributes: { 'gen_ai.tool.name': 'weather' }, count: 1, sum: expect.any(Number) },
          {
            attributes: { 'gen_ai.tool.name': 'weather', 'error.type': 'RangeError' },
            count: 1,
            sum: expect.any(Number),
          },
        ],
      },
    })
    expect(codes).toEqual([])
  })

  test('count the tokens of a turn whose calls nobody sees, and never a sum twice', async () => {
    register()
    begin()
    withAgent({ agent: 'hidden' }, (agent) => {
      agent.setModel('gpt-5', 'openai').setTokenUsage({ inputTokens: 5, outputTokens: 2 })
    })
    withAgent({ agent: 'told' }, (agent) => {
      callModel()
      agent.setTokenUsage({ inputTokens: 9, outputTokens: 3 })
    })
    const tokens = (await measured(4))['gen_ai.client.token.usage']?.points ?? []
    expect(tokens.map(({ attributes, sum }) => [attributes['gen_ai.operation.name'], sum])).toEqual([
      ['invoke_agent', 5],
      ['invoke_agent', 2],
      ['chat', 9],
      ['chat', 3],
    ])
  })

  test('count calls that sampling leaves out', async () => {
    register()
    begin({ sampleRatio: 0 })
    callModel()
    expect((await measured(2))['gen_ai.client.token.usage']?.points).toMatchObject([{ sum: 9 }, { sum: 3 }])
  })

  test('are recorded from the moment on that a provider is there, whose absence is said once', async () => {
    begin()
    withTool({ tool: 'early' }, () => 1)
    withTool({ tool: 'early' }, () => 1)
    await until(() => (codes.length > 0 ? true : undefined), { what: 'a diagnostic' })
    register()
    withTool({ tool: 'late' }, () => 1)
    const found = await measured(1)
    expect(found['gen_ai.execute_tool.duration']?.points).toMatchObject([
      { attributes: { 'gen_ai.tool.name': 'late' }, count: 1 },
    ])
    expect(codes).toEqual(['TS_METRICS_NO_PROVIDER'])
  })

  test('go to a provider that takes the place of another', async () => {
    register()
    begin()
    withTool({ tool: 'first' }, () => 1)
    await measured(1)
    metrics.disable()
    reader = new Reader()
    register()
    withTool({ tool: 'second' }, () => 1)
    expect((await measured(1))['gen_ai.execute_tool.duration']?.points).toMatchObject([
      { attributes: { 'gen_ai.tool.name': 'second' } },
    ])
  })

  test('do not reach the program when its meters throw', async () => {
    const broken = {
      getMeter() {
        throw new Error('broken meters')
      },
    }
    metrics.setGlobalMeterProvider(broken)
    begin()
    expect(withTool({ tool: 'fine' }, () => 1)).toBe(1)
    await until(() => (codes.length > 0 ? true : undefined), { what: 'a diagnostic' })
    expect(codes).toEqual(['TS_METRICS_FAILED'])
    expect(withTool({ tool: 'fine' }, () => 2)).toBe(2)
  })

  test('are nobody else’s spans, and none when they are not asked for', async () => {
    register()
    begin({ metrics: false })
    withActiveSpan(startSpan({ name: 'call', spanType: SpanType.LLM }), () => undefined)
    withTool({ tool: 'unmeasured' }, () => 1)
    await shutdown()
    begin()
    startSpan({ name: 'step' }).end()
    withTool({ tool: 'measured' }, () => 1)
    const found = await measured(1)
    expect(Object.keys(found)).toEqual(['gen_ai.execute_tool.duration'])
    expect(found['gen_ai.execute_tool.duration']?.points).toMatchObject([
      { attributes: { 'gen_ai.tool.name': 'measured' } },
    ])
  })
})
