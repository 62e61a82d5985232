import { expect, test } from 'vitest'
import {
  injectHeaders,
  newResponseId,
  SpanType,
  startSpan,
  tracingContext,
  updateCurrentTrace,
  withAgent,
  withRemoteContext,
  withSpan,
} from '../../src/index.ts'
import { readWithPython } from '../support/mlflow-python.ts'
import { runAgent } from './agent-process.ts'
import {
  delivered,
  experimentIdOf,
  mlflowUrl,
  named,
  reader,
  startTracing,
  tracingPerTest,
  treeOf,
} from './tracing.ts'

const said = tracingPerTest()
const hex = (): string => newResponseId().slice(5)
const foreign = (traceId: string): { traceparent: string } => ({
  traceparent: `00-${traceId}-${hex().slice(0, 16)}-01`,
})

test('a call of another process stands in the same tree, and leaves the trace to its caller', async () => {
  const experimentName = startTracing()
  const responseId = newResponseId()
  await withAgent({ agent: 'caller', responseId, input: 'the call' }, async () => {
    const carrier = injectHeaders<Record<string, string>>({})
    const outcome = await runAgent({
      MLFLOW_TRACKING_URI: mlflowUrl,
      MLFLOW_EXPERIMENT_NAME: experimentName,
      CARRIER: JSON.stringify(carrier),
    })
    expect(outcome.report).toMatchObject({ sent: 2, rejected: 0, dropped: {} })
    expect(outcome.traceId).toBe(responseId.slice(5))
    expect(outcome.codes).toEqual(['TS_EXPERIMENT'])
    // The other process does not finish what it did not begin.
    expect((await reader.traceInfo(responseId)).state).toBe('IN_PROGRESS')
    updateCurrentTrace({ metadata: { by: 'caller' } })
    return 'the end'
  })
  await delivered()
  expect(treeOf(await reader.spans(responseId))).toEqual([
    'agent:caller AGENT',
    '  agent:travel AGENT',
    '    tool:get_weather TOOL',
  ])
  const info = await reader.traceInfo(responseId)
  expect(info).toMatchObject({
    state: 'OK',
    request_preview: 'the call',
    response_preview: '"the end"',
    tags: { 'mlflow.traceName': 'agent:caller' },
    trace_metadata: { by: 'caller' },
  })
  expect((await reader.search("name = 'agent:caller'", [await experimentIdOf(experimentName)])).length).toBe(
    1,
  )
})

test('the tags of a trace over several services are those of the one with its root, whoever comes last', async () => {
  const experimentName = startTracing({ serviceName: 'caller', environment: 'outer' })
  const responseId = newResponseId()
  const carrier = await withAgent({ agent: 'caller', responseId }, async () =>
    injectHeaders<Record<string, string>>({}),
  )
  await delivered()
  const env = { MLFLOW_TRACKING_URI: mlflowUrl, MLFLOW_EXPERIMENT_NAME: experimentName }
  await runAgent({
    ...env,
    CARRIER: JSON.stringify(carrier),
    OTEL_SERVICE_NAME: 'callee',
    APP_ENVIRONMENT: 'inner',
  })
  const spans = await reader.spans(responseId)
  expect(spans).toHaveLength(3)
  expect((await reader.traceInfo(responseId)).tags).toMatchObject({
    'service.name': 'caller',
    'deployment.environment.name': 'outer',
  })
  expect(named(spans, 'agent:travel').attributes).toMatchObject({
    'service.name': 'callee',
    'deployment.environment.name': 'inner',
  })
})

test('session and user travel as baggage when asked for', async () => {
  const experimentName = startTracing()
  const outcomes = await tracingContext({ sessionId: 'sitzung ü,;=', user: 'u 1' }, () =>
    withAgent({ agent: 'caller' }, async () => {
      const env = { MLFLOW_TRACKING_URI: mlflowUrl, MLFLOW_EXPERIMENT_NAME: experimentName }
      const plain = injectHeaders<Record<string, string>>({})
      expect(plain).not.toHaveProperty('baggage')
      const carrier = injectHeaders<Record<string, string>>({}, { baggage: true })
      return runAgent({ ...env, CARRIER: JSON.stringify(carrier), TURNSPAN_TRUST_INCOMING: 'true' })
    }),
  )
  const inner = named(await reader.spans(outcomes.traceId), 'agent:travel')
  expect(inner.attributes).toMatchObject({ 'session.id': 'sitzung ü,;=', 'user.id': 'u 1' })
})

test('a trace whose root never comes is finished here', async () => {
  startTracing()
  const traceId = hex()
  await withRemoteContext(foreign(traceId), () =>
    withAgent({ agent: 'served', input: 'asked', sessionId: 's-1', user: 'u-1' }, async () => {
      updateCurrentTrace({ tags: { tier: 'gold', json: '{"a":1}' }, metadata: { build: '7' } })
      startSpan({ name: 'step', spanType: SpanType.TASK }).end()
      return 'answered'
    }),
  )
  await delivered()
  expect(await reader.traceInfo(traceId)).toMatchObject({
    state: 'OK',
    request_preview: '"asked"',
    response_preview: '"answered"',
    tags: { 'mlflow.traceName': 'agent:served', tier: 'gold', json: '{"a":1}' },
    trace_metadata: { build: '7', 'mlflow.trace.session': 's-1', 'mlflow.trace.user': 'u-1' },
  })
  expect(treeOf(await reader.spans(traceId))).toEqual(['agent:served AGENT', '  step TASK'])
  expect((await readWithPython(mlflowUrl, traceId)).info.state).toBe('OK')
})

test('a trace whose root never comes has the state of its local root', async () => {
  startTracing()
  const traceId = hex()
  const failing = withRemoteContext(new Headers(foreign(traceId)), () =>
    withAgent({ agent: 'served' }, async () => {
      throw new Error('broken')
    }),
  )
  await expect(failing).rejects.toThrow('broken')
  await delivered()
  expect((await reader.traceInfo(traceId)).state).toBe('ERROR')
})

test('two calls of one foreign trace are both in it', async () => {
  startTracing()
  const traceId = hex()
  for (const name of ['first', 'second']) {
    await withRemoteContext(foreign(traceId), () => withSpan(async () => name, { name }))
    await delivered()
  }
  expect((await reader.spans(traceId)).map((span) => span.name).sort()).toEqual(['first', 'second'])
  const info = await reader.traceInfo(traceId)
  expect(info.state).toBe('OK')
  expect(said.codes()).not.toContain('TS_TRACE_METADATA_LOST')
})

test('a turn with a response ID keeps its own trace below foreign headers, linked to them', async () => {
  startTracing()
  const traceId = hex()
  const responseId = newResponseId()
  const headers = foreign(traceId)
  await withRemoteContext(headers, () => withAgent({ agent: 'own', responseId }, async () => 'done'))
  await delivered()
  const own = named(await reader.spans(responseId), 'agent:own')
  expect(own).toMatchObject({ parentSpanId: undefined, traceId: responseId.slice(5) })
  expect(own.links).toEqual([expect.objectContaining({ trace_id: `tr-${traceId}` })])
  expect((await reader.traceInfo(responseId)).state).toBe('OK')
})

test('headers that are no trace context begin a trace of their own', async () => {
  startTracing()
  const traceId = await withRemoteContext({ traceparent: '00-zz-1-01', baggage: '%%%' }, () =>
    withSpan(async (span) => span.traceId, { name: 'alone' }),
  )
  await delivered()
  expect((await reader.traceInfo(traceId)).state).toBe('OK')
})
