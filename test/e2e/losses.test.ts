import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { flushTraces, init, newResponseId, shutdown, withAgent, withTool } from '../../src/index.ts'
import { type MlflowServer, startMlflow } from '../support/mlflow.ts'
import { mlflowReader } from '../support/mlflow-read.ts'
import { until } from '../support/until.ts'
import { runAgent } from './agent-process.ts'
import {
  delivered,
  experimentIdOf,
  freshName,
  mlflowUrl,
  reader,
  startTracing,
  tracingPerTest,
} from './tracing.ts'

const said = tracingPerTest()
const heard = (code: string): Promise<string> =>
  until(() => said.find(code)?.message, { what: `the diagnostic ${code}` })
const turn = (responseId = newResponseId()): Promise<string> =>
  withAgent({ agent: 'lost', responseId }, async (span) => {
    await withTool({ tool: 'work' }, async () => 'done')
    return span.traceId
  })
const deleteExperiment = (id: string): Promise<unknown> =>
  reader.call('POST', '/api/2.0/mlflow/experiments/delete', { experiment_id: id })

test('a deleted experiment takes spans without a word of the server, so turnspan has one', async () => {
  const experimentId = await reader.createExperiment(freshName('deleted'))
  await deleteExperiment(experimentId)
  startTracing({ experimentId, experimentName: undefined })
  const traceId = await turn()
  await flushTraces({ timeoutMs: 20_000 })
  const message = await heard('TS_EXPERIMENT_DELETED')
  expect(message).toContain(experimentId)
  expect(message).toContain('restore')
  // The advice is right: after it, the traces are there.
  await reader.call('POST', '/api/2.0/mlflow/experiments/restore', { experiment_id: experimentId })
  expect((await reader.search("name = 'agent:lost'", [experimentId])).map((info) => info.trace_id)).toEqual([
    `tr-${traceId}`,
  ])
})

test('an experiment ID that does not exist is said, and its spans are not counted as sent', async () => {
  startTracing({ experimentId: '987654321', experimentName: undefined })
  await turn()
  const report = await flushTraces({ timeoutMs: 500 })
  expect(report.sent).toBe(0)
  expect(report.queued + report.rejected).toBe(2)
  expect(await heard('TS_EXPERIMENT_UNKNOWN')).toContain('987654321')
})

test('the name of a deleted experiment is an error that says what to do', async () => {
  const name = freshName('deleted name')
  const id = await reader.createExperiment(name)
  await deleteExperiment(id)
  startTracing({ experimentName: name })
  await turn()
  const report = await flushTraces({ timeoutMs: 500 })
  expect(report.sent).toBe(0)
  expect(await heard('TS_EXPORT_FAILED')).toContain(`mlflow experiments restore --experiment-id ${id}`)
})

test('processes that make the same experiment at once share it', async () => {
  const name = freshName('race')
  const env = { MLFLOW_TRACKING_URI: mlflowUrl, MLFLOW_EXPERIMENT_NAME: name }
  const outcomes = await Promise.all([runAgent(env), runAgent(env), runAgent(env)])
  for (const { report } of outcomes) expect(report).toMatchObject({ sent: 2, rejected: 0, dropped: {} })
  const found = await reader.search("name = 'agent:travel'", [await experimentIdOf(name)])
  expect(found.map((info) => info.trace_id).sort()).toEqual(
    outcomes.map(({ traceId }) => `tr-${traceId}`).sort(),
  )
})

test('turns that start before the experiment is known wait for it', async () => {
  const name = startTracing()
  const traceIds = await Promise.all(Array.from({ length: 20 }, () => turn()))
  await delivered()
  const found = await reader.search("name = 'agent:lost'", [await experimentIdOf(name)])
  expect(found.map((info) => info.trace_id).sort()).toEqual(traceIds.map((id) => `tr-${id}`).sort())
})

describe('on a server with workspaces', () => {
  let server: MlflowServer

  beforeAll(async () => {
    server = await startMlflow({ workspaces: true })
    const admin = mlflowReader(server.url)
    await admin.createWorkspace('team-a')
    await admin.createWorkspace('team-b')
  })
  afterAll(() => server.stop())
  const use = (workspace: string): void => {
    init({ trackingUri: server.url, experimentName: 'shared name', workspace })
  }

  test('workspaces keep traces of the same experiment name apart', async () => {
    const ids: Record<string, string> = {}
    for (const workspace of ['team-a', 'team-b']) {
      use(workspace)
      ids[workspace] = await turn()
      await delivered()
      await shutdown()
    }
    for (const workspace of ['team-a', 'team-b']) {
      const inside = mlflowReader(server.url, { workspace })
      const experiment = await inside.experimentByName('shared name')
      const found = await inside.search("name = 'agent:lost'", [experiment?.experiment_id ?? ''])
      expect(found.map((info) => info.trace_id)).toEqual([`tr-${ids[workspace]}`])
    }
    expect(said.codes()).not.toContain('TS_TRACE_NOT_STORED')
  })

  test('a trace ID that another workspace has is dropped by the server, and turnspan says so', async () => {
    const responseId = newResponseId()
    use('team-a')
    await turn(responseId)
    await delivered()
    await shutdown()
    use('team-b')
    await turn(responseId)
    await flushTraces({ timeoutMs: 20_000 })
    expect(await heard('TS_TRACE_NOT_STORED')).toContain('MLFLOW_WORKSPACE')
  })

  test('an unknown workspace is said, and nothing counts as sent', async () => {
    use('nowhere')
    await turn()
    const report = await flushTraces({ timeoutMs: 500 })
    expect(report.sent).toBe(0)
    expect(await heard('TS_WORKSPACE_UNKNOWN')).toContain('nowhere')
  })

  test('without a workspace spans go to the default one', async () => {
    init({ trackingUri: server.url, experimentName: 'in default' })
    const traceId = await turn()
    await delivered()
    expect((await mlflowReader(server.url).traceInfo(traceId)).state).toBe('OK')
    await expect(mlflowReader(server.url, { workspace: 'team-a' }).traceInfo(traceId)).rejects.toThrow('404')
  })
})

test('a workspace on a server without them is said, and nothing counts as sent', async () => {
  startTracing({ workspace: 'team-a' })
  await turn()
  const report = await flushTraces({ timeoutMs: 500 })
  expect(report.sent).toBe(0)
  expect(await heard('TS_EXPORT_FAILED')).toContain('unset MLFLOW_WORKSPACE')
})
