import { afterAll, beforeAll, expect, test } from 'vitest'
import { newResponseId, toMlflowTraceId } from '../../src/index.ts'
import { fixture, programs } from '../integrations/openai/matrix.ts'
import { chatTab } from '../support/chat-tab.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import type { MlflowSpan, MlflowTraceInfo } from '../support/mlflow-read.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { experimentIdOf, freshName, mlflowUrl, reader, treeOf } from './tracing.ts'

const responseId = newResponseId()
const experimentName = freshName('openai')
const began = Date.now()
let provider: Provider
let spans: readonly MlflowSpan[]
let info: MlflowTraceInfo

beforeAll(async () => {
  provider = await startProvider()
  await using app = await fixtureApp(fixture('openai-7'), programs)
  const settings = { trackingUri: mlflowUrl, experimentName, provider: provider.url, responseId }
  const ended = await runNode(app.program('agent.mjs'), {
    cwd: app.dir,
    env: { SETTINGS: JSON.stringify(settings) },
  })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(ended.stdout)).toMatchObject({
    answer: { said: 'Sunny in both, and it is noon.', dimensions: 3 },
    report: { sent: 10, queued: 0, rejected: 0, dropped: {} },
  })
  spans = await reader.waitForSpans(responseId, 10)
  info = await reader.waitForTrace(responseId)
})
afterAll(() => provider.stop())

const ofType = (type: string): MlflowSpan[] => spans.filter((span) => span.type === type)

test('the turn is one tree in MLflow', () => {
  const [agent, embeddings, runTools, first, ...rest] = treeOf(spans)
  expect([agent, embeddings, runTools, first]).toEqual([
    'agent:weather AGENT',
    '  embeddings text-embedding-3-small EMBEDDING',
    '  runTools CHAIN',
    '    chat gpt-4o CHAT_MODEL',
  ])
  // The tools run at the same time.
  expect(rest.slice(0, 3).toSorted()).toEqual([
    '    get_time TOOL',
    '    get_weather TOOL',
    '    get_weather TOOL',
  ])
  expect(rest.slice(3)).toEqual([
    '    chat gpt-4o CHAT_MODEL',
    '  chat gpt-4o CHAT_MODEL',
    '  chat gpt-4o CHAT_MODEL',
  ])
})

test('every model call shows as a chat, the failed one as far as it came', () => {
  const calls = ofType('CHAT_MODEL').toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
  expect(calls.slice(0, 3).map(chatTab)).toEqual([
    {
      messages: [
        'system: Be brief.',
        'user: Weather?',
        'assistant:  called get_weather called get_weather called get_time',
      ],
      tools: ['get_weather', 'get_time'],
    },
    {
      messages: [
        'system: Be brief.',
        'user: Weather?',
        'assistant:  called get_weather called get_weather called get_time',
        'tool: sunny in Paris',
        'tool: sunny in Rome',
        'tool: noon',
        'assistant: Sunny in both, and it is noon.',
      ],
      tools: ['get_weather', 'get_time'],
    },
    { messages: ['user: And in Paris?', 'assistant: called get_weather'], tools: ['get_weather'] },
  ])
  expect(calls[3]).toMatchObject({
    status: { code: 'ERROR' },
    attributes: { 'error.type': 'BadRequestError' },
  })
  expect(calls[3]?.status.message).toContain('Invalid value')
})

test('tokens count once, on the trace as on the calls', () => {
  const tokens = JSON.parse(info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
  // Three calls of 20 and 10, and 8 for the embedding; the failed call used none.
  expect(tokens).toMatchObject({ input_tokens: 68, output_tokens: 30, total_tokens: 98 })
  expect(info.trace_metadata).toMatchObject({
    'mlflow.trace.session': 's-openai',
    'mlflow.trace.user': 'u-1',
  })
  expect(info.state).toBe('OK')
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

test('the model and the provider of each call are known, for its price', () => {
  for (const call of ofType('CHAT_MODEL')) {
    const failed = call.status.code === 'ERROR'
    expect(call.attributes).toMatchObject({
      'mlflow.llm.model': failed ? 'gpt-4o' : 'gpt-4o-2024-08-06',
      'mlflow.llm.provider': 'openai',
      'mlflow.message.format': 'openai',
    })
  }
  expect(toMlflowTraceId(responseId)).toBe(info.trace_id)
})
