import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { MlflowConfig } from '../../src/config/config.ts'
import { createMlflowClient } from '../../src/mlflow/index.ts'
import { probeMlflow } from '../../src/mlflow/server-info.ts'
import { createMlflowTarget, type MlflowTarget } from '../../src/mlflow/target.ts'
import { type Diagnostic, onDiagnostic } from '../../src/runtime/diagnostics.ts'
import { targetConfig } from '../mlflow/scripted-server.ts'
import { type MlflowServer, startMlflow } from '../support/mlflow.ts'
import { until } from '../support/until.ts'
import { newTraceId, sendSpan } from './mlflow-spans.ts'

let server: MlflowServer
let said: Diagnostic[]
let stop: () => void
const startMs = Date.now() - 10_000

beforeAll(async () => {
  server = await startMlflow({ workspaces: true })
  for (const name of ['team-a', 'team-b']) {
    const answer = await fetch(`${server.url}/api/3.0/mlflow/workspaces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    })
    expect(answer.status).toBe(201)
  }
})
afterAll(() => server.stop())
beforeEach(() => {
  said = []
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
})
afterEach(() => stop())

const connect = (workspace: string, more: Partial<MlflowConfig> = {}): MlflowTarget =>
  createMlflowTarget(targetConfig(server.url, {}, { workspace, requestTimeoutMs: 30_000, ...more }), {
    serviceName: 'agent',
  })

test('says that it has workspaces', async () => {
  expect(await probeMlflow(server.url)).toEqual({ mlflow: true, workspacesEnabled: true })
})

test('keeps the experiments of workspaces apart', async () => {
  const a = await connect('team-a').prepare()
  const b = await connect('team-b').prepare()
  expect(a.experimentId).not.toBe(b.experimentId)
  const traceId = newTraceId()
  expect(await sendSpan(server.url, a.headers, { traceId, startMs, endMs: startMs + 1 })).toBe(200)
  const reader = createMlflowClient({ trackingUri: server.url, workspace: 'team-a' })
  expect((await reader.getTraceInfo(traceId)).experimentId).toBe(a.experimentId)
})

test('says that a trace of another workspace was dropped, and nothing of one that is stored', async () => {
  const a = connect('team-a')
  const b = connect('team-b')
  const traceId = newTraceId()
  const span = { traceId, startMs, endMs: startMs + 1 }
  await sendSpan(server.url, (await a.prepare()).headers, span)
  await a.verifyStored(traceId)
  expect(said.map(({ code }) => code)).not.toContain('TS_TRACE_NOT_STORED')
  expect(await sendSpan(server.url, (await b.prepare()).headers, span)).toBe(200)
  await b.verifyStored(traceId)
  expect(said.map(({ code }) => code)).toContain('TS_TRACE_NOT_STORED')
})

test('says that a workspace does not exist, with a name and with an ID', async () => {
  await expect(connect('nope').prepare()).rejects.toMatchObject({ retryable: false, status: 404 })
  expect(said.map(({ code }) => code)).toEqual(['TS_WORKSPACE_UNKNOWN'])
  await connect('nope', { experimentId: '1' }).prepare()
  await until(() => (said.length === 2 ? true : undefined), { what: 'the second diagnostic' })
  expect(said.map(({ code }) => code)).toEqual(['TS_WORKSPACE_UNKNOWN', 'TS_WORKSPACE_UNKNOWN'])
})
