import { afterAll, beforeAll, expect, test } from 'vitest'
import { chatTab } from '../support/chat-tab.ts'
import { integrationFolders } from '../support/integrations.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { runTracedAgent } from './traced-agent.ts'
import { toolCounts, treeOf } from './tracing.ts'

const HELLO = 'Hello! How can I help you today?'

let provider: Provider
beforeAll(async () => {
  provider = await startProvider()
})
afterAll(() => provider.stop())

test.each([
  ['groq', 'groq-1', 'llama-3.3-70b-versatile', 'groq'],
  ['together', 'together-0.52', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', 'together_ai'],
  ['mistral', 'mistral-2', 'mistral-large-latest', 'mistral_ai'],
  ['cohere', 'cohere-8', 'command-a-03-2025', 'cohere'],
])(
  'a turn with %s is one tree, shown as chats, with its tokens and its tool',
  { timeout: 120_000 },
  async (name, set, model, service) => {
    const { fixture, programs } = integrationFolders(
      new URL(`../integrations/${name}/matrix.ts`, import.meta.url).href,
    )
    const turn = await runTracedAgent({ fixture: fixture(set), programs, provider, spans: 4 })
    expect(turn.printed).toMatchObject({ answer: HELLO })
    expect(treeOf(turn.spans)).toEqual([
      'agent:weather AGENT',
      `  chat ${model} CHAT_MODEL`,
      '  tool:get_weather TOOL',
      `  chat ${model} CHAT_MODEL`,
    ])
    const asked = ['system: Be brief.', 'user: How is the weather?', 'assistant:  called get_weather']
    expect(turn.ofType('CHAT_MODEL').map(chatTab)).toEqual([
      { messages: asked, tools: ['get_weather'] },
      { messages: [...asked, 'tool: sunny in Paris', `assistant: ${HELLO}`], tools: [] },
    ])
    for (const call of turn.ofType('CHAT_MODEL'))
      expect(call.attributes).toMatchObject({
        'mlflow.llm.provider': service,
        'mlflow.message.format': 'openai',
      })
    const tokens = JSON.parse(turn.info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
    expect(tokens).toMatchObject({ input_tokens: 40, output_tokens: 20, total_tokens: 60 })
    expect(turn.info.trace_metadata).toMatchObject({ 'mlflow.trace.session': 's-clients' })
    expect(await toolCounts(turn.experimentName)).toEqual(['tool:get_weather OK 1'])
  },
)
