import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { flushTraces, init, shutdown, withAgent, withTool } from '../../src/index.ts'
import type { CollectorServer } from '../support/backends.ts'
import { startGateway } from '../support/backends-gateway.ts'
import { type MlflowServer, startMlflow } from '../support/mlflow.ts'
import { type MlflowReader, mlflowReader } from '../support/mlflow-read.ts'
import { until } from '../support/until.ts'

let servers: { stop(): Promise<void> }[]
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  servers = []
})
afterEach(async () => {
  await shutdown({ timeoutMs: 100 })
  await Promise.all(servers.map((server) => server.stop()))
})

const turn = (agent: string): Promise<unknown> =>
  withAgent({ agent, input: 'Oslo?' }, () => withTool({ tool: 'weather' }, async () => 'rain'))

const names = async (reader: MlflowReader, experimentId: string): Promise<string[]> => {
  const body = {
    locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } }],
    max_results: 100,
  }
  const answer = (await reader.call('POST', '/api/3.0/mlflow/traces/search', body)) as {
    traces?: { tags?: Record<string, string> }[]
  }
  return (answer.traces ?? []).map(({ tags }) => tags?.['mlflow.traceName'] ?? '').sort()
}

test('experiments and workspaces reach the MLflow that they are for, through a gateway that was killed', {
  timeout: 120_000,
}, async () => {
  const [own, others] = (await Promise.all([
    startMlflow({ workspaces: true }),
    startMlflow({ workspaces: true }),
  ])) as [MlflowServer, MlflowServer]
  const places = [
    { url: own.url, workspace: 'team-a', name: 'first' },
    { url: own.url, workspace: 'team-a', name: 'second' },
    { url: others.url, workspace: 'team-b', name: 'third' },
    { url: others.url, workspace: 'default', name: 'fourth' },
  ]
  await Promise.all([
    mlflowReader(own.url).createWorkspace('team-a'),
    mlflowReader(others.url).createWorkspace('team-b'),
  ])
  const gateway: CollectorServer = await startGateway('routing', {
    OWN_MLFLOW_URL: own.url,
    MLFLOW_URL: others.url,
  })
  servers.push(own, others, gateway)
  const made = await Promise.all(
    places.map(async ({ url, workspace, name }) => {
      const reader = mlflowReader(url, { workspace })
      return { url, workspace, name, reader, experimentId: await reader.createExperiment(name) }
    }),
  )
  // What stands behind is down: it all waits in the gateway, with what it is for.
  await Promise.all([own.pause('SIGKILL'), others.pause('SIGKILL')])
  for (const [index, { url, workspace, name, experimentId }] of made.entries()) {
    const protocol = index % 2 === 0 ? 'grpc' : 'http/protobuf'
    const endpoint = protocol === 'grpc' ? gateway.grpcUrl : gateway.httpUrl
    init({ endpoint, protocol, trackingUri: url, experimentId, workspace, captureContent: true })
    await turn(name)
    expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0 })
    await shutdown()
  }
  await gateway.pause('SIGKILL')
  await Promise.all([own.restart(), others.restart(), gateway.restart()])
  for (const { reader, experimentId, name } of made) {
    await until(async () => (await names(reader, experimentId)).length || undefined, {
      what: name,
      timeoutMs: 30_000,
    })
    expect(await names(reader, experimentId)).toEqual([`agent:${name}`])
  }
})

test('MLflow has every turn exactly once after a kill of the gateway and an outage of MLflow', {
  timeout: 120_000,
}, async () => {
  const mlflow = await startMlflow()
  servers.push(mlflow)
  const gateway = await startGateway('persistent-queue', { MLFLOW_URL: mlflow.url })
  servers.push(gateway)
  const reader = mlflowReader(mlflow.url)
  const experimentId = await reader.createExperiment('behind a gateway')
  init({
    endpoint: gateway.grpcUrl,
    protocol: 'grpc',
    trackingUri: mlflow.url,
    experimentId,
    captureContent: true,
  })
  const wanted: string[] = []
  const turns = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      const agent = `number ${wanted.length}`
      wanted.push(`agent:${agent}`)
      await turn(agent)
    }
    expect(await flushTraces()).toMatchObject({ queued: 0, dropped: {} })
  }
  await turns(10)
  await mlflow.pause('SIGKILL')
  await turns(10)
  await gateway.pause('SIGKILL')
  await gateway.restart()
  await turns(10)
  await mlflow.restart()
  await until(async () => (await names(reader, experimentId)).length === wanted.length || undefined, {
    what: `${wanted.length} turns in MLflow`,
    timeoutMs: 60_000,
  })
  expect(await names(reader, experimentId)).toEqual([...wanted].sort())
})
