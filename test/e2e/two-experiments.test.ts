import { expect, test } from 'vitest'
import {
  flushTraces,
  injectHeaders,
  newResponseId,
  shutdown,
  withAgent,
  withRemoteContext,
  withTool,
} from '../../src/index.ts'
import { type ProcessOutcome, runAgent } from './agent-process.ts'
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

type Carrier = Record<string, string>

const WHOLE = ['agent:desk AGENT', '  agent:travel AGENT', '    tool:get_weather TOOL']

/** The other service, which has an experiment of its own. */
async function callee(experimentName: string, carrier: Carrier): Promise<ProcessOutcome> {
  const outcome = await runAgent({
    MLFLOW_TRACKING_URI: mlflowUrl,
    MLFLOW_EXPERIMENT_NAME: experimentName,
    CARRIER: JSON.stringify(carrier),
  })
  expect(outcome.report).toMatchObject({ sent: 2, queued: 0, rejected: 0, dropped: {} })
  return outcome
}

const withoutState = ({ traceparent = '' }: Carrier): Carrier => ({ traceparent })

/** Names of the traces of an experiment; of one that nobody made, none. */
async function tracesOf(experimentName: string): Promise<(string | undefined)[]> {
  const experiment = await reader.experimentByName(experimentName)
  if (experiment === undefined) return []
  const found = await reader.search('', [experiment.experiment_id])
  return found.map(({ tags }) => tags?.['mlflow.traceName'])
}

test('the part of another service goes where the root goes, though it arrives first', async () => {
  const desk = startTracing()
  const warehouse = freshName('warehouse')
  const responseId = newResponseId()
  await withAgent({ agent: 'desk', responseId, input: 'Tea?' }, async () => {
    await callee(warehouse, injectHeaders<Carrier>({}))
    return 'Yes.'
  })
  await delivered()
  expect(treeOf(await reader.spans(responseId))).toEqual(WHOLE)
  expect(await reader.traceInfo(responseId)).toMatchObject({
    state: 'OK',
    request_preview: 'Tea?',
    trace_location: { mlflow_experiment: { experiment_id: await experimentIdOf(desk) } },
  })
  expect(await tracesOf(desk)).toEqual(['agent:desk'])
  expect(await tracesOf(warehouse)).toEqual([])
})

test('the part of another service goes where the root has gone, by way of a queue', async () => {
  const desk = startTracing()
  const warehouse = freshName('warehouse')
  const responseId = newResponseId()
  const message = await withAgent({ agent: 'desk', responseId }, () => injectHeaders<Carrier>({}))
  await delivered()
  await callee(warehouse, message)
  expect(treeOf(await reader.spans(responseId))).toEqual(WHOLE)
  expect((await reader.traceInfo(responseId)).state).toBe('OK')
  expect(await tracesOf(desk)).toEqual(['agent:desk'])
  expect(await tracesOf(warehouse)).toEqual([])
})

test('without a word of the experiment, the root follows the part that was there first', async () => {
  startTracing()
  const responseId = newResponseId()
  await withAgent({ agent: 'desk', responseId, input: 'Tea?', sessionId: 's-1' }, async () => {
    await callee(freshName('warehouse'), withoutState(injectHeaders<Carrier>({})))
    return 'Yes.'
  })
  await delivered()
  expect(treeOf(await reader.spans(responseId))).toEqual(WHOLE)
  const info = await reader.traceInfo(responseId)
  expect(info).toMatchObject({ state: 'OK', request_preview: 'Tea?', response_preview: '"Yes."' })
  expect(info.trace_metadata).toMatchObject({ 'mlflow.trace.session': 's-1' })
})

test('of a batch, each trace finds its experiment', async () => {
  const desk = startTracing()
  const ids = Array.from({ length: 3 }, () => newResponseId())
  const messages: Carrier[] = []
  for (const responseId of ids) {
    await withAgent({ agent: 'desk', responseId }, () => messages.push(injectHeaders<Carrier>({})))
  }
  await delivered()
  await shutdown()

  const warehouse = startTracing()
  for (const message of messages) {
    withRemoteContext(withoutState(message), () => withTool({ tool: 'count' }, () => 3))
  }
  await withAgent({ agent: 'own' }, () => 'of the warehouse')
  const report = await delivered()
  expect(report).toMatchObject({ sent: 4 })
  for (const id of ids)
    expect(treeOf(await reader.spans(id))).toEqual(['agent:desk AGENT', '  tool:count TOOL'])
  expect((await tracesOf(desk)).length).toBe(3)
  expect(await tracesOf(warehouse)).toEqual(['agent:own'])
})

test('an experiment that is none is not believed', async () => {
  const desk = startTracing({ experimentName: undefined, experimentId: '987654321' })
  expect(desk).toBeDefined()
  const forged = await withAgent({ agent: 'desk' }, () => injectHeaders<Carrier>({}))
  expect(forged.tracestate).toMatch(/^turnspan=root;s:1;x:[\da-f]{8}\.id\.987654321$/)
  await shutdown({ timeoutMs: 0 })

  const warehouse = startTracing()
  withRemoteContext(forged, () => withTool({ tool: 'count' }, () => 3))
  await delivered()
  expect(await tracesOf(warehouse)).toHaveLength(1)
  expect(said.codes()).not.toContain('TS_EXPORT_FAILED')
  await flushTraces()
})
