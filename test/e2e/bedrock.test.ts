import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, programs } from '../integrations/bedrock/matrix.ts'
import { anthropicChat } from '../support/chat-tab-providers.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { runTracedAgent, type TracedAgent } from './traced-agent.ts'
import { toolCounts, treeOf } from './tracing.ts'

const MODEL = 'chat anthropic.claude-3-haiku-20240307-v1:0 CHAT_MODEL'

let provider: Provider
let turn: TracedAgent
beforeAll(async () => {
  provider = await startProvider()
  // The SDK says on stderr for how long it will work on this version of Node.
  const nodeArgs = ['--no-warnings']
  turn = await runTracedAgent({ fixture: fixture('bedrock-3'), programs, provider, spans: 10, nodeArgs })
  expect(turn.printed).toMatchObject({ said: 'Sunny in both, and it is noon.' })
})
afterAll(() => provider.stop())

test('the turn is one tree in MLflow, with one span for each call and for each step of an agent at Amazon', () => {
  expect(treeOf(turn.spans)).toEqual([
    'agent:weather AGENT',
    `  ${MODEL}`,
    `  ${MODEL}`,
    `  ${MODEL}`,
    `  ${MODEL}`,
    '  agent:AGENT1 AGENT',
    `    ${MODEL}`,
    '    get_weather TOOL',
    '    knowledge_base RETRIEVER',
    `  ${MODEL}`,
  ])
})

test('every model call shows as a chat, with its thoughts, its tools and the system prompt', () => {
  const [first, second, thoughtful, invoked] = turn.ofType('CHAT_MODEL')
  const asked = [
    'user: Weather?',
    'assistant: calls get_weather as call_weather_1',
    'assistant: calls get_weather as call_weather_2',
    'assistant: calls get_time as call_time_1',
  ]
  expect(anthropicChat(first?.inputs, first?.outputs)).toEqual(asked)
  expect(anthropicChat(second?.inputs, second?.outputs)).toEqual([
    ...asked,
    'user: result of call_weather_1: fine in Paris',
    'user: result of call_weather_2: fine in Rome',
    'user: result of call_time_1: fine in undefined',
    'assistant: Sunny in both, and it is noon.',
  ])
  expect(anthropicChat(thoughtful?.inputs, thoughtful?.outputs)).toEqual([
    'user: And now?',
    'assistant: thinks The user greets me.',
    'assistant: Hello!',
  ])
  expect(anthropicChat(invoked?.inputs, invoked?.outputs)).toEqual([
    'user: Again!',
    'assistant: Hello! How can I help you today?',
  ])
  expect(first?.inputs).toMatchObject({ system: [{ text: 'Be brief.' }] })
  const tools = first?.attributes['mlflow.chat.tools'] as { function: { name: string } }[]
  expect(tools.map((tool) => tool.function.name)).toEqual(['get_weather', 'get_time'])
})

test('tokens count once, those of the cache in the input', () => {
  const tokens = JSON.parse(turn.info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
  // Two calls of 20 and 10, one of 30 and 25, one of 2048 and 12, one of the agent's of 200 and 50; the failed one used none.
  expect(tokens).toMatchObject({
    input_tokens: 2318,
    output_tokens: 107,
    total_tokens: 2425,
    cache_read_input_tokens: 1536,
  })
  expect(turn.info.trace_metadata).toMatchObject({
    'mlflow.trace.session': 's-bedrock',
    'mlflow.trace.user': 'u-1',
  })
  expect(turn.info.state).toBe('OK')
})

test('the failed call says why', () => {
  expect(turn.ofType('CHAT_MODEL').at(-1)).toMatchObject({
    status: { code: 'ERROR' },
    attributes: { 'error.type': 'ValidationException', 'mlflow.llm.provider': 'aws.bedrock' },
  })
})

test('the overview counts each call of a tool by its name', async () => {
  expect(await toolCounts(turn.experimentName)).toEqual(['get_weather OK 1'])
})
