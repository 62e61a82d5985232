import { expect, test } from 'vitest'
import {
  flushTraces,
  init,
  shutdown,
  startSpan,
  stats,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { fileBeside, runNode } from '../support/child.ts'
import { runAgent } from './agent-process.ts'
import {
  delivered,
  experimentIdOf,
  freshName,
  mlflowUrl,
  reader,
  startTracing,
  tracingPerTest,
  treeOf,
} from './tracing.ts'

const said = tracingPerTest()
const experimentOf = async (traceId: string): Promise<string | undefined> =>
  (await reader.traceInfo(traceId)).trace_location.mlflow_experiment?.experiment_id

test('a second init with other options switches, and what is open ends where it began', async () => {
  const first = startTracing()
  const open = startSpan({ name: 'open', parent: null })
  const second = startTracing()
  const traceId = withSpan((span) => span.traceId, { name: 'after' })
  open.end()
  expect(await delivered()).toMatchObject({ sent: 2 })
  expect(await experimentOf(open.traceId)).toBe(await experimentIdOf(first))
  expect(await experimentOf(traceId)).toBe(await experimentIdOf(second))
})

test('a second init with the same options changes nothing', async () => {
  const experimentName = startTracing()
  const options = { trackingUri: mlflowUrl, captureContent: true, experimentName }
  expect(init(options)).toEqual(init(options))
  expect(init()).toMatchObject({ enabled: true })
  withSpan(() => 1, { name: 'once' })
  expect(await delivered()).toMatchObject({ sent: 1 })
  expect(said.codes()).toEqual(['TS_EXPERIMENT'])
})

test('what is not sampled is not sent, whole trace for whole trace', async () => {
  const name = startTracing({ sampleRatio: 0 })
  await withAgent({ agent: 'skipped' }, () => withTool({ tool: 'work' }, async () => 1))
  await withAgent({ agent: 'kept', sampleRatio: 1 }, () => withTool({ tool: 'work' }, async () => 1))
  expect(await delivered()).toMatchObject({ sent: 2, unsampled: 2 })
  const found = await reader.search("name LIKE 'agent:%'", [await experimentIdOf(name)])
  expect(found.map((info) => info.tags?.['mlflow.traceName'])).toEqual(['agent:kept'])
})

test('after shutdown the work is done and nothing is traced', async () => {
  startTracing()
  withSpan(() => 1, { name: 'before' })
  expect(await shutdown({ timeoutMs: 20_000 })).toMatchObject({ sent: 1, queued: 0, dropped: {} })
  expect(withSpan(() => 2, { name: 'after' })).toBe(2)
  expect(await flushTraces()).toMatchObject({ sent: 1, queued: 0 })
  expect(stats().sent).toBe(1)
})

test('a turn that takes long is seen while it runs', async () => {
  startTracing()
  await withAgent({ agent: 'slow' }, async (agent) => {
    await withTool({ tool: 'first' }, async () => 'done')
    // Without a flush: spans leave as they end.
    await reader.waitForSpans(agent.traceId, 1, 30_000)
    expect((await reader.traceInfo(agent.traceId)).state).toBe('IN_PROGRESS')
  })
  await delivered()
})

test('service, version, environment and resource become tags, and nothing else does', async () => {
  const service = freshName('tagged service')
  const outcome = await runAgent({
    MLFLOW_TRACKING_URI: mlflowUrl,
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.2.3,team=blue',
    APP_ENVIRONMENT: 'staging',
  })
  const info = await reader.traceInfo(outcome.traceId)
  const { 'mlflow.artifactLocation': _location, ...tags } = info.tags ?? {}
  expect(tags).toEqual({
    'service.name': service,
    'service.version': '1.2.3',
    'deployment.environment.name': 'staging',
    team: 'blue',
    'mlflow.traceName': 'agent:travel',
    'mlflow.trace.spansLocation': 'TRACKING_STORE',
  })
  expect(info.trace_metadata).toMatchObject({ 'mlflow.source.type': 'staging' })
})

test('a program that just ends, without a flush, loses nothing', async () => {
  const result = await runNode(fileBeside(import.meta.url, './ending.child.ts'), {
    env: {
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_EXPERIMENT_NAME: freshName('ending'),
      TURNSPAN_EXIT_TIMEOUT_MS: '20000',
    },
  })
  expect(result, result.stderr).toMatchObject({ code: 0, signal: null, timedOut: false })
  const traceId = result.stdout.trim()
  expect(treeOf(await reader.spans(traceId))).toEqual(['agent:ending AGENT', '  tool:work TOOL'])
  expect(await reader.traceInfo(traceId)).toMatchObject({ state: 'OK', trace_metadata: { build: '7' } })
})
