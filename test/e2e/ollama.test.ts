import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, programs } from '../integrations/ollama/matrix.ts'
import { chatTab } from '../support/chat-tab.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { runTracedAgent, type TracedAgent } from './traced-agent.ts'
import { toolCounts, treeOf } from './tracing.ts'

let provider: Provider
let turn: TracedAgent
beforeAll(async () => {
  provider = await startProvider()
  turn = await runTracedAgent({ fixture: fixture('ollama-0.6'), programs, provider, spans: 7 })
  expect(turn.printed).toMatchObject({ said: 'It is sunny in Paris, 21 degrees.' })
})
afterAll(() => provider.stop())

test('the turn is one tree in MLflow, with one span for each call', () => {
  expect(treeOf(turn.spans)).toEqual([
    'agent:weather AGENT',
    '  chat llama3.2 CHAT_MODEL',
    '  tool:get_weather TOOL',
    '  chat llama3.2 CHAT_MODEL',
    '  chat llama3.2 CHAT_MODEL',
    '  embeddings nomic-embed-text EMBEDDING',
    '  chat llama3.2 CHAT_MODEL',
  ])
})

test('every model call shows as a chat, with its tools', () => {
  const [, second, thoughtful] = turn.ofType('CHAT_MODEL')
  if (second === undefined || thoughtful === undefined) throw new Error('There are too few calls.')
  expect(chatTab(second)).toEqual({
    messages: [
      'system: Be brief.',
      'user: Weather?',
      'assistant:  called get_weather',
      'tool: sunny in Paris',
      'assistant: It is sunny in Paris, 21 degrees.',
    ],
    tools: ['get_weather'],
  })
  expect(chatTab(thoughtful).messages).toEqual(['user: And now?', 'assistant: Hello!'])
})

test('tokens count once, and the failed call says why', () => {
  const tokens = JSON.parse(turn.info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
  // Two calls of 20 and 10, one of 30 and 25, one of 8 for a vector; the failed one used none.
  expect(tokens).toMatchObject({ input_tokens: 78, output_tokens: 45, total_tokens: 123 })
  expect(turn.info.trace_metadata).toMatchObject({ 'mlflow.trace.session': 's-ollama' })
  expect(turn.ofType('CHAT_MODEL').at(-1)).toMatchObject({
    status: { code: 'ERROR' },
    attributes: { 'error.type': 'ResponseError', 'mlflow.llm.provider': 'ollama' },
  })
})

test('the overview counts each call of a tool by its name', async () => {
  expect(await toolCounts(turn.experimentName)).toEqual(['tool:get_weather OK 1'])
})
