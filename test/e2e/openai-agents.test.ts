import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { fixture, programs } from '../integrations/openai-agents/matrix.ts'
import { scripts } from '../integrations/openai-agents/scripts.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import { startProvider } from '../support/provider/server.ts'
import { until } from '../support/until.ts'
import { experimentIdOf, mlflowUrl, named, reader, toolCounts, treeOf } from './tracing.ts'

test('agents of the OpenAI Agents SDK arrive as one trace, with turns, tools, tokens and session', {
  timeout: 180_000,
}, async () => {
  await using provider = await startProvider(scripts)
  await using app = await fixtureApp(fixture('agents-0.20'), programs)
  const experiment = `openai-agents-${randomUUID()}`
  const group = `group-${randomUUID()}`
  const result = await runNode(app.program('desk.mjs'), {
    cwd: app.dir,
    env: {
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${provider.address('handoff', 'e2e')}/v1`,
      // The SDK's own upload would go to OpenAI; turnspan traces all the same.
      OPENAI_AGENTS_DISABLE_TRACING: '1',
      GROUP: group,
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_EXPERIMENT_NAME: experiment,
      TURNSPAN_EXIT_TIMEOUT_MS: '30000',
    },
  })
  expect(result).toMatchObject({ code: 0, stdout: 'Your refund is on its way.\n', stderr: '' })

  const experimentId = await experimentIdOf(experiment)
  const found = await until(
    async () => {
      const traces = await reader.search(`metadata.\`mlflow.trace.session\` = '${group}'`, [experimentId])
      return traces.length > 0 ? traces : undefined
    },
    { what: 'the trace in its session' },
  )
  expect(found).toHaveLength(1)
  const traceId = found[0]?.trace_id as string
  const spans = await reader.waitForSpans(traceId, 10)
  expect(treeOf(spans)).toEqual([
    'agent:Triage AGENT',
    '  turn 1 CHAIN',
    '    chat gpt-4o CHAT_MODEL',
    '    handoff:Refunds TASK',
    '  agent:Refunds AGENT',
    '    turn 2 CHAIN',
    '      chat gpt-4o CHAT_MODEL',
    '      get_weather TOOL',
    '    turn 3 CHAIN',
    '      chat gpt-4o CHAT_MODEL',
  ])

  const trace = await reader.waitForTrace(traceId, ({ state }) => state === 'OK')
  // Three calls of 20 and 10 tokens: neither the sums of agents and turns nor the client's own spans count again.
  expect(JSON.parse(trace.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}')).toMatchObject({
    input_tokens: 60,
    output_tokens: 30,
    total_tokens: 90,
  })
  expect(named(spans, 'agent:Triage')).toMatchObject({
    inputs: { messages: [{ role: 'user', content: 'I want a refund!' }] },
    outputs: 'Your refund is on its way.',
  })
  expect(named(spans, 'get_weather')).toMatchObject({
    inputs: { city: 'Paris' },
    outputs: 'sunny in Paris',
  })
  const last = spans.filter(({ name }) => name === 'chat gpt-4o').at(-1)
  expect(last?.attributes['mlflow.message.format']).toBe('openai')
  expect(last?.attributes['mlflow.chat.tools']).toMatchObject([
    { type: 'function', function: { name: 'get_weather' } },
  ])
  expect(await toolCounts(experiment)).toEqual(['get_weather OK 1'])
})
