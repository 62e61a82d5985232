import { expect, test } from 'vitest'
import { startOtlpHttp } from '../support/collector.ts'
import { type ProcessOutcome, runAgent } from './agent-process.ts'
import { asked, experimentIdOf, freshName, mlflowUrl, named, reader, treeOf } from './tracing.ts'

const tree = ['agent:travel AGENT', '  tool:get_weather TOOL']

async function experimentOf({ traceId }: ProcessOutcome): Promise<string | undefined> {
  return (await reader.traceInfo(traceId)).trace_location.mlflow_experiment?.experiment_id
}

async function arrived(outcome: ProcessOutcome): Promise<void> {
  expect(outcome.report).toMatchObject({ sent: 2, queued: 0, rejected: 0, dropped: {} })
  expect(treeOf(await reader.spans(outcome.traceId))).toEqual(tree)
}

test("the endpoint alone, as MLflow's page for Omnigent has it, is enough", async () => {
  const service = freshName('omnigent service')
  const outcome = await runAgent({ OTEL_EXPORTER_OTLP_ENDPOINT: mlflowUrl, OTEL_SERVICE_NAME: service })
  await arrived(outcome)
  expect(outcome.status).toMatchObject({ enabled: true, target: mlflowUrl, captureContent: false })
  expect(outcome.codes.filter((code) => code === 'TS_PROTOCOL_SWITCHED')).toHaveLength(1)
  const switched = outcome.said.find(({ code }) => code === 'TS_PROTOCOL_SWITCHED')
  expect(switched?.message).toContain('OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf')
  const experiment = await reader.experimentByName(service)
  expect(experiment?.experiment_id).toBe(await experimentOf(outcome))
  expect(experiment?.tags).toContainEqual({ key: 'mlflow.experimentKind', value: 'genai_development' })
  expect(await reader.traceInfo(outcome.traceId)).toMatchObject({
    state: 'OK',
    tags: { 'mlflow.traceName': 'agent:travel', 'service.name': service },
  })
})

test('without a service name the experiment is called after the agent', async () => {
  const agent = freshName('named agent')
  const outcome = await runAgent({ OTEL_EXPORTER_OTLP_ENDPOINT: mlflowUrl, AGENT: agent })
  expect(outcome.report).toMatchObject({ sent: 2, rejected: 0, dropped: {} })
  expect(await experimentOf(outcome)).toBe(await experimentIdOf(agent))
})

test('a health check that comes first sends agents to the experiment of the program, by the name of its package', async () => {
  const outcome = await runAgent({ OTEL_EXPORTER_OTLP_ENDPOINT: mlflowUrl, FIRST: 'GET /health' })
  expect(outcome.report).toMatchObject({ sent: 3, rejected: 0, dropped: {} })
  expect(await experimentOf(outcome)).toBe(await experimentIdOf('turnspan'))
})

test('an experiment that is there is used as it is', async () => {
  const name = freshName('made before')
  const experimentId = await reader.createExperiment(name)
  const outcome = await runAgent({ OTEL_EXPORTER_OTLP_ENDPOINT: mlflowUrl, OTEL_SERVICE_NAME: name })
  await arrived(outcome)
  expect(await experimentOf(outcome)).toBe(experimentId)
  expect((await reader.experimentByName(name))?.tags ?? []).toEqual([])
})

test('the tracking URI alone is enough, and speaks HTTP from the start', async () => {
  const service = freshName('tracking service')
  const outcome = await runAgent({
    MLFLOW_TRACKING_URI: mlflowUrl,
    OTEL_SERVICE_NAME: service,
    TURNSPAN_CAPTURE_CONTENT: 'true',
  })
  await arrived(outcome)
  expect(outcome.status).toMatchObject({ protocol: 'http/protobuf', captureContent: true })
  expect(outcome.codes).not.toContain('TS_PROTOCOL_SWITCHED')
  expect(await experimentOf(outcome)).toBe(await experimentIdOf(service))
  expect(named(await reader.spans(outcome.traceId), 'agent:travel')).toMatchObject({
    inputs: asked('the question'),
    outputs: 'the answer',
  })
})

