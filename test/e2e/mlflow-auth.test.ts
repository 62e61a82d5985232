import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMlflowClient } from '../../src/mlflow/index.ts'
import { probeMlflow } from '../../src/mlflow/server-info.ts'
import { createMlflowTarget } from '../../src/mlflow/target.ts'
import { targetConfig } from '../mlflow/scripted-server.ts'
import { type MlflowServer, startMlflow } from '../support/mlflow.ts'
import { newTraceId, sendSpan } from './mlflow-spans.ts'

const password = 'a long password: with & and %'
const admin = { username: 'admin', password }
let server: MlflowServer

beforeAll(async () => {
  server = await startMlflow({ basicAuth: { adminPassword: password } })
})
afterAll(() => server.stop())

test('recognises a server that asks for a password, without one', async () => {
  expect(await probeMlflow(server.url)).toMatchObject({ mlflow: true })
})

test('sends spans and reads them back as a user', async () => {
  const settings = { auth: admin, requestTimeoutMs: 30_000 }
  const target = createMlflowTarget(targetConfig(server.url, { isMlflow: 'ask' }, settings), {
    serviceName: 'with-password',
  })
  const { headers } = await target.prepare()
  const traceId = newTraceId()
  const startMs = Date.now() - 100
  expect(await sendSpan(server.url, headers, { traceId, startMs, endMs: startMs + 1 })).toBe(200)
  const client = createMlflowClient({ trackingUri: server.url, ...admin })
  expect((await client.getTrace(traceId)).spans).toHaveLength(1)
})

test('says what to do about a wrong password', async () => {
  const auth = { username: 'admin', password: 'wrong password' }
  const target = createMlflowTarget(targetConfig(server.url, {}, { auth }), {})
  const failure = await target.prepare().catch((thrown: unknown) => thrown)
  expect(failure).toMatchObject({ status: 401, retryable: false })
  expect(String(failure)).toContain('MLFLOW_TRACKING_USERNAME')
  expect(String(failure)).not.toContain('wrong password')
})
