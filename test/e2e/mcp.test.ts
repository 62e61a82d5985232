import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { getLastActiveTraceId, withAgent } from '../../src/index.ts'
import { instrumentMcp } from '../../src/integrations/mcp/index.ts'
import { createClient } from '../integrations/mcp/scene.ts'
import { loadSdk } from '../integrations/mcp/sdk.ts'
import { cleanEnv } from '../support/run.ts'
import {
  delivered,
  mlflowUrl,
  named,
  reader,
  startTracing,
  toolCounts,
  tracingPerTest,
  treeOf,
} from './tracing.ts'

const program = fileURLToPath(new URL('../integrations/mcp/stdio-server.child.ts', import.meta.url))
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

tracingPerTest()

test('a client and its server process make one trace, in which each call counts once', async () => {
  const sdk = await loadSdk('sdk-1-newest', 'esm')
  const undo = sdk.modules.map((module) => instrumentMcp(module))
  const experimentName = startTracing({ serviceName: 'asker' })
  const client = createClient(sdk)
  const env = cleanEnv({
    MLFLOW_TRACKING_URI: mlflowUrl,
    MLFLOW_EXPERIMENT_NAME: experimentName,
    TURNSPAN_CAPTURE_CONTENT: 'true',
    SCENE_TRACED: 'true',
  })
  const args = ['--import', loader, program, sdk.set, sdk.format]
  await client.connect(new sdk.all.StdioClientTransport({ command: process.execPath, args, env }))
  const traceId = await withAgent({ agent: 'asker', sessionId: 's-1', input: 'say hi' }, async () => {
    await client.callTool({ name: 'echo', arguments: { text: 'hi' } })
    await client.callTool({ name: 'refuses', arguments: { text: 'now' } })
    await client.callTool({ name: 'work', arguments: { text: '' } })
    return getLastActiveTraceId()
  })
  await delivered()

  const spans = await reader.waitForSpans(traceId as string, 8)
  expect(treeOf(spans)).toEqual([
    'agent:asker AGENT',
    '  echo TOOL',
    '    tools/call echo TASK',
    '  refuses TOOL',
    '    tools/call refuses TASK',
    '  work TOOL',
    '    tools/call work TASK',
    '      tool:deep TOOL',
  ])
  expect(named(spans, 'echo')).toMatchObject({
    inputs: { text: 'hi' },
    outputs: { content: [{ type: 'text', text: 'hi' }] },
  })
  expect(named(spans, 'refuses').status).toMatchObject({ message: 'not now\nask again' })
  expect(await reader.waitForTrace(traceId as string, ({ state }) => state === 'OK')).toMatchObject({
    state: 'OK',
  })

  expect(await toolCounts(experimentName)).toEqual([
    'echo OK 1',
    'refuses ERROR 1',
    'tool:deep OK 1',
    'work OK 1',
  ])
  await client.close()
  for (const each of undo) each()
})
