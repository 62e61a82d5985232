import { randomUUID } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import type { PendingTraceInfo } from '../../src/export/trace-info/pending-trace-info.ts'
import { createMlflowClient } from '../../src/mlflow/index.ts'
import { createMlflowTarget, type MlflowTarget } from '../../src/mlflow/target.ts'
import { targetConfig } from '../mlflow/scripted-server.ts'
import { newTraceId, sendSpan } from './mlflow-spans.ts'

const url = inject('mlflowUrl')
const client = createMlflowClient({ trackingUri: url })
const startMs = Date.now() - 10_000
const completion = (traceId: string, more: Partial<PendingTraceInfo> = {}): PendingTraceInfo => ({
  traceId,
  startTimeMs: startMs + 0.123,
  endTimeMs: startMs + 1500.654,
  state: 'OK',
  metadata: {},
  tags: {},
  rootIsRemote: false,
  ...more,
})
const connect = (): MlflowTarget =>
  createMlflowTarget(
    targetConfig(url, { isMlflow: 'ask', timeoutMs: 30_000 }, { requestTimeoutMs: 30_000 }),
    { serviceName: `target ${randomUUID()}` },
  )

test('gives spans the headers that they need', async () => {
  const target = connect()
  const { headers, experimentId } = await target.prepare()
  const traceId = newTraceId()
  expect(await sendSpan(url, headers, { traceId, startMs, endMs: startMs + 5 })).toBe(200)
  expect((await client.getTraceInfo(traceId)).experimentId).toBe(experimentId)
})

test('writes what OTLP cannot carry beside what it carried', async () => {
  const target = connect()
  const { headers, experimentId } = await target.prepare()
  const traceId = newTraceId()
  const attributes = { 'mlflow.traceTag.by': 'otlp', 'mlflow.spanInputs': 'question', 'session.id': 's-1' }
  await sendSpan(url, headers, { traceId, startMs, endMs: startMs + 1500, attributes })
  const data = completion(traceId, {
    name: 'agent',
    clientRequestId: 'c-1',
    requestPreview: 'short',
    metadata: { free: 'text', 'mlflow.source.type': 'production' },
    tags: { team: 'a' },
  })
  await target.finishTrace(data)
  await target.finishTrace(data)
  const info = await client.getTraceInfo(traceId)
  expect(info).toMatchObject({
    experimentId,
    name: 'agent',
    clientRequestId: 'c-1',
    startTimeMs: startMs,
    durationMs: 1500,
    state: 'OK',
    requestPreview: 'short',
    metadata: {
      free: 'text',
      'mlflow.source.type': 'production',
      'mlflow.trace.session': 's-1',
      'mlflow.trace_schema.version': '3',
    },
    tags: { by: 'otlp', team: 'a' },
  })
})

test('finishes a trace whose root never comes, without shortening it', async () => {
  const target = connect()
  const { headers } = await target.prepare()
  const traceId = newTraceId()
  const parentSpanId = '00f067aa0ba902b7'
  await sendSpan(url, headers, { traceId, parentSpanId, startMs: startMs - 50, endMs: startMs + 2000 })
  expect((await client.getTraceInfo(traceId)).state).toBe('IN_PROGRESS')
  const data = completion(traceId, {
    rootIsRemote: true,
    state: 'ERROR',
    name: 'worker',
    responsePreview: 'r',
  })
  await target.finishTrace(data)
  expect(await client.getTraceInfo(traceId)).toMatchObject({
    state: 'ERROR',
    name: 'worker',
    responsePreview: 'r',
    startTimeMs: startMs - 50,
    durationMs: 2050,
  })
  await target.finishTrace({ ...data, state: 'OK', metadata: { late: 'yes' } })
  const after = await client.getTraceInfo(traceId)
  expect(after).toMatchObject({ state: 'ERROR', durationMs: 2050, metadata: { late: 'yes' } })
})
