import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, programs } from '../integrations/anthropic/matrix.ts'
import { anthropicChat } from '../support/chat-tab-providers.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { runTracedAgent, type TracedAgent } from './traced-agent.ts'
import { toolCounts, treeOf } from './tracing.ts'

let provider: Provider
let turn: TracedAgent
beforeAll(async () => {
  provider = await startProvider()
  turn = await runTracedAgent({ fixture: fixture('anthropic-1'), programs, provider, spans: 10 })
  expect(turn.printed).toMatchObject({ said: 'Sunny in both, and it is noon.' })
})
afterAll(() => provider.stop())

test('the turn is one tree in MLflow, with one span for each call', () => {
  expect(treeOf(turn.spans)).toEqual([
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
  const [first, second, searched] = turn.ofType('CHAT_MODEL')
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
  const [loop] = turn.spans.filter(({ type }) => type === 'CHAIN')
  expect(anthropicChat(loop?.inputs, loop?.outputs)).toEqual([
    'user: Weather?',
    'assistant: Sunny in both, and it is noon.',
  ])
})

test('the system prompt and the tools are there', () => {
  const [first] = turn.ofType('CHAT_MODEL')
  expect(first?.inputs).toMatchObject({ system: 'Be brief.' })
  const tools = first?.attributes['mlflow.chat.tools'] as { function: { name: string } }[]
  expect(tools.map((tool) => tool.function.name)).toEqual(['get_weather', 'get_time'])
})

test('tokens count once, those of the cache in the input', () => {
  const tokens = JSON.parse(turn.info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
  // Three calls of 20 and 10, and one of 2048 and 12 of which most were cached; the failed one used none.
  expect(tokens).toMatchObject({
    input_tokens: 2108,
    output_tokens: 42,
    total_tokens: 2150,
    cache_read_input_tokens: 1536,
    cache_creation_input_tokens: 384,
  })
  expect(turn.info.trace_metadata).toMatchObject({
    'mlflow.trace.session': 's-anthropic',
    'mlflow.trace.user': 'u-1',
  })
  expect(turn.info.state).toBe('OK')
})

test('the failed call says why', () => {
  expect(turn.ofType('CHAT_MODEL')[4]).toMatchObject({
    status: { code: 'ERROR' },
    attributes: { 'error.type': 'BadRequestError', 'mlflow.llm.provider': 'anthropic' },
  })
})

test('the overview counts each call of a tool by its name', async () => {
  expect(await toolCounts(turn.experimentName)).toEqual(['get_time OK 1', 'get_weather OK 2'])
})
