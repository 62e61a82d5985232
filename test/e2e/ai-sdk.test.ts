import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture, programs } from '../integrations/ai-sdk/matrix.ts'
import { chatTab } from '../support/chat-tab.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { runTracedAgent, type TracedAgent } from './traced-agent.ts'
import { toolCounts, treeOf } from './tracing.ts'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.stop())

describe.each(['ai-6', 'ai-7'])('an agent on %s', (set) => {
  let turn: TracedAgent
  beforeAll(async () => {
    turn = await runTracedAgent({
      fixture: fixture(set),
      programs,
      provider,
      spans: 15,
      nodeArgs: ['--no-warnings'],
    })
    expect(turn.printed).toMatchObject({ answer: { said: 'Sunny in both, and it is noon.', dimensions: 3 } })
  })

  test('the turn is one tree in MLflow', () => {
    const tree = treeOf(turn.spans)
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
    expect(turn.ofType('CHAT_MODEL').slice(0, 4).map(chatTab)).toEqual([
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
    expect(turn.ofType('CHAT_MODEL')[4]).toMatchObject({
      status: { code: 'ERROR' },
      attributes: { 'error.type': 'AI_APICallError' },
    })
  })

  test('tokens count once, on the trace as on the calls', () => {
    const tokens = JSON.parse(turn.info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
    // Four calls of 20 and 10, and 8 for the embedding; the failed call used none.
    expect(tokens).toMatchObject({ input_tokens: 88, output_tokens: 40, total_tokens: 128 })
    expect(turn.info.trace_metadata).toMatchObject({
      'mlflow.trace.session': 's-ai',
      'mlflow.trace.user': 'u-1',
    })
    expect(turn.info.state).toBe('OK')
  })

  test('the overview counts each call of a tool by its name', async () => {
    expect(await toolCounts(turn.experimentName)).toEqual(['get_time OK 1', 'get_weather OK 3'])
  })
})
