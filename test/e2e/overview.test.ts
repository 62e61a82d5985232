import { beforeAll, beforeEach, expect, test } from 'vitest'
import {
  newResponseId,
  SpanType,
  shutdown,
  startSpan,
  toMlflowTraceId,
  updateCurrentTrace,
  withActiveSpan,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import type { MlflowDataPoint } from '../support/mlflow-read.ts'
import { delivered, experimentIdOf, reader, startTracing } from './tracing.ts'

// Three turns of two sessions; the tools took 100 and 300 milliseconds, and one call of `search` failed.
const responseIds = [newResponseId(), newResponseId(), newResponseId()] as const
const [first, second, third] = responseIds.map((id) => toMlflowTraceId(id)) as [string, string, string]
const began = Date.now() - 60_000
let experimentId: string
let startedAt: number

async function tool(name: string, durationMs: number, error?: Error): Promise<void> {
  const span = startSpan({
    name: `tool:${name}`,
    spanType: SpanType.TOOL,
    startTime: began,
    inputs: { name },
  })
  if (error) span.recordException(error)
  span.end({ endTime: began + durationMs, status: error ? 'ERROR' : 'OK' })
}

beforeAll(async () => {
  startedAt = Date.now() - 120_000
  const name = startTracing({ serviceName: 'overview' })
  const [a, b, c] = responseIds
  await withAgent({ agent: 'alpha', responseId: a, sessionId: 's-1', user: 'u-1' }, async () => {
    updateCurrentTrace({ tags: { tier: 'gold' }, metadata: { build: '7' }, clientRequestId: 'request-1' })
    await tool('search', 100)
    await tool('search', 300, new Error('nothing found'))
    await withTool({ tool: 'fetch', arguments: { url: 'u' } }, async () => 'page')
  })
  await withAgent({ agent: 'beta', responseId: b, sessionId: 's-1', user: 'u-2' }, async () => {
    updateCurrentTrace({ tags: { tier: 'silver' } })
    await tool('search', 100)
    await withSpan(
      (span) => span.setTokenUsage({ inputTokens: 70, outputTokens: 30 }).setOutputs('found Paris'),
      {
        name: 'chat',
        spanType: SpanType.CHAT_MODEL,
        captureOutputs: false,
      },
    )
  })
  const failing = withAgent({ agent: 'alpha', responseId: c, sessionId: 's-2' }, async (agent) => {
    withActiveSpan(agent, () => startSpan({ name: 'lookup', spanType: SpanType.RETRIEVER }).end())
    throw new Error('broken')
  })
  await expect(failing).rejects.toThrow('broken')
  await delivered()
  experimentId = await experimentIdOf(name)
  await shutdown()
})

let byTool: (metric: string, type: string, dimensions: readonly string[]) => Promise<MlflowDataPoint[]>

beforeEach(() => {
  byTool = (metric, type, dimensions) =>
    reader.metrics({
      experiment_ids: [experimentId],
      view_type: 'SPANS',
      metric_name: metric,
      aggregations: [{ aggregation_type: type }],
      dimensions,
      filters: ['span.type = "TOOL"'],
      start_time_ms: startedAt,
      end_time_ms: Date.now() + 1000,
    })
})

test('the Overview counts tool calls by name and by outcome', async () => {
  const points = await byTool('span_count', 'COUNT', ['span_name', 'span_status'])
  const counted = points.map(
    ({ dimensions, values }) => `${dimensions.span_name} ${dimensions.span_status} ${values.COUNT}`,
  )
  expect(counted.sort()).toEqual(['tool:fetch OK 1', 'tool:search ERROR 1', 'tool:search OK 2'])
})

test('the Overview has the success rate and the number of all tool calls', async () => {
  const points = await byTool('span_count', 'COUNT', ['span_status'])
  const count = (status: string): number =>
    points.find(({ dimensions }) => dimensions.span_status === status)?.values.COUNT ?? 0
  expect([count('OK'), count('ERROR'), count('UNSET')]).toEqual([3, 1, 0])
})

test('the Overview has the latency of each tool', async () => {
  const points = await byTool('latency', 'AVG', ['span_name'])
  const search = points.find(({ dimensions }) => dimensions.span_name === 'tool:search')
  expect(search?.values.AVG).toBeCloseTo(500 / 3, 1)
})

test('the Overview counts traces by name and status, sessions and tokens', async () => {
  const ask = (metric: string, type: string, more: object = {}): Promise<MlflowDataPoint[]> =>
    reader.metrics({
      experiment_ids: [experimentId],
      view_type: 'TRACES',
      metric_name: metric,
      aggregations: [{ aggregation_type: type }],
      ...more,
    })
  const points = await ask('trace_count', 'COUNT', { dimensions: ['trace_name', 'trace_status'] })
  expect(
    points
      .map(({ dimensions, values }) => `${dimensions.trace_name} ${dimensions.trace_status} ${values.COUNT}`)
      .sort(),
  ).toEqual(['agent:alpha ERROR 1', 'agent:alpha OK 1', 'agent:beta OK 1'])
  expect((await ask('session_count', 'COUNT'))[0]?.values.COUNT).toBe(2)
  expect((await ask('total_tokens', 'SUM'))[0]?.values.SUM).toBe(100)
})

const searches: readonly (readonly [string, readonly string[]])[] = [
  ["status = 'ERROR'", [third]],
  ["status = 'OK'", [first, second]],
  ["name = 'agent:alpha'", [first, third]],
  ["metadata.`mlflow.trace.session` = 's-1'", [first, second]],
  ["metadata.`mlflow.trace.user` = 'u-2'", [second]],
  ["metadata.build = '7'", [first]],
  ["tags.tier = 'gold'", [first]],
  ["tags.tier LIKE '%l%'", [first, second]],
  ["trace.client_request_id = 'request-1'", [first]],
  [`request_id = '${second}'`, [second]],
  ["span.type = 'TOOL'", [first, second]],
  ["span.type = 'TOOL' AND span.status = 'ERROR'", [first]],
  ["span.type = 'RETRIEVER'", [third]],
  ["span.name = 'tool:fetch'", [first]],
  ["span.attributes.gen_ai.tool.name LIKE '%fetch%'", [first]],
  ["span.content LIKE '%Paris%'", [second]],
]

test.each(searches)('a search for %s finds the right traces', async (filter, expected) => {
  const found = await reader.search(filter, [experimentId])
  expect(found.map((info) => info.trace_id).sort()).toEqual([...expected].sort())
})
