import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { instrumentOpenCode } from '../../src/integrations/opencode/index.ts'
import { fixture } from '../integrations/opencode/matrix.ts'
import { startReplayServer } from '../integrations/opencode/replay-server.ts'
import { fixtureModules } from '../support/integrations.ts'
import {
  delivered,
  experimentIdOf,
  reader,
  startTracing,
  toolCounts,
  tracingPerTest,
  treeOf,
} from './tracing.ts'

const said = tracingPerTest()

test('a turn of OpenCode arrives with its tools, its tokens and its session', async () => {
  const folder = join(await fixtureModules(fixture('opencode-sdk-1.19')), '@opencode-ai/sdk/dist')
  const sdk = await import(pathToFileURL(join(folder, 'index.js')).href)
  await using server = await startReplayServer()
  const undo = instrumentOpenCode(sdk)
  const experimentName = startTracing({ instrumentations: [] })
  const client = sdk.createOpencodeClient({ baseUrl: server.url })
  const parts = [{ type: 'text', text: 'Say hello.' }]
  await client.session.prompt({ path: { id: 'ses_1' }, body: { parts } })
  await delivered()
  undo()

  const [info] = await reader.search('', [await experimentIdOf(experimentName)])
  const traceId = info?.trace_id ?? ''
  expect(treeOf(await reader.spans(traceId))).toEqual([
    'agent:opencode AGENT',
    '  chat gpt-4o CHAT_MODEL',
    '  tool:bash TOOL',
    '  chat gpt-4o CHAT_MODEL',
  ])
  const { trace_metadata, request_preview, response_preview } = await reader.traceInfo(traceId)
  expect(request_preview).toBe('Say hello.')
  expect(response_preview).toContain('It says hello.')
  expect(trace_metadata?.['mlflow.trace.session']).toBe('ses_1')
  expect(JSON.parse(trace_metadata?.['mlflow.trace.tokenUsage'] ?? '{}')).toMatchObject({
    input_tokens: 80,
    output_tokens: 20,
    cache_read_input_tokens: 32,
  })
  expect(await toolCounts(experimentName)).toEqual(['tool:bash OK 1'])
  expect(said.codes()).toEqual(['TS_EXPERIMENT'])
})
