import { randomUUID } from 'node:crypto'
import { beforeAll, expect, inject, test } from 'vitest'
import { createMlflowClient } from '../../src/mlflow/index.ts'
import { newTraceId, sendSpan } from './mlflow-spans.ts'

const url = inject('mlflowUrl')
const client = createMlflowClient({ trackingUri: url })
const startMs = Date.now() - 60_000
let experimentId: string

beforeAll(async () => {
  experimentId = (await client.findOrCreateExperiment(`client ${randomUUID()}`)).id
})

const store = async (attributes: Record<string, string> = {}, statusCode = 1): Promise<string> => {
  const traceId = newTraceId()
  const headers = { 'x-mlflow-experiment-id': experimentId }
  const tags = { 'mlflow.traceTag.mlflow.traceName': 'stored' }
  const root = { traceId, spanId: '6eb9e691cd2677a2', startMs, endMs: startMs + 100, statusCode }
  await sendSpan(url, headers, { ...root, attributes: { ...tags, ...attributes } })
  const child = {
    traceId,
    name: 'child',
    parentSpanId: root.spanId,
    startMs: startMs + 1,
    endMs: startMs + 9,
  }
  await sendSpan(url, headers, child)
  return traceId
}

test('reads a trace with its spans, by each form of its ID', async () => {
  const traceId = await store({
    'mlflow.spanType': 'AGENT',
    'mlflow.spanInputs': '{"big":9007199254740993,"q":"é"}',
    'mlflow.spanOutputs': 'plain',
    'a.key': 'value',
  })
  const { info, spans } = await client.getTrace(traceId)
  expect(info).toMatchObject({
    traceId: `tr-${traceId}`,
    experimentId,
    name: 'stored',
    state: 'OK',
    startTimeMs: startMs,
    durationMs: 100,
    assessments: [],
  })
  expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['root', undefined],
    ['child', '6eb9e691cd2677a2'],
  ])
  expect(spans[0]).toMatchObject({
    spanId: '6eb9e691cd2677a2',
    spanType: 'AGENT',
    startTimeUnixNano: `${startMs}123456`,
    endTimeUnixNano: `${startMs + 100}654321`,
    status: { code: 'OK' },
    inputs: { big: '9007199254740993', q: 'é' },
    outputs: 'plain',
    attributes: { 'a.key': 'value' },
  })
  expect(await client.getTrace(`tr-${traceId}`)).toEqual({ info, spans })
  expect(await client.getTrace(`resp_${traceId}`)).toEqual({ info, spans })
})

test('says that there is no such trace', async () => {
  await expect(client.getTrace(newTraceId())).rejects.toMatchObject({
    code: 'ERR_MLFLOW',
    errorCode: 'RESOURCE_DOES_NOT_EXIST',
    status: 404,
  })
})

test('searches by filter and order, page by page', async () => {
  const failed = await store({ 'session.id': 'search' }, 2)
  await store({ 'session.id': 'search' })
  const session = "metadata.`mlflow.trace.session` = 'search'"
  const search = { experimentIds: [experimentId], filter: session, orderBy: ['timestamp_ms ASC'] }
  const first = await client.searchTraces({ ...search, maxResults: 1 })
  expect(first.traces).toHaveLength(1)
  const { nextPageToken = '' } = first
  const second = await client.searchTraces({ ...search, maxResults: 1, pageToken: nextPageToken })
  expect(second.traces).toHaveLength(1)
  expect(second.traces[0]?.traceId).not.toBe(first.traces[0]?.traceId)
  const errors = await client.searchTraces({ ...search, filter: `${session} AND status = 'ERROR'` })
  expect(errors.traces.map(({ traceId }) => traceId)).toEqual([`tr-${failed}`])
  const none = await client.searchTraces({ experimentIds: [experimentId], filter: "name = 'nothing'" })
  expect(none).toEqual({ traces: [] })
})

test('sets and deletes a tag', async () => {
  const traceId = await store()
  await client.setTraceTag(`resp_${traceId}`, 'reviewed', 'yes')
  expect((await client.getTraceInfo(traceId)).tags.reviewed).toBe('yes')
  await client.deleteTraceTag(traceId, 'reviewed')
  expect((await client.getTraceInfo(traceId)).tags).not.toHaveProperty('reviewed')
  await expect(client.deleteTraceTag(traceId, 'reviewed')).rejects.toMatchObject({ status: 404 })
})

test('stores feedback and expectations, and reads them back with the trace', async () => {
  const traceId = await store()
  const source = { type: 'LLM_JUDGE', id: 'judge-1' } as const
  const judged = await client.logFeedback({
    traceId,
    name: 'correct',
    value: true,
    rationale: 'fits',
    source,
    spanId: '6eb9e691cd2677a2',
    metadata: { run: '1' },
  })
  expect(judged).toMatchObject({
    name: 'correct',
    kind: 'feedback',
    value: true,
    source,
    rationale: 'fits',
    spanId: '6eb9e691cd2677a2',
    metadata: { run: '1' },
  })
  const failed = await client.logFeedback({ traceId, error: new RangeError('no answer') })
  expect(failed).toMatchObject({
    name: 'feedback',
    source: { type: 'CODE', id: 'default' },
    error: { code: 'RangeError', message: 'no answer' },
  })
  const wanted = await client.logExpectation({ traceId, name: 'answer', value: { cities: ['Paris'], n: 2 } })
  expect(wanted).toMatchObject({ kind: 'expectation', value: { cities: ['Paris'], n: 2 } })
  const { assessments } = await client.getTraceInfo(traceId)
  expect(assessments.map(({ assessmentId }) => assessmentId).sort()).toEqual(
    [judged, failed, wanted].map(({ assessmentId }) => assessmentId).sort(),
  )
})
