import { expect, test } from 'vitest'
import {
  flushTraces,
  newResponseId,
  responseIdFromTraceId,
  SpanType,
  startSpan,
  traceIdFromResponseId,
  tracingContext,
  updateCurrentTrace,
  withActiveSpan,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { readWithPython } from '../support/mlflow-python.ts'
import {
  asked,
  delivered,
  mlflowUrl,
  named,
  reader,
  startTracing,
  tracingPerTest,
  treeOf,
} from './tracing.ts'

const said = tracingPerTest()
const traceTags: Record<string, string> = {
  domain: 'travel',
  object: '{"a":1}',
  list: '[1,2]',
  quoted: '"text"',
  flag: 'true',
  number: '42',
  nothing: 'null',
  unicode: 'Zürich 東京 🚀',
  empty: '',
}

test('tags come back as the strings that were given, also when they look like JSON', async () => {
  startTracing()
  const responseId = newResponseId()
  await withAgent({ agent: 'tagged', responseId }, async () => {
    await withTool({ tool: 'deep' }, async () => updateCurrentTrace({ tags: traceTags }))
  })
  await delivered()
  expect((await reader.traceInfo(responseId)).tags).toMatchObject(traceTags)
  expect((await readWithPython(mlflowUrl, responseId)).info.tags).toMatchObject(traceTags)
})

test('tags come back the same when the trace also goes by REST', async () => {
  startTracing()
  const responseId = newResponseId()
  await withAgent({ agent: 'tagged', responseId }, async () => {
    updateCurrentTrace({ tags: { ...traceTags, rich: { a: [1] } }, metadata: { free: 'text' } })
  })
  await delivered()
  const info = await reader.traceInfo(responseId)
  expect(info.tags).toMatchObject({ ...traceTags, rich: '{"a":[1]}' })
  expect(info.trace_metadata).toMatchObject({ free: 'text' })
})

test('metadata, previews, client request ID, session and user are said from anywhere below', async () => {
  startTracing()
  const responseId = newResponseId()
  await withAgent({ agent: 'told', responseId, input: 'the question' }, async () => {
    await withTool({ tool: 'deep' }, async () => {
      updateCurrentTrace({
        metadata: {
          'mlflow.source.type': 'staging',
          rich: { a: 1 },
          long: 'x'.repeat(300),
          json: '{"a":1}',
          n: 7,
        },
        clientRequestId: 'request-7',
        requestPreview: 'short question',
        responsePreview: 'short answer 🚀',
        user: 'u-2',
        sessionId: 's-2',
      })
    })
    return 'the answer'
  })
  await delivered()
  expect(await reader.traceInfo(responseId)).toMatchObject({
    client_request_id: 'request-7',
    request_preview: 'short question',
    response_preview: 'short answer 🚀',
    state: 'OK',
    trace_metadata: {
      'mlflow.source.type': 'staging',
      rich: '{"a":1}',
      json: '{"a":1}',
      n: '7',
      long: 'x'.repeat(250),
      'mlflow.trace.session': 's-2',
      'mlflow.trace.user': 'u-2',
    },
  })
  expect(said.codes()).toContain('TS_TRACE_VALUE_CUT')
  expect(named(await reader.spans(responseId), 'agent:told')).toMatchObject({
    inputs: asked('the question'),
    outputs: 'the answer',
  })
})

test('user and session under tags become metadata, with a word', async () => {
  startTracing()
  const responseId = newResponseId()
  await withAgent({ agent: 'moved', responseId }, async () => {
    updateCurrentTrace({ tags: { 'mlflow.trace.user': 'u-3', 'mlflow.trace.session': 's-3' } })
  })
  await delivered()
  expect(said.codes()).toContain('TS_TAG_IS_METADATA')
  const info = await reader.traceInfo(responseId)
  expect(info.trace_metadata).toMatchObject({ 'mlflow.trace.user': 'u-3', 'mlflow.trace.session': 's-3' })
  expect(info.tags).not.toHaveProperty(['mlflow.trace.user'])
})

test('the state of a trace can be said apart from its root', async () => {
  startTracing()
  const bad = newResponseId()
  const good = newResponseId()
  await withAgent({ agent: 'polite', responseId: bad }, async () => {
    updateCurrentTrace({ state: 'ERROR' })
    return 'Sorry, that did not work.'
  })
  const failing = withAgent({ agent: 'tolerant', responseId: good }, async () => {
    updateCurrentTrace({ state: 'OK', metadata: { why: 'expected' } })
    throw new Error('expected')
  })
  await expect(failing).rejects.toThrow('expected')
  await delivered()
  expect((await reader.traceInfo(bad)).state).toBe('ERROR')
  expect((await reader.traceInfo(good)).state).toBe('OK')
})

test('tracingContext speaks for every trace inside it', async () => {
  startTracing()
  const ids = [newResponseId(), newResponseId()]
  const scope = { user: 'u-4', sessionId: 's-4', tags: { team: 'a' }, metadata: { build: '7' } }
  await tracingContext(scope, async () => {
    for (const responseId of ids) await withAgent({ agent: 'scoped', responseId }, async () => 'done')
    await tracingContext({ enabled: false }, () => withAgent({ agent: 'silent' }, async () => 'done'))
  })
  expect(await delivered()).toMatchObject({ sent: 2 })
  for (const id of ids) {
    expect(await reader.traceInfo(id)).toMatchObject({
      tags: { team: 'a' },
      trace_metadata: { build: '7', 'mlflow.trace.user': 'u-4', 'mlflow.trace.session': 's-4' },
    })
  }
})

test('an agent that calls an agent is one tree, whose tokens are counted once', async () => {
  startTracing()
  const responseId = newResponseId()
  const inner = newResponseId()
  await withAgent({ agent: 'planner', responseId }, async () => {
    await withAgent({ agent: 'worker', responseId: inner }, async () => {
      await withSpan((span) => span.setTokenUsage({ inputTokens: 5, outputTokens: 2 }), {
        name: 'chat',
        spanType: SpanType.CHAT_MODEL,
        captureOutputs: false,
      })
    })
    await withAgent({ agent: 'critic' }, async (critic) => {
      critic.setTokenUsage({ inputTokens: 3, outputTokens: 1 })
    })
  })
  await delivered()
  const spans = await reader.spans(responseId)
  expect(treeOf(spans)).toEqual([
    'agent:planner AGENT',
    '  agent:worker AGENT',
    '    chat CHAT_MODEL',
    '  agent:critic AGENT',
  ])
  expect(named(spans, 'agent:worker').attributes['gen_ai.response.id']).toBe(inner)
  expect(named(spans, 'agent:planner').attributes['mlflow.chat.tokenUsage']).toMatchObject({
    input_tokens: 8,
    output_tokens: 3,
  })
  const tokens = (await reader.traceInfo(responseId)).trace_metadata?.['mlflow.trace.tokenUsage'] ?? ''
  expect(JSON.parse(tokens)).toEqual({ input_tokens: 8, output_tokens: 3, total_tokens: 11 })
})

test('what is said of a trace by a span that ends after its root still arrives', async () => {
  startTracing()
  const responseId = newResponseId()
  const late = await withAgent({ agent: 'early', responseId }, async () => {
    updateCurrentTrace({ metadata: { first: 'yes' } })
    return startSpan({ name: 'follow-up', spanType: SpanType.TASK })
  })
  await flushTraces({ timeoutMs: 20_000 })
  expect((await reader.traceInfo(responseId)).state).toBe('OK')
  withActiveSpan(late, () => updateCurrentTrace({ metadata: { second: 'yes' }, tags: { late: '[1]' } }))
  late.end()
  await delivered()
  const info = await reader.traceInfo(responseId)
  expect(info).toMatchObject({
    state: 'OK',
    trace_metadata: { first: 'yes', second: 'yes' },
    tags: { late: '[1]' },
  })
  expect(treeOf(await reader.spans(responseId))).toEqual(['agent:early AGENT', '  follow-up TASK'])
})

test('a short and an upper-case response ID find their trace', async () => {
  startTracing()
  const upper = newResponseId().toUpperCase().replace('RESP_', 'resp_')
  const hex = newResponseId().slice(5, 21)
  for (const responseId of [upper, `resp_${hex}`]) {
    await withAgent({ agent: 'found', responseId }, async () => 'done')
  }
  await delivered()
  expect((await reader.traceInfo(upper.toLowerCase())).state).toBe('OK')
  const padded = traceIdFromResponseId(`resp_${hex}`)
  expect(padded).toBe(`${hex}${'0'.repeat(16)}`)
  expect((await reader.traceInfo(responseIdFromTraceId(padded))).state).toBe('OK')
})

test('a malformed response ID costs a diagnostic, not the turn', async () => {
  startTracing()
  const traceId = await withAgent({ agent: 'odd', responseId: 'msg_123' }, async (span) => span.traceId)
  await delivered()
  expect(said.codes()).toContain('TS_RESPONSE_ID')
  expect(named(await reader.spans(traceId), 'agent:odd').attributes['gen_ai.response.id']).toBe('msg_123')
})
