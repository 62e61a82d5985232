import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fixture } from '../integrations/langchain/matrix.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import { startProvider } from '../support/provider/server.ts'
import { until } from '../support/until.ts'
import { experimentIdOf, mlflowUrl, named, reader, toolCounts, treeOf } from './tracing.ts'

const example = fileURLToPath(new URL('../../examples/langgraph-support', import.meta.url))

const lookUp = (...records: string[]): { tools: { id: string; name: string; arguments: object }[] } => ({
  tools: records.map((record) => ({ id: `call_${record}`, name: 'look_up', arguments: { record } })),
})

test('an assistant of LangGraph arrives as one trace, with its tools, chats, tokens and session', {
  timeout: 180_000,
}, async () => {
  await using provider = await startProvider({
    support: [
      lookUp('customer c-17', 'policy returns'),
      lookUp('order o-4'),
      { text: 'It arrives on Thursday.' },
    ],
  })
  await using app = await fixtureApp(fixture('langchain-1'), example)
  const experiment = `langchain-${randomUUID()}`
  const result = await runNode(app.program('index.js'), {
    cwd: app.dir,
    env: {
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${provider.address('support', 'e2e')}/v1`,
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_EXPERIMENT_NAME: experiment,
      TURNSPAN_EXIT_TIMEOUT_MS: '30000',
    },
  })
  expect(result).toMatchObject({ code: 0, stdout: 'It arrives on Thursday.\n', stderr: '' })

  const experimentId = await experimentIdOf(experiment)
  const found = await until(
    async () => {
      const traces = await reader.search("metadata.`mlflow.trace.session` = 'support-c-17'", [experimentId])
      return traces.length > 0 ? traces : undefined
    },
    { what: 'the trace in its session' },
  )
  expect(found).toHaveLength(1)
  const traceId = found[0]?.trace_id as string
  const spans = await reader.waitForSpans(traceId, 12)
  const asks = ['    assistant CHAIN', '      ChatOpenAI CHAT_MODEL']
  expect(treeOf(spans)).toEqual([
    'support-assistant AGENT',
    '  support-graph CHAIN',
    ...asks,
    '    tools CHAIN',
    '      look_up TOOL',
    '      look_up TOOL',
    ...asks,
    '    tools CHAIN',
    '      look_up TOOL',
    ...asks,
  ])

  const trace = await reader.waitForTrace(traceId, ({ state }) => state === 'OK')
  expect(trace.trace_metadata).toMatchObject({
    'mlflow.trace.session': 'support-c-17',
    'mlflow.trace.user': 'c-17',
  })
  // Three calls of 20 and 10 tokens: neither the agent's sum nor the client library's own spans count again.
  expect(JSON.parse(trace.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}')).toMatchObject({
    input_tokens: 60,
    output_tokens: 30,
    total_tokens: 90,
  })
  expect(trace.tags?.['mlflow.traceName']).toBe('support-assistant')

  const last = spans.filter(({ name }) => name === 'ChatOpenAI').at(-1)
  expect(last?.attributes['mlflow.message.format']).toBe('openai')
  expect(last?.inputs).toMatchObject({
    messages: [
      { role: 'user', content: 'Where is my parcel, and may I send it back?' },
      { role: 'assistant', tool_calls: [{ id: 'call_customer c-17' }, { id: 'call_policy returns' }] },
      { role: 'tool', tool_call_id: 'call_customer c-17', content: 'Ada, one open order: o-4' },
      { role: 'tool', tool_call_id: 'call_policy returns' },
      {
        role: 'assistant',
        tool_calls: [{ function: { name: 'look_up', arguments: '{"record":"order o-4"}' } }],
      },
      { role: 'tool', content: 'sent on Monday, arrives on Thursday' },
    ],
  })
  expect(last?.outputs).toMatchObject({
    choices: [{ message: { role: 'assistant', content: 'It arrives on Thursday.' }, finish_reason: 'stop' }],
  })
  expect(last?.attributes['mlflow.chat.tools']).toMatchObject([
    { type: 'function', function: { name: 'look_up', parameters: { required: ['record'] } } },
  ])
  expect(named(spans, 'support-graph').attributes).not.toHaveProperty('mlflow.chat.tokenUsage')

  expect(await toolCounts(experiment)).toEqual(['look_up OK 3'])
})
