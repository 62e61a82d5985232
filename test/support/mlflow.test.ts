import { randomBytes } from 'node:crypto'
import { describe, expect, inject, test } from 'vitest'
import { type MlflowServer, startMlflow } from './mlflow.ts'
import { readWithPython } from './mlflow-python.ts'
import { type MlflowReader, type MlflowReadOptions, mlflowReader } from './mlflow-read.ts'

const password = 'a-long-enough-password'

function request(traceId: string): string {
  const attributes = [
    { key: 'mlflow.spanType', value: { stringValue: 'AGENT' } },
    { key: 'mlflow.spanInputs', value: { stringValue: '{"a":[1,{"b":null}]}' } },
    { key: 'big', value: { intValue: '9007199254740993' } },
  ]
  const span = {
    traceId,
    spanId: '6eb9e691cd2677a2',
    name: 'root',
    kind: 1,
    startTimeUnixNano: '1795247511174123456',
    endTimeUnixNano: '1795247511974123456',
    attributes,
    events: [
      {
        timeUnixNano: '1795247511200000000',
        name: 'e',
        attributes: [{ key: 'k', value: { intValue: '3' } }],
      },
    ],
    status: { code: 1 },
  }
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
}

async function sent(url: string, read: MlflowReader, headers: Record<string, string> = {}): Promise<string> {
  const traceId = randomBytes(16).toString('hex')
  const experiment = await read.createExperiment(`support ${traceId}`)
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mlflow-experiment-id': experiment, ...headers },
    body: request(traceId),
  })
  expect(answer.status).toBe(200)
  return traceId
}

async function expectInPython(
  server: MlflowServer,
  traceId: string,
  options: MlflowReadOptions,
): Promise<void> {
  const trace = await readWithPython(server.url, traceId, options)
  expect(trace.spans.map((span) => span.name)).toEqual(['root'])
}

describe('the shared server', () => {
  const url = inject('mlflowUrl')
  const read = mlflowReader(url)

  test('gives back a span through each way of reading', async () => {
    const traceId = await sent(url, read)
    expect(await read.waitForTrace(traceId)).toMatchObject({ trace_id: `tr-${traceId}`, state: 'OK' })
    expect(await read.waitForSpans(`resp_${traceId}`, 1)).toMatchObject([
      {
        traceId,
        spanId: '6eb9e691cd2677a2',
        parentSpanId: undefined,
        type: 'AGENT',
        inputs: { a: [1, { b: null }] },
        outputs: undefined,
        startTimeUnixNano: 1_795_247_511_174_123_456n,
        endTimeUnixNano: 1_795_247_511_974_123_456n,
        status: { code: 'OK', message: '' },
        events: [{ name: 'e', attributes: { k: 3 } }],
      },
    ])
    expect((await read.spans(traceId))[0]?.attributes.big).toBe(2n ** 53n + 1n)
    expect(await read.spansRaw(traceId)).toMatchObject([{ name: 'root' }])
    const python = await readWithPython(url, traceId)
    expect(python.info).toMatchObject({ traceId: `tr-${traceId}`, state: 'OK', executionDuration: 800 })
    expect(python.spans).toMatchObject([
      {
        name: 'root',
        parentId: null,
        spanType: 'AGENT',
        inputs: { a: [1, { b: null }] },
        status: { code: 'OK' },
      },
    ])
  })

  test('finds experiments, traces and numbers', async () => {
    const traceId = await sent(url, read)
    const experiment = await read.experimentByName(`support ${traceId}`)
    const id = experiment?.experiment_id ?? ''
    expect(await read.experimentByName('never made')).toBeUndefined()
    expect(await read.search("status = 'OK'", [id])).toMatchObject([{ trace_id: `tr-${traceId}` }])
    expect(await read.search("status = 'ERROR'", [id])).toEqual([])
    const points = await read.metrics({
      experiment_ids: [id],
      view_type: 'SPANS',
      metric_name: 'span_count',
      aggregations: [{ aggregation_type: 'COUNT' }],
      dimensions: ['span_name'],
    })
    expect(points).toMatchObject([{ dimensions: { span_name: 'root' }, values: { COUNT: 1 } }])
  })

  test('says what the server answered, and what a trace looked like when it never came', async () => {
    await expect(read.traceInfo('0'.repeat(32))).rejects.toMatchObject({
      name: 'MlflowAnswerError',
      status: 404,
    })
    await expect(read.waitForTrace('1'.repeat(32), undefined, 100)).rejects.toThrow(
      /in vain: GET .* answered 404/,
    )
  })
})

test('a server with workspaces keeps them apart, and keeps its data over a restart', async () => {
  await using server = await startMlflow({ workspaces: true })
  await mlflowReader(server.url).createWorkspace('team-a')
  const read = mlflowReader(server.url, { workspace: 'team-a' })
  const traceId = await sent(server.url, read, { 'x-mlflow-workspace': 'team-a' })
  await expectInPython(server, traceId, { workspace: 'team-a' })
  await expect(mlflowReader(server.url).traceInfo(traceId)).rejects.toThrow(/404/)
  await server.pause()
  await expect(fetch(server.url)).rejects.toThrow()
  await server.restart()
  expect(await read.traceInfo(traceId)).toMatchObject({ state: 'OK' })
})

test('a server with basic auth answers only who knows the password', async () => {
  await using server = await startMlflow({ basicAuth: { adminPassword: password } })
  await expect(mlflowReader(server.url).createExperiment('x')).rejects.toMatchObject({ status: 401 })
  const options = { username: 'admin', password }
  const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`
  const traceId = await sent(server.url, mlflowReader(server.url, options), { authorization })
  await expectInPython(server, traceId, options)
})
