import { afterAll, beforeAll, expect, test } from 'vitest'
import { newResponseId } from '../../src/index.ts'
import { fixture, programs } from '../integrations/anthropic/matrix.ts'
import { anthropicChat } from '../support/chat-tab-providers.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import type { MlflowSpan, MlflowTraceInfo } from '../support/mlflow-read.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { experimentIdOf, freshName, mlflowUrl, reader, treeOf } from './tracing.ts'

const responseId = newResponseId()
const experimentName = freshName('anthropic')
const began = Date.now()
let provider: Provider
let spans: readonly MlflowSpan[]
let info: MlflowTraceInfo

beforeAll(async () => {
  provider = await startProvider()
  await using app = await fixtureApp(fixture('anthropic-1'), programs)
  const settings = { trackingUri: mlflowUrl, experimentName, provider: provider.url, responseId }
  const ended = await runNode(app.program('agent.mjs'), {
    cwd: app.dir,
    env: { SETTINGS: JSON.stringify(settings) },
  })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(ended.stdout)).toMatchObject({
    said: 'Sunny in both, and it is noon.',
    report: { sent: 10, queued: 0, rejected: 0, dropped: {} },
  })
  spans = await reader.waitForSpans(responseId, 10)
  info = await reader.waitForTrace(responseId)
})
afterAll(() => provider.stop())

const calls = (): MlflowSpan[] =>
  spans
    .filter(({ type }) => type === 'CHAT_MODEL')
    .toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))

test('the turn is one tree in MLflow, with one span for each call', () => {
  expect(treeOf(spans)).toEqual([
    'agent:weather AGENT',
    '  toolRunner CHAIN',
    '    chat claude-opus-5-5 CHAT_MODEL',
    '    get_weather TOOL',
    '    get_weather TOOL',
    '    get_time TOOL',
    '    chat claude-opus-5-5 CHAT_MODEL',
    '  chat claude-opus-5-5 CHAT_MODEL',
    '  chat claude-opus-5-5 CHAT_MODEL',
    '  chat claude-opus-5-5 CHAT_MODEL',
  ])
})

test('every model call shows as a chat, what the server searched included', () => {
  const [first, second, searched] = calls()
  expect(anthropicChat(first?.inputs, first?.outputs)).toEqual([
    'user: Weather?',
    'assistant: calls get_weather as toolu_weather_1',
    'assistant: calls get_weather as toolu_weather_2',
    'assistant: calls get_time as toolu_time_1',
  ])
  expect(anthropicChat(second?.inputs, second?.outputs)).toEqual([
    'user: Weather?',
    'assistant: calls get_weather as toolu_weather_1',
    'assistant: calls get_weather as toolu_weather_2',
    'assistant: calls get_time as toolu_time_1',
    'user: result of toolu_weather_1: sunny in Paris',
    'user: result of toolu_weather_2: sunny in Rome',
    'user: result of toolu_time_1: noon',
    'assistant: Sunny in both, and it is noon.',
  ])
  expect(anthropicChat(searched?.inputs, searched?.outputs)).toEqual([
    'user: And now?',
    'assistant: calls web_search as srvtoolu_1',
    'assistant: result of srvtoolu_1: [web_search_result: Paris today]',
    'assistant: It is sunny in Paris, 21 degrees.',
  ])
  const [loop] = spans.filter(({ type }) => type === 'CHAIN')
  expect(anthropicChat(loop?.inputs, loop?.outputs)).toEqual([
    'user: Weather?',
    'assistant: Sunny in both, and it is noon.',
  ])
})

test('the system prompt and the tools are there', () => {
  const [first] = calls()
  expect(first?.inputs).toMatchObject({ system: 'Be brief.' })
  const tools = first?.attributes['mlflow.chat.tools'] as { function: { name: string } }[]
  expect(tools.map((tool) => tool.function.name)).toEqual(['get_weather', 'get_time'])
})

test('tokens count once, those of the cache in the input', () => {
  const tokens = JSON.parse(info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
  // Three calls of 20 and 10, and one of 2048 and 12 of which most were cached; the failed one used none.
  expect(tokens).toMatchObject({
    input_tokens: 2108,
    output_tokens: 42,
    total_tokens: 2150,
    cache_read_input_tokens: 1536,
    cache_creation_input_tokens: 384,
  })
  expect(info.trace_metadata).toMatchObject({
    'mlflow.trace.session': 's-anthropic',
    'mlflow.trace.user': 'u-1',
  })
  expect(info.state).toBe('OK')
})

test('the failed call says why', () => {
  expect(calls()[4]).toMatchObject({
    status: { code: 'ERROR' },
    attributes: { 'error.type': 'BadRequestError', 'mlflow.llm.provider': 'anthropic' },
  })
})

test('the overview counts each call of a tool by its name', async () => {
  const points = await reader.metrics({
    experiment_ids: [await experimentIdOf(experimentName)],
    view_type: 'SPANS',
    metric_name: 'span_count',
    aggregations: [{ aggregation_type: 'COUNT' }],
    dimensions: ['span_name', 'span_status'],
    filters: ['span.type = "TOOL"'],
    start_time_ms: began - 60_000,
    end_time_ms: Date.now() + 60_000,
  })
  const counted = points.map(({ dimensions, values }) => [
    dimensions?.span_name,
    dimensions?.span_status,
    values.COUNT,
  ])
  expect(counted.toSorted()).toEqual([
    ['get_time', 'OK', 1],
    ['get_weather', 'OK', 2],
  ])
})
