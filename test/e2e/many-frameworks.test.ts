import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import { nodeBinary } from '../support/node-versions.ts'
import { startProvider } from '../support/provider/server.ts'
import { until } from '../support/until.ts'
import { experimentIdOf, mlflowUrl, named, reader, toolCounts, treeOf } from './tracing.ts'

const example = fileURLToPath(new URL('../../examples/many-frameworks', import.meta.url))
const fixture = fileURLToPath(new URL('../examples/fixtures/many-frameworks', import.meta.url))

const ask = { id: 'call_1', name: 'ask_archive', arguments: { question: 'When was it closed?' } }

test('four libraries in two processes make one tree, and each token counts once', {
  timeout: 300_000,
}, async () => {
  await using provider = await startProvider({
    newsroom: [
      { text: 'Ask the archive.', usage: { input: 30, output: 5 } },
      { tools: [ask], usage: { input: 200, output: 20 } },
      { text: 'It was closed in 2004.', usage: { input: 250, output: 10 } },
    ],
    archive: [{ text: 'In 2004.', usage: { input: 4000, output: 7, cacheRead: 1000 } }],
  })
  await using app = await fixtureApp(fixture, example)
  const experiment = `many-${randomUUID()}`
  const result = await runNode(app.program('index.js'), {
    cwd: app.dir,
    nodeBinary: await nodeBinary(22),
    env: {
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: `${provider.address('newsroom', 'openai')}/v1`,
      ANTHROPIC_API_KEY: 'sk-test',
      ANTHROPIC_BASE_URL: provider.address('archive', 'anthropic'),
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_EXPERIMENT_NAME: experiment,
      TURNSPAN_EXIT_TIMEOUT_MS: '30000',
    },
  })
  expect(result).toMatchObject({ code: 0, stdout: 'It was closed in 2004.\n', stderr: '' })
  expect(provider.requests('openai')).toHaveLength(3)
  expect(provider.requests('anthropic')).toHaveLength(1)

  const experimentId = await experimentIdOf(experiment)
  const found = await until(
    async () => {
      const traces = await reader.search('', [experimentId])
      return traces.length > 0 ? traces : undefined
    },
    { what: 'the trace' },
  )
  expect(found).toHaveLength(1)
  const traceId = found[0]?.trace_id ?? ''
  const spans = await reader.waitForSpans(traceId, 11)
  expect(treeOf(spans)).toEqual([
    'agent:editor AGENT',
    '  newsroom CHAIN',
    '    planning CHAIN',
    '      ChatOpenAI CHAT_MODEL',
    '    research CHAIN',
    '      generateText CHAIN',
    '        chat gpt-4o-mini CHAT_MODEL',
    '        ask_archive TOOL',
    '          tools/call ask_archive TASK',
    '            chat claude-haiku-4-5 CHAT_MODEL',
    '        chat gpt-4o-mini CHAT_MODEL',
  ])
  // Session and user are for the archive to know only where `instrumentMcp` is told to send them.
  const own = spans.filter(({ attributes }) => attributes['service.name'] !== 'archive')
  expect(own).toHaveLength(9)
  for (const { attributes } of own)
    expect(attributes).toMatchObject({ 'session.id': 'desk-7', 'user.id': 'ada' })
  expect(named(spans, 'tools/call ask_archive').attributes['service.name']).toBe('archive')

  const trace = await reader.waitForTrace(traceId, ({ state }) => state === 'OK')
  expect(JSON.parse(trace.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}')).toMatchObject({
    input_tokens: 4480,
    output_tokens: 42,
    total_tokens: 4522,
    cache_read_input_tokens: 1000,
  })
  // The sum of the turn is that of both processes.
  expect(named(spans, 'agent:editor').attributes['mlflow.chat.tokenUsage']).toMatchObject({
    input_tokens: 4480,
  })
  expect(await toolCounts(experiment)).toEqual(['ask_archive OK 1'])
})
