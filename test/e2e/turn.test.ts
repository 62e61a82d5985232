import { expect, test } from 'vitest'
import {
  newResponseId,
  SpanType,
  type TokenUsage,
  trace,
  traceIdFromResponseId,
  updateCurrentTrace,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { readWithPython } from '../support/mlflow-python.ts'
import type { MlflowDataPoint, MlflowTraceInfo } from '../support/mlflow-read.ts'
import {
  asked,
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
const messages = [{ role: 'user', content: 'Weather in SF?' }]
const usage: TokenUsage = {
  inputTokens: 120,
  outputTokens: 30,
  cacheReadInputTokens: 100,
  cacheCreationInputTokens: 10,
  reasoningTokens: 12,
}
const storedUsage = {
  input_tokens: 120,
  output_tokens: 30,
  total_tokens: 150,
  cache_read_input_tokens: 100,
  cache_creation_input_tokens: 10,
}
const parsed = (info: MlflowTraceInfo, key: string): Record<string, number> =>
  JSON.parse(info.trace_metadata?.[key] ?? 'null')

/** The turn that the documentation shows. */
async function turn(responseId: string): Promise<string> {
  return withAgent(
    {
      agent: 'support',
      model: 'gpt-5',
      provider: 'openai',
      responseId,
      sessionId: 's-1',
      user: 'u-1',
      input: 'Weather in SF?',
    },
    async () => {
      updateCurrentTrace({ metadata: { agent_version: '1.2.0' }, tags: { domain: 'travel' } })
      await withTool({ tool: 'get_weather', arguments: { city: 'SF' }, callId: 'call_1' }, async () => ({
        degrees: 20.5,
      }))
      return withSpan(
        async (span) => {
          span.setInputs({ messages })
          span.setModel('gpt-5', 'openai')
          span.setTokenUsage(usage)
          return 'sunny'
        },
        { name: 'chat', spanType: SpanType.CHAT_MODEL },
      )
    },
  )
}

test('a turn arrives as one tree, complete, under the ID of its response', async () => {
  const experimentName = startTracing({ serviceName: 'support' })
  const responseId = newResponseId()
  expect(await turn(responseId)).toBe('sunny')
  expect(await delivered()).toMatchObject({ sent: 3 })
  expect(said.codes()).toEqual(['TS_EXPERIMENT'])

  const spans = await reader.spans(responseId)
  expect(treeOf(spans)).toEqual(['agent:support AGENT', '  tool:get_weather TOOL', '  chat CHAT_MODEL'])
  for (const span of spans) {
    expect(span).toMatchObject({ traceId: traceIdFromResponseId(responseId), status: { code: 'OK' } })
    expect(span.attributes).toMatchObject({ 'session.id': 's-1', 'user.id': 'u-1' })
    expect(span.endTimeUnixNano).toBeGreaterThanOrEqual(span.startTimeUnixNano)
  }
  const agent = named(spans, 'agent:support')
  expect(agent).toMatchObject({ parentSpanId: undefined, inputs: asked('Weather in SF?'), outputs: 'sunny' })
  expect(agent.attributes).toMatchObject({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'support',
    'gen_ai.provider.name': 'openai',
    'gen_ai.response.id': responseId,
    'gen_ai.conversation.id': 's-1',
    'mlflow.chat.tokenUsage': storedUsage,
  })
  for (const key of [
    'gen_ai.request.model',
    'mlflow.llm.model',
    'mlflow.llm.cost',
    'gen_ai.usage.input_tokens',
  ]) {
    expect(agent.attributes).not.toHaveProperty([key])
  }
  const tool = named(spans, 'tool:get_weather')
  expect(tool).toMatchObject({ inputs: { city: 'SF' }, outputs: { degrees: 20.5 } })
  expect(tool.attributes).toMatchObject({
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'get_weather',
    'gen_ai.tool.call.id': 'call_1',
  })
  const chat = named(spans, 'chat')
  expect(chat).toMatchObject({ inputs: { messages }, outputs: 'sunny' })
  expect(chat.attributes).toMatchObject({
    'mlflow.llm.model': 'gpt-5',
    'mlflow.llm.provider': 'openai',
    'mlflow.chat.tokenUsage': storedUsage,
    'gen_ai.usage.input_tokens': 120,
    'gen_ai.usage.output_tokens': 30,
  })

  const info = await reader.traceInfo(responseId)
  expect(info).toMatchObject({
    state: 'OK',
    trace_location: { mlflow_experiment: { experiment_id: await experimentIdOf(experimentName) } },
    request_preview: 'Weather in SF?',
    response_preview: '"sunny"',
    tags: { 'mlflow.traceName': 'agent:support', domain: 'travel', 'service.name': 'support' },
    trace_metadata: {
      agent_version: '1.2.0',
      'mlflow.trace.session': 's-1',
      'mlflow.trace.user': 'u-1',
    },
  })
  expect(parsed(info, 'mlflow.trace.tokenUsage')).toEqual(storedUsage)
  expect(parsed(info, 'mlflow.trace.cost').total_cost).toBeCloseTo(0.0003375, 10)
  const columns = [...spans].sort((a, b) => (a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1))
  expect(Date.parse(info.request_time)).toBe(Number((columns[0]?.startTimeUnixNano ?? 0n) / 1_000_000n))
})

test('a turn is found by its response ID below a manual root, linked both ways', async () => {
  startTracing()
  const [responseId, rootId] = [newResponseId(), newResponseId()]
  const handler = trace(
    async (_request: { id: string }) => {
      updateCurrentTrace({ user: 'u-1', sessionId: 's-1' })
      return turnBelow(responseId)
    },
    { name: 'handler', spanType: SpanType.CHAIN, responseId: ({ id }) => id },
  )
  expect(await handler({ id: rootId })).toBe('sunny')
  await delivered()
  const [inner, outer] = await Promise.all([responseId, rootId].map((id) => reader.spans(id)))
  expect(treeOf(inner ?? [])).toEqual(['agent:below AGENT', '  tool:look TOOL'])
  expect(treeOf(outer ?? [])).toEqual(['handler CHAIN'])
  const link = (id: string): object => expect.objectContaining({ trace_id: `tr-${id.slice(5)}` })
  expect(named(inner ?? [], 'agent:below').links).toEqual([link(rootId)])
  expect(named(outer ?? [], 'handler').links).toEqual([link(responseId)])
  expect((await reader.traceInfo(responseId)).trace_metadata).toMatchObject({
    'mlflow.trace.user': 'u-1',
    'mlflow.trace.session': 's-1',
  })
})

const turnBelow = (responseId: string): Promise<string> =>
  withAgent({ agent: 'below', responseId, input: 'q' }, async () => withTool({ tool: 'look' }, () => 'sunny'))

test("MLflow's Python client reads the same turn", async () => {
  startTracing({ serviceName: 'support' })
  const responseId = newResponseId()
  await turn(responseId)
  await delivered()
  const { info, spans } = await readWithPython(mlflowUrl, responseId)
  expect(info).toMatchObject({
    state: 'OK',
    requestPreview: 'Weather in SF?',
    tokenUsage: storedUsage,
    metadata: { agent_version: '1.2.0' },
    tags: { domain: 'travel' },
  })
  expect(spans.map(({ name, spanType, inputs, outputs }) => [name, spanType, inputs, outputs])).toEqual([
    ['agent:support', 'AGENT', asked('Weather in SF?'), 'sunny'],
    ['tool:get_weather', 'TOOL', { city: 'SF' }, { degrees: 20.5 }],
    ['chat', 'CHAT_MODEL', { messages }, 'sunny'],
  ])
  const [agent, tool, chat] = spans
  expect(agent?.parentId).toBeNull()
  expect([tool?.parentId, chat?.parentId]).toEqual([agent?.spanId, agent?.spanId])
})

test('the cost of an agent is the sum of its model calls, and is counted once', async () => {
  const experimentName = startTracing()
  const startedAt = Date.now() - 60_000
  const responseId = newResponseId()
  await withAgent({ agent: 'twice', model: 'gpt-5', provider: 'openai', responseId }, async () => {
    for (const tokens of [1000, 3000]) {
      await withSpan(
        (span) => span.setModel('gpt-5', 'openai').setTokenUsage({ inputTokens: tokens, outputTokens: 100 }),
        { name: `chat ${tokens}`, spanType: SpanType.CHAT_MODEL, captureOutputs: false },
      )
    }
  })
  await delivered()
  const spans = await reader.spans(responseId)
  const cost = (name: string): number =>
    (named(spans, name).attributes['mlflow.llm.cost'] as { total_cost: number } | undefined)?.total_cost ?? 0
  const sum = cost('chat 1000') + cost('chat 3000')
  expect(cost('chat 1000')).toBeGreaterThan(0)
  expect(named(spans, 'agent:twice').attributes).not.toHaveProperty(['mlflow.llm.cost'])
  const info = await reader.traceInfo(responseId)
  expect(parsed(info, 'mlflow.trace.tokenUsage')).toEqual({
    input_tokens: 4000,
    output_tokens: 200,
    total_tokens: 4200,
  })
  expect(parsed(info, 'mlflow.trace.cost').total_cost).toBeCloseTo(sum, 10)
  // What the Overview shows.
  const ask = (view: string, metric: string, dimensions: readonly string[]): Promise<MlflowDataPoint[]> =>
    experimentIdOf(experimentName).then((id) =>
      reader.metrics({
        experiment_ids: [id],
        view_type: view,
        metric_name: metric,
        aggregations: [{ aggregation_type: 'SUM' }],
        dimensions,
        start_time_ms: startedAt,
        end_time_ms: Date.now() + 1000,
      }),
    )
  const costs = await ask('SPANS', 'total_cost', ['span_model_name'])
  expect(costs).toHaveLength(1)
  expect(costs[0]?.values.SUM).toBeCloseTo(sum, 10)
  expect((await ask('TRACES', 'total_tokens', []))[0]?.values.SUM).toBe(4200)
})

test('an agent whose calls used two models names none, and the cost is right', async () => {
  startTracing()
  const responseId = newResponseId()
  await withAgent({ agent: 'mixed', model: 'gpt-5', provider: 'openai', responseId }, async () => {
    for (const model of ['gpt-5', 'gpt-4o-mini']) {
      await withSpan(
        (span) => {
          span.setModel(model, 'openai').setTokenUsage({ inputTokens: 1000, outputTokens: 1000 })
        },
        { name: model, spanType: SpanType.CHAT_MODEL },
      )
    }
  })
  await delivered()
  const spans = await reader.spans(responseId)
  const { attributes } = named(spans, 'agent:mixed')
  expect(attributes['mlflow.llm.model']).toBeUndefined()
  expect(attributes['mlflow.llm.cost']).toBeUndefined()
  expect(attributes['mlflow.chat.tokenUsage']).toMatchObject({ input_tokens: 2000, output_tokens: 2000 })
  const costs = ['gpt-5', 'gpt-4o-mini'].map(
    (name) => (named(spans, name).attributes['mlflow.llm.cost'] as { total_cost: number }).total_cost,
  )
  expect(costs[0]).toBeCloseTo(0.01125, 8)
  expect(costs[1]).toBeCloseTo(0.00075, 8)
  const info = await reader.traceInfo(responseId)
  expect(parsed(info, 'mlflow.trace.cost').total_cost).toBeCloseTo(0.012, 8)
  expect(parsed(info, 'mlflow.trace.tokenUsage').total_tokens).toBe(4000)
})

test('an error marks the span and the trace, with the exception as event', async () => {
  startTracing()
  const responseId = newResponseId()
  const failing = withAgent({ agent: 'failing', responseId, input: 'q' }, async (agent) => {
    agent.setOutputs({ soFar: 1 })
    await withTool({ tool: 'broken', arguments: { a: 1 } }, async () => {
      throw new RangeError('out of range')
    })
  })
  await expect(failing).rejects.toThrow('out of range')
  await delivered()
  expect((await reader.traceInfo(responseId)).state).toBe('ERROR')
  const spans = await reader.spans(responseId)
  for (const span of spans) {
    expect(span.status).toEqual({ code: 'ERROR', message: 'RangeError: out of range' })
    expect(span.events).toHaveLength(1)
    expect(span.events[0]).toMatchObject({
      name: 'exception',
      attributes: {
        'exception.type': 'RangeError',
        'exception.message': 'out of range',
        'exception.stacktrace': expect.stringContaining('turn.test.ts'),
      },
    })
  }
  expect(named(spans, 'agent:failing')).toMatchObject({ inputs: asked('q'), outputs: { soFar: 1 } })
  expect(named(spans, 'tool:broken')).toMatchObject({ inputs: { a: 1 }, outputs: undefined })
})

test('a tool error that the agent handles does not fail the trace', async () => {
  startTracing()
  const responseId = newResponseId()
  await withAgent({ agent: 'robust', responseId }, async () => {
    await withTool({ tool: 'broken' }, () => Promise.reject(new Error('no'))).catch(() => 'handled')
  })
  await delivered()
  expect((await reader.traceInfo(responseId)).state).toBe('OK')
  expect(named(await reader.spans(responseId), 'tool:broken').status.code).toBe('ERROR')
})
