import { expect, test } from 'vitest'
import {
  continueTrace,
  exportContext,
  newResponseId,
  startSpan,
  tracingContext,
  updateCurrentTrace,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { runExample } from '../examples/run-example.ts'
import { until } from '../support/until.ts'
import {
  delivered,
  experimentIdOf,
  freshName,
  mlflowUrl,
  reader,
  startTracing,
  toolCounts,
  tracingPerTest,
  treeOf,
} from './tracing.ts'

tracingPerTest()

const tokensOf = (metadata: Readonly<Record<string, string>> = {}): unknown =>
  JSON.parse(metadata['mlflow.trace.tokenUsage'] ?? '{}')

test("a queue's worker stands below the turn, in its experiment, with its tokens", async () => {
  const experiment = freshName('queue')
  const ended = await runExample('queue/index.js', {
    MLFLOW_TRACKING_URI: mlflowUrl,
    MLFLOW_EXPERIMENT_NAME: experiment,
    TURNSPAN_EXIT_TIMEOUT_MS: '30000',
  })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  const found = await until(
    async () => {
      const traces = await reader.search('', [await experimentIdOf(experiment)])
      return traces.length > 0 ? traces : undefined
    },
    { what: 'the trace of the turn' },
  )
  expect(found).toHaveLength(1)
  const id = found[0]?.trace_id ?? ''
  expect(treeOf(await reader.waitForSpans(id, 7))).toEqual([
    'agent:desk AGENT',
    '  chat CHAT_MODEL',
    '  agent:researcher AGENT',
    '    tool:search_suppliers TOOL',
    '  agent:researcher AGENT',
    '    tool:search_suppliers TOOL',
    '    chat CHAT_MODEL',
  ])
  const info = await reader.traceInfo(id)
  expect(info).toMatchObject({
    state: 'OK',
    request_preview: 'Which of our suppliers deliver on Sundays?',
    response_preview: '"I will look into it."',
    tags: { 'mlflow.traceName': 'agent:desk', tenant: 'acme', 'service.name': 'desk' },
    trace_metadata: { plan: 'pro', 'mlflow.trace.session': 's-1', 'mlflow.trace.user': 'u-1' },
  })
  // MLflow does not change the total of a trace any more once the process that began it has said that it is over; what the
  // worker used is on its own spans.
  const used = (await reader.waitForSpans(id, 7)).flatMap(({ name, attributes }) =>
    name === 'chat' ? [attributes['mlflow.chat.tokenUsage']] : [],
  )
  expect(used).toMatchObject([
    { input_tokens: 40, output_tokens: 5 },
    { input_tokens: 300, output_tokens: 60 },
  ])
  expect(await toolCounts(experiment)).toEqual([
    'tool:search_suppliers ERROR 1',
    'tool:search_suppliers OK 1',
  ])
})

test('a part says something of the trace, and leaves its end to the process that began it', async () => {
  startTracing()
  const responseId = newResponseId()
  let state: string | undefined
  const failing = withAgent({ agent: 'desk', responseId, input: 'asked' }, async () => {
    const exported = JSON.stringify(exportContext())
    await continueTrace(JSON.parse(exported), () =>
      withSpan(
        async () =>
          updateCurrentTrace({ tags: { step: 'two' }, metadata: { rows: 17 }, clientRequestId: 'c-1' }),
        { name: 'step' },
      ),
    )
    await delivered()
    state = (await reader.traceInfo(responseId)).state
    throw new Error('broken')
  })
  await expect(failing).rejects.toThrow('broken')
  await delivered()
  expect(state).toBe('IN_PROGRESS')
  expect(await reader.traceInfo(responseId)).toMatchObject({
    state: 'ERROR',
    client_request_id: 'c-1',
    request_preview: 'asked',
    tags: { 'mlflow.traceName': 'agent:desk', step: 'two' },
    trace_metadata: { rows: '17' },
  })
})

test('an agent whose work went elsewhere hides no tokens, nor does the one above it', async () => {
  startTracing()
  const responseId = newResponseId()
  const spend = (inputTokens: number): void => {
    const span = startSpan({ name: 'chat', spanType: 'CHAT_MODEL' })
    span.setTokenUsage({ inputTokens, outputTokens: 1 })
    span.end()
  }
  await withAgent({ agent: 'outer', responseId }, async () => {
    spend(100)
    await withAgent({ agent: 'whole' }, async () => spend(10))
    const exported = await withAgent({ agent: 'inner' }, async () => {
      spend(1000)
      return exportContext()
    })
    continueTrace(exported, () => withTool({ tool: 'later' }, () => spend(10_000)))
  })
  await delivered()
  const spans = await reader.spans(responseId)
  const has = (key: string): string[] =>
    spans.filter(({ attributes }) => key in attributes).map(({ name }) => name)
  expect(has('mlflow.chat.tokenUsage').sort()).toEqual(['agent:whole', 'chat', 'chat', 'chat', 'chat'])
  expect(has('turnspan.usage.input_tokens').sort()).toEqual(['agent:inner', 'agent:outer'])
  expect(tokensOf((await reader.traceInfo(responseId)).trace_metadata)).toMatchObject({
    input_tokens: 11_110,
  })
})

test('a trace that begins in a step has the tags and metadata of the turn', async () => {
  startTracing()
  const [turn, own] = [newResponseId(), newResponseId()]
  const exported = await tracingContext({ tags: { tenant: 'acme' }, metadata: { plan: 'pro' } }, () =>
    withAgent({ agent: 'desk', responseId: turn, sessionId: 's-1', user: 'u-1' }, async () =>
      exportContext(),
    ),
  )
  expect(exported).toMatchObject({ tags: { tenant: 'acme' }, metadata: { plan: 'pro' }, user: 'u-1' })
  await continueTrace(JSON.parse(JSON.stringify(exported)), () =>
    withAgent({ agent: 'other', responseId: own }, async () => 'done'),
  )
  await delivered()
  expect(treeOf(await reader.spans(own))).toEqual(['agent:other AGENT'])
  expect(await reader.traceInfo(own)).toMatchObject({
    tags: { tenant: 'acme' },
    trace_metadata: { plan: 'pro', 'mlflow.trace.session': 's-1', 'mlflow.trace.user': 'u-1' },
  })
})
