import { expect, test } from 'vitest'
import { newResponseId } from '../../src/index.ts'
import { runNode, startNode } from '../support/child.ts'
import { fixtureApp, integrationFolders } from '../support/integrations.ts'
import { freshName, mlflowUrl, reader, toolCounts, treeOf } from './tracing.ts'

const { fixture, programs } = integrationFolders(new URL('../integrations/a2a/x.ts', import.meta.url).href)

test('an agent in another process stands in the trace of whoever asked it', {
  timeout: 300_000,
}, async () => {
  await using app = await fixtureApp(fixture('sdk-1-newest'), programs)
  const experiment = freshName('a2a')
  const responseId = newResponseId()
  const options = {
    cwd: app.dir,
    nodeArgs: ['--import', 'turnspan/register'],
    env: {
      TRACED: '1',
      RESPONSE_ID: responseId,
      TURNSPAN_CAPTURE_CONTENT: 'true',
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_EXPERIMENT_NAME: experiment,
      TURNSPAN_EXIT_TIMEOUT_MS: '30000',
    },
  }
  const agent = startNode(app.program('app.mjs'), { ...options, args: ['serve'] })
  await agent.waitForOutput('\n')
  const asked = await runNode(app.program('app.mjs'), { ...options, args: ['ask', agent.stdout().trim()] })
  expect(asked.code).toBe(0)
  agent.kill()
  await agent.result

  const worked = [
    '  agent:warehouse AGENT',
    '    execute warehouse TASK',
    '      tool:count_boxes TOOL',
    '      chat CHAT_MODEL',
  ]
  const answered = worked.slice(0, 2)
  expect(treeOf(await reader.waitForSpans(responseId, 20))).toEqual([
    'agent:desk AGENT',
    ...[...worked, ...worked, ...worked],
    ...[...answered, ...answered, ...answered],
    '  agent:warehouse AGENT',
  ])
  const trace = await reader.waitForTrace(responseId, ({ state }) => state === 'OK')
  expect(trace.request_preview).toBe('How much is there?')
  expect(JSON.parse(trace.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}')).toMatchObject({
    input_tokens: 300,
    output_tokens: 21,
  })
  expect(trace.trace_metadata).toHaveProperty(['mlflow.trace.session'])
  expect(await toolCounts(experiment)).toEqual(['tool:count_boxes OK 3'])
})
