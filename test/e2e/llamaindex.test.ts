import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { fixture, programs } from '../integrations/llamaindex/matrix.ts'
import { scripts } from '../integrations/llamaindex/scripts.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import { startProvider } from '../support/provider/server.ts'
import { until } from '../support/until.ts'
import { experimentIdOf, mlflowUrl, named, reader, toolCounts, treeOf } from './tracing.ts'

test('agents of LlamaIndex arrive as one trace, with models, tools and tokens', {
  timeout: 180_000,
}, async () => {
  await using provider = await startProvider(scripts)
  await using app = await fixtureApp(fixture('llamaindex-0.12'), programs)
  const experiment = `llamaindex-${randomUUID()}`
  const result = await runNode(app.program('desk.mjs'), {
    cwd: app.dir,
    env: {
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${provider.address('handoff', 'e2e')}/v1`,
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_EXPERIMENT_NAME: experiment,
      TURNSPAN_EXIT_TIMEOUT_MS: '30000',
    },
  })
  expect(result).toMatchObject({ code: 0, stdout: 'Your refund is on its way.\n', stderr: '' })

  const experimentId = await experimentIdOf(experiment)
  const found = await until(
    async () => {
      const traces = await reader.search("name = 'agent:Triage'", [experimentId])
      return traces.length > 0 ? traces : undefined
    },
    { what: 'the trace of the desk' },
  )
  expect(found).toHaveLength(1)
  const traceId = found[0]?.trace_id as string
  const spans = await reader.waitForSpans(traceId, 7)
  expect(treeOf(spans)).toEqual([
    'agent:Triage AGENT',
    '  chat gpt-4o CHAT_MODEL',
    '  handOff TOOL',
    '  agent:Refunds AGENT',
    '    chat gpt-4o CHAT_MODEL',
    '    get_weather TOOL',
    '    chat gpt-4o CHAT_MODEL',
  ])

  const trace = await reader.waitForTrace(traceId, ({ state }) => state === 'OK')
  // Three calls of 20 and 10 tokens: neither the sums of agents nor the client's own spans count again.
  expect(JSON.parse(trace.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}')).toMatchObject({
    input_tokens: 60,
    output_tokens: 30,
    total_tokens: 90,
  })
  expect(named(spans, 'agent:Triage')).toMatchObject({
    inputs: { messages: [{ role: 'user', content: 'I want a refund!' }] },
    outputs: 'Your refund is on its way.',
  })
  expect(named(spans, 'get_weather')).toMatchObject({ inputs: { city: 'Paris' }, outputs: 'sunny in Paris' })
  const last = spans.filter(({ name }) => name === 'chat gpt-4o').at(-1)
  expect(last?.attributes['mlflow.message.format']).toBe('openai')
  expect(last?.attributes['mlflow.chat.tools']).toMatchObject([
    { type: 'function', function: { name: 'get_weather' } },
  ])
  expect(await toolCounts(experiment)).toEqual(['get_weather OK 1', 'handOff OK 1'])
})
