import { afterAll, beforeAll, expect, test } from 'vitest'
import { toMlflowTraceId } from '../../src/index.ts'
import { fixture, programs } from '../integrations/openai/matrix.ts'
import { chatTab } from '../support/chat-tab.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { runTracedAgent, type TracedAgent } from './traced-agent.ts'
import { toolCounts, treeOf } from './tracing.ts'

let provider: Provider
let turn: TracedAgent
beforeAll(async () => {
  provider = await startProvider()
  turn = await runTracedAgent({ fixture: fixture('openai-7'), programs, provider, spans: 10 })
  expect(turn.printed).toMatchObject({ answer: { said: 'Sunny in both, and it is noon.', dimensions: 3 } })
})
afterAll(() => provider.stop())

test('the turn is one tree in MLflow', () => {
  const [agent, embeddings, runTools, first, ...rest] = treeOf(turn.spans)
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
  const calls = turn
    .ofType('CHAT_MODEL')
    .toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano))
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
  const tokens = JSON.parse(turn.info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
  // Three calls of 20 and 10, and 8 for the embedding; the failed call used none.
  expect(tokens).toMatchObject({ input_tokens: 68, output_tokens: 30, total_tokens: 98 })
  expect(turn.info.trace_metadata).toMatchObject({
    'mlflow.trace.session': 's-openai',
    'mlflow.trace.user': 'u-1',
  })
  expect(turn.info.state).toBe('OK')
})

test('the overview counts each call of a tool by its name', async () => {
  expect(await toolCounts(turn.experimentName)).toEqual(['get_time OK 1', 'get_weather OK 2'])
})

test('the model and the provider of each call are known, for its price', () => {
  for (const call of turn.ofType('CHAT_MODEL')) {
    const failed = call.status.code === 'ERROR'
    expect(call.attributes).toMatchObject({
      'mlflow.llm.model': failed ? 'gpt-4o' : 'gpt-4o-2024-08-06',
      'mlflow.llm.provider': 'openai',
      'mlflow.message.format': 'openai',
    })
  }
  expect(toMlflowTraceId(turn.responseId)).toBe(turn.info.trace_id)
})
