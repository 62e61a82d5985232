import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newResponseId } from '../../src/index.ts'
import { fixture, programs } from '../integrations/ai-sdk/matrix.ts'
import { chatTab } from '../support/chat-tab.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import type { MlflowSpan, MlflowTraceInfo } from '../support/mlflow-read.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { experimentIdOf, freshName, mlflowUrl, reader, treeOf } from './tracing.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.stop())

describe.each(['ai-6', 'ai-7'])('an agent on %s', (set) => {
  const responseId = newResponseId()
  const experimentName = freshName(set)
  const began = Date.now()
  let spans: readonly MlflowSpan[]
  let info: MlflowTraceInfo

  beforeAll(async () => {
    await using app = await fixtureApp(fixture(set), programs)
    const settings = { trackingUri: mlflowUrl, experimentName, provider: provider.url, responseId }
    const ended = await runNode(app.program('agent.mjs'), {
      cwd: app.dir,
      nodeArgs: ['--no-warnings'],
      env: { SETTINGS: JSON.stringify(settings) },
    })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ended.stdout)).toMatchObject({
      answer: { said: 'Sunny in both, and it is noon.', dimensions: 3 },
      report: { sent: 15, queued: 0, rejected: 0, dropped: {} },
    })
    spans = await reader.waitForSpans(responseId, 15)
    info = await reader.waitForTrace(responseId)
  })

  const ofType = (type: string): MlflowSpan[] =>
    spans
      .filter((span) => span.type === type)
      .toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))

  test('the turn is one tree in MLflow', () => {
    const tree = treeOf(spans)
    // The tools of one step run at the same time.
    const sorted = [...tree.slice(0, 5), ...tree.slice(5, 8).toSorted(), ...tree.slice(8)]
    expect(sorted).toEqual([
      'agent:weather AGENT',
      '  embed CHAIN',
      '    embeddings text-embedding-3-small EMBEDDING',
      '  forecaster AGENT',
      '    chat gpt-4o CHAT_MODEL',
      '    get_time TOOL',
      '    get_weather TOOL',
      '    get_weather TOOL',
      '    chat gpt-4o CHAT_MODEL',
      '  streamText CHAIN',
      '    chat gpt-4o CHAT_MODEL',
      '    get_weather TOOL',
      '    chat gpt-4o CHAT_MODEL',
      '  generateText CHAIN',
      '    chat gpt-4o CHAT_MODEL',
    ])
  })

  test('every model call shows as a chat', () => {
    const called = 'assistant:  called get_weather called get_weather called get_time'
    const tools = ['get_weather', 'get_time']
    expect(ofType('CHAT_MODEL').slice(0, 4).map(chatTab)).toEqual([
      { messages: ['system: Be brief.', 'user: Weather?', called], tools },
      {
        messages: [
          'system: Be brief.',
          'user: Weather?',
          called,
          'tool: sunny in Paris',
          'tool: sunny in Rome',
          'tool: noon',
          'assistant: Sunny in both, and it is noon.',
        ],
        tools,
      },
      {
        messages: ['user: And in Paris?', 'assistant:  called get_weather'],
        tools: ['get_weather'],
      },
      {
        messages: [
          'user: And in Paris?',
          'assistant:  called get_weather',
          'tool: sunny',
          'assistant: It is sunny in Paris, 21 degrees.',
        ],
        tools: ['get_weather'],
      },
    ])
    expect(ofType('CHAT_MODEL')[4]).toMatchObject({
      status: { code: 'ERROR' },
      attributes: { 'error.type': 'AI_APICallError' },
    })
  })

  test('tokens count once, on the trace as on the calls', () => {
    const tokens = JSON.parse(info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
    // Four calls of 20 and 10, and 8 for the embedding; the failed call used none.
    expect(tokens).toMatchObject({ input_tokens: 88, output_tokens: 40, total_tokens: 128 })
    expect(info.trace_metadata).toMatchObject({
      'mlflow.trace.session': 's-ai',
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
      ['get_weather', 'OK', 3],
    ])
  })
})
