import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, programs } from '../integrations/google-genai/matrix.ts'
import { geminiChat } from '../support/chat-tab-providers.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { runTracedAgent, type TracedAgent } from './traced-agent.ts'
import { toolCounts, treeOf } from './tracing.ts'

let provider: Provider
let turn: TracedAgent
beforeAll(async () => {
  provider = await startProvider()
  turn = await runTracedAgent({ fixture: fixture('genai-2'), programs, provider, spans: 10 })
  expect(turn.printed).toMatchObject({ said: 'Sunny in both, and it is noon.' })
})
afterAll(() => provider.stop())

test('the turn is one tree in MLflow, with one span for each call', () => {
  expect(treeOf(turn.spans)).toEqual([
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
  const [first, second, thoughtful] = turn.ofType('CHAT_MODEL')
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
  const [loop] = turn.spans.filter(({ type }) => type === 'CHAIN')
  expect(geminiChat(loop?.inputs, loop?.outputs)).toEqual([
    'user: Weather?',
    'assistant: Sunny in both, and it is noon.',
  ])
})

test('the system prompt and the functions are there', () => {
  const [first] = turn.ofType('CHAT_MODEL')
  expect(first?.inputs).toMatchObject({ config: { systemInstruction: 'Be brief.' } })
  const tools = first?.attributes['mlflow.chat.tools'] as { function: { name: string } }[]
  expect(tools.map((tool) => tool.function.name)).toEqual(['get_weather', 'get_time'])
})

test('tokens count once, thoughts in the output and those of the cache in the input', () => {
  const tokens = JSON.parse(turn.info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
  // Two calls of 20 and 10, one of 30 and 25 of which 15 were thoughts, one of 2048 and 12; the failed one used none.
  expect(tokens).toMatchObject({
    input_tokens: 2118,
    output_tokens: 57,
    total_tokens: 2175,
    cache_read_input_tokens: 1536,
  })
  expect(turn.info.trace_metadata).toMatchObject({
    'mlflow.trace.session': 's-gemini',
    'mlflow.trace.user': 'u-1',
  })
  expect(turn.info.state).toBe('OK')
})

test('the failed call says why', () => {
  expect(turn.ofType('CHAT_MODEL')[4]).toMatchObject({
    status: { code: 'ERROR' },
    attributes: { 'error.type': 'ApiError', 'mlflow.llm.provider': 'gcp.gemini' },
  })
})

test('the overview counts each call of a tool by its name', async () => {
  expect(await toolCounts(turn.experimentName)).toEqual(['get_time OK 1', 'get_weather OK 2'])
})
