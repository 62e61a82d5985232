import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { fixture, programs } from '../integrations/codex/matrix.ts'
import { runNode } from '../support/child.ts'
import { fixtureApp } from '../support/integrations.ts'
import { until } from '../support/until.ts'
import { experimentIdOf, mlflowUrl, named, reader, toolCounts, treeOf } from './tracing.ts'

test('the turns of a thread of Codex arrive as traces of one session, with their tools and their own tokens', {
  timeout: 180_000,
}, async () => {
  await using app = await fixtureApp(fixture('codex-sdk-0.163'), programs)
  const experiment = `codex-${randomUUID()}`
  const result = await runNode(app.program('desk.mjs'), {
    cwd: app.dir,
    env: {
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_EXPERIMENT_NAME: experiment,
      TURNSPAN_EXIT_TIMEOUT_MS: '30000',
    },
  })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  const [thread, ...answer] = result.stdout.trim().split(' ')
  expect(answer.join(' ')).toBe('secret answer')

  const experimentId = await experimentIdOf(experiment)
  const found = await until(
    async () => {
      const session = `metadata.\`mlflow.trace.session\` = '${thread}'`
      const traces = await reader.search(session, [experimentId])
      return traces.length > 1 ? traces : undefined
    },
    { what: 'the two traces in their session' },
  )
  const trees = await Promise.all(found.map(({ trace_id }) => reader.waitForSpans(trace_id, 2)))
  const first = trees.find((spans) => spans.length > 2) ?? []
  expect(treeOf(first)).toEqual([
    'agent:codex AGENT',
    '  tool:command_execution TOOL',
    '  tool:lookup TOOL',
    '  tool:file_change TOOL',
    '  tool:web_search TOOL',
    '  usage LLM',
  ])
  expect(named(first, 'tool:command_execution')).toMatchObject({
    inputs: { command: "/bin/bash -lc 'echo secret'" },
    outputs: 'secret\n',
  })
  const used = await Promise.all(
    found.map(async ({ trace_id }) => {
      const { trace_metadata } = await reader.waitForTrace(trace_id, ({ state }) => state === 'OK')
      return JSON.parse(trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}') as Record<string, number>
    }),
  )
  // The second turn's are what the thread had used after it, less what it had used before.
  expect(used.map(({ input_tokens, output_tokens }) => [input_tokens, output_tokens]).sort()).toEqual([
    [20, 10],
    [680, 40],
  ])
  expect(await toolCounts(experiment)).toEqual([
    'tool:command_execution ERROR 1',
    'tool:file_change OK 1',
    'tool:lookup ERROR 1',
    'tool:web_search OK 1',
  ])
})
