import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, programs, scripts } from '../integrations/claude-agent-sdk/matrix.ts'
import { anthropicChat } from '../support/chat-tab-providers.ts'
import { type Provider, startProvider } from '../support/provider/server.ts'
import { runTracedAgent, type TracedAgent } from './traced-agent.ts'
import { toolCounts, treeOf } from './tracing.ts'

let provider: Provider
let turn: TracedAgent
beforeAll(async () => {
  provider = await startProvider(scripts)
  // The older package is a program for Node, a quarter of the size of the newer one.
  turn = await runTracedAgent({ fixture: fixture('claude-agent-sdk-0.2'), programs, provider, spans: 13 })
  expect(turn.printed).toMatchObject({ said: 'all done' })
})
afterAll(() => provider.stop())

const CHAT = 'chat claude-sonnet-4-5 CHAT_MODEL'

test('the turns are one tree in MLflow', () => {
  expect(treeOf(turn.spans)).toEqual([
    'agent:desk AGENT',
    '  agent:claude AGENT',
    `    ${CHAT}`,
    '    tool:Bash TOOL',
    `    ${CHAT}`,
    '  agent:claude AGENT',
    `    ${CHAT}`,
    '    tool:Agent TOOL',
    '      agent:helper AGENT',
    `        ${CHAT}`,
    '        tool:Bash TOOL',
    `    ${CHAT}`,
    '    usage LLM',
  ])
})

test('a model call shows as a chat', () => {
  const [, second] = turn.ofType('CHAT_MODEL')
  expect(anthropicChat(second?.inputs, second?.outputs)).toEqual([
    'user: result of toolu_bash: hi',
    'assistant: done',
  ])
})

test('tokens count once, those of the cache in the input', () => {
  const tokens = JSON.parse(turn.info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as object
  expect(tokens).toMatchObject({
    input_tokens: 200,
    output_tokens: 83,
    total_tokens: 283,
    cache_read_input_tokens: 60,
    cache_creation_input_tokens: 10,
  })
  expect(turn.info.trace_metadata).toMatchObject({
    'mlflow.trace.user': 'u-1',
    'mlflow.trace.session': expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(turn.info.state).toBe('OK')
})

test('the overview counts each call of a tool by its name', async () => {
  expect(await toolCounts(turn.experimentName)).toEqual(['tool:Agent OK 1', 'tool:Bash OK 2'])
})
