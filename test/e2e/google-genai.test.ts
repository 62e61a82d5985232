import { afterAll, beforeAll, expect, test } from 'vitest'
import { newResponseId } from '../../src/index.ts'
import { fixture, programs } from '../integrations/google-genai/matrix.ts'
import { geminiChat } from '../support/chat-tab-providers.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import type { MlflowSpan, MlflowTraceInfo } from '../support/mlflow-read.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { experimentIdOf, freshName, mlflowUrl, reader, treeOf } from './tracing.ts'

const responseId = newResponseId()
const experimentName = freshName('gemini')
const began = Date.now()
let provider: Provider
let spans: readonly MlflowSpan[]
let info: MlflowTraceInfo

beforeAll(async () => {
  provider = await startProvider()
  await using app = await fixtureApp(fixture('genai-2'), programs)
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
    '  generateContent CHAIN',
    '    generate_content gemini-2.5-flash CHAT_MODEL',
    '    get_weather TOOL',
    '    get_weather TOOL',
    '    get_time TOOL',
    '    generate_content gemini-2.5-flash CHAT_MODEL',
    '  generate_content gemini-2.5-flash CHAT_MODEL',
    '  generate_content gemini-2.5-flash CHAT_MODEL',
    '  generate_content gemini-2.5-flash CHAT_MODEL',
  ])
})

test('every model call shows as a chat, with its thoughts', () => {
  const [first, second, thoughtful] = calls()
  const asked = [
    'user: Weather?',
    'assistant: calls get_weather with {"city":"Paris"}',
    'assistant: calls get_weather with {"city":"Rome"}',
    'assistant: calls get_time with {"zone":"CET"}',
  ]
  expect(geminiChat(first?.inputs, first?.outputs)).toEqual(asked)
  expect(geminiChat(second?.inputs, second?.outputs)).toEqual([
    ...asked,
    'user: result of get_weather: {"output":"sunny in Paris"}',
    'user: result of get_weather: {"output":"sunny in Rome"}',
    'user: result of get_time: {"output":"noon"}',
    'assistant: Sunny in both, and it is noon.',
  ])
  expect(geminiChat(thoughtful?.inputs, thoughtful?.outputs)).toEqual([
    'user: And now?',
    'assistant: thinks The user greets me.',
    'assistant: Hello!',
  ])
  const [loop] = spans.filter(({ type }) => type === 'CHAIN')
  expect(geminiChat(loop?.inputs, loop?.outputs)).toEqual([
    'user: Weather?',
    'assistant: Sunny in both, and it is noon.',
  ])
})

test('the system prompt and the functions are there', () => {
  const [first] = calls()
  expect(first?.inputs).toMatchObject({ config: { systemInstruction: 'Be brief.' } })
  const tools = first?.attributes['mlflow.chat.tools'] as { function: { name: string } }[]
  expect(tools.map((tool) => tool.function.name)).toEqual(['get_weather', 'get_time'])
})

test('tokens count once, thoughts in the output and those of the cache in the input', () => {
  const tokens = JSON.parse(info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
  // Two calls of 20 and 10, one of 30 and 25 of which 15 were thoughts, one of 2048 and 12; the failed one used none.
  expect(tokens).toMatchObject({
    input_tokens: 2118,
    output_tokens: 57,
    total_tokens: 2175,
    cache_read_input_tokens: 1536,
  })
  expect(info.trace_metadata).toMatchObject({
    'mlflow.trace.session': 's-gemini',
    'mlflow.trace.user': 'u-1',
  })
  expect(info.state).toBe('OK')
})

test('the failed call says why', () => {
  expect(calls()[4]).toMatchObject({
    status: { code: 'ERROR' },
    attributes: { 'error.type': 'ApiError', 'mlflow.llm.provider': 'gcp.gemini' },
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