test.each(['MLFLOW_TRACKING_URI', 'OTEL_EXPORTER_OTLP_ENDPOINT'])(
  'an experiment is chosen by its ID beside %s',
  async (variable) => {
    const experimentId = await reader.createExperiment(freshName('by id'))
    const outcome = await runAgent({
      [variable]: mlflowUrl,
      MLFLOW_EXPERIMENT_ID: experimentId,
      MLFLOW_EXPERIMENT_NAME: 'the ID wins',
    })
    await arrived(outcome)
    expect(await experimentOf(outcome)).toBe(experimentId)
  },
)

test.each(['MLFLOW_TRACKING_URI', 'OTEL_EXPORTER_OTLP_ENDPOINT'])(
  'an experiment is chosen by its name beside %s',
  async (variable) => {
    const name = freshName(`named "it's" ü`)
    const outcome = await runAgent({ [variable]: mlflowUrl, MLFLOW_EXPERIMENT_NAME: name })
    await arrived(outcome)
    expect(await experimentOf(outcome)).toBe(await experimentIdOf(name))
  },
)

test('an experiment is chosen by a header of the OpenTelemetry variables', async () => {
  const experimentId = await reader.createExperiment(freshName('by header'))
  const outcome = await runAgent({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${mlflowUrl}/v1/traces`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_HEADERS: `x-mlflow-experiment-id=${experimentId}`,
  })
  await arrived(outcome)
  expect(await experimentOf(outcome)).toBe(experimentId)
})

test('traces are linked to a run', async () => {
  const experimentId = await reader.createExperiment(freshName('with run'))
  const answer = (await reader.call('POST', '/api/2.0/mlflow/runs/create', {
    experiment_id: experimentId,
    start_time: Date.now(),
  })) as { run: { info: { run_id: string } } }
  const runId = answer.run.info.run_id
  const outcome = await runAgent({
    MLFLOW_TRACKING_URI: mlflowUrl,
    MLFLOW_EXPERIMENT_ID: experimentId,
    MLFLOW_RUN_ID: runId,
  })
  await arrived(outcome)
  const found = await reader.search(`run_id = '${runId}'`, [experimentId])
  expect(found.map((info) => info.trace_id)).toEqual([`tr-${outcome.traceId}`])
})

test('with dual export both the collector and MLflow get the trace', async () => {
  await using collector = await startOtlpHttp()
  const service = freshName('dual service')
  const outcome = await runAgent({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    MLFLOW_TRACKING_URI: mlflowUrl,
    MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT: 'true',
    MLFLOW_EXPERIMENT_NAME: service,
  })
  await arrived(outcome)
  expect(await experimentOf(outcome)).toBe(await experimentIdOf(service))
  const spans = await collector.waitForSpans(2)
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([outcome.traceId]))
})

test('with both addresses the endpoint wins, unless it is switched off', async () => {
  await using collector = await startOtlpHttp()
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    MLFLOW_TRACKING_URI: mlflowUrl,
  }
  const first = await runAgent(env)
  expect(first.report).toMatchObject({ sent: 2 })
  expect(collector.spans()).toHaveLength(2)
  await expect(reader.traceInfo(first.traceId)).rejects.toThrow('404')
  const second = await runAgent({ ...env, MLFLOW_ENABLE_OTLP_EXPORTER: 'false' })
  await arrived(second)
  expect(collector.spans()).toHaveLength(2)
})

test('nothing configured, or switched off: nothing is sent and the work is done', async () => {
  const off = await runAgent({})
  expect(off.status).toMatchObject({ enabled: false, reason: expect.stringMatching(/\w/) })
  expect(off).toMatchObject({ traceId: '0'.repeat(32), said: [], stderr: '' })
  for (const env of [{ OTEL_SDK_DISABLED: 'true' }, { ENABLE_MLFLOW_TRACING: 'false' }]) {
    const { status } = await runAgent({ MLFLOW_TRACKING_URI: mlflowUrl, ...env })
    expect(status).toMatchObject({
      enabled: false,
      reason: expect.stringContaining(Object.keys(env)[0] ?? ''),
    })
  }
})
