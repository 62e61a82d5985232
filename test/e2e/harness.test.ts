import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { newResponseId } from '../../src/index.ts'
import { createHarness } from '../../src/integrations/harness/index.ts'
import { runNode } from '../support/child.ts'
import { delivered, mlflowUrl, reader, startTracing, toolCounts, tracingPerTest, treeOf } from './tracing.ts'

const said = tracingPerTest()
const harness = createHarness({ name: 'runtime', agent: 'support', provider: 'anthropic' })
const tokensOf = async (responseId: string): Promise<unknown> =>
  JSON.parse((await reader.traceInfo(responseId)).trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}')

test('a turn of a runtime is one tree, with policies, sub-agents and tokens, and fails by none of them', async () => {
  const experimentName = startTracing()
  const responseId = newResponseId()
  const turn = harness.turn({ responseId, sessionId: 's-1', user: 'u-1', input: 'Delete it.' })
  turn
    .modelCall({ model: 'claude-x', input: { messages: [] } })
    .end({ output: 'I ask.', usage: { inputTokens: 100, outputTokens: 10, cacheReadInputTokens: 60 } })
  turn.policy({ name: 'no-deletes', phase: 'tool_call', input: 'delete' }).decide('deny', 'never')
  const [first, second] = ['look', 'find'].map((name) => turn.tool({ name, callId: name }))
  const sub = second?.subAgent({ agent: 'finder', responseId: newResponseId() })
  first?.end({ output: 1 })
  sub?.end({ output: 'here' })
  second?.end({ output: 2 })
  turn.handoff({ to: 'clerk' })
  turn.usage({ inputTokens: 5, outputTokens: 2 }, { model: 'claude-small' })
  turn.end({ output: 'I may not.' })
  await delivered()
  const spans = await reader.spans(responseId)
  expect(treeOf(spans)).toEqual([
    'agent:support AGENT',
    '  chat claude-x CHAT_MODEL',
    '  policy:no-deletes GUARDRAIL',
    '  tool:look TOOL',
    '  tool:find TOOL',
    '    agent:finder AGENT',
    '  handoff:clerk TASK',
    '  usage LLM',
  ])
  expect(spans.find(({ type }) => type === 'GUARDRAIL')).toMatchObject({
    inputs: 'delete',
    outputs: { decision: 'deny', reason: 'never' },
    status: { code: 'ERROR' },
  })
  expect(await tokensOf(responseId)).toMatchObject({
    input_tokens: 105,
    output_tokens: 12,
    cache_read_input_tokens: 60,
  })
  expect(await reader.traceInfo(responseId)).toMatchObject({
    state: 'OK',
    request_preview: 'Delete it.',
    trace_metadata: { 'mlflow.trace.session': 's-1', 'mlflow.trace.user': 'u-1' },
  })
  expect(await toolCounts(experimentName)).toEqual(['tool:find OK 1', 'tool:look OK 1'])
  expect(said.codes()).toEqual(['TS_EXPERIMENT'])
})

test('a turn that goes on in another process is one trace, and its tokens are those of both', async () => {
  const experimentName = startTracing()
  const responseId = newResponseId()
  const turn = harness.turn({ responseId, sessionId: 's-2', user: 'u-2', input: 'Refund it.' })
  turn.modelCall({ model: 'claude-x' }).end({ output: 'ask', usage: { inputTokens: 20, outputTokens: 3 } })
  turn.policy({ name: 'refunds', decision: 'ask', reason: 'a person decides' })
  const state = turn.suspend({ output: 'waits' })
  await delivered()
  const ended = await runNode(fileURLToPath(new URL('harness.child.ts', import.meta.url)), {
    env: {
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_EXPERIMENT_NAME: experimentName,
      STATE: JSON.stringify(state),
    },
  })
  expect(ended).toMatchObject({ code: 0 })
  expect(JSON.parse(ended.stdout)).toMatchObject({
    traceId: responseId.slice('resp_'.length),
    report: { sent: 3, rejected: 0, dropped: {} },
  })
  const spans = await reader.waitForSpans(responseId, 6)
  expect(treeOf(spans)).toEqual([
    'agent:support AGENT',
    '  chat claude-x CHAT_MODEL',
    '  policy:refunds GUARDRAIL',
    '  agent:support AGENT',
    '    tool:refund TOOL',
    '    chat claude-x CHAT_MODEL',
  ])
  expect(await tokensOf(responseId)).toMatchObject({ input_tokens: 50, output_tokens: 10 })
  for (const { attributes } of spans) expect(attributes['session.id']).toBe('s-2')
  expect((await reader.traceInfo(responseId)).trace_metadata).toMatchObject({
    'mlflow.trace.session': 's-2',
    'mlflow.trace.user': 'u-2',
  })
})
