import { trace as otel } from '@opentelemetry/api'
import { describe, expect, test } from 'vitest'
import { newResponseId, SpanType, withAgent, withSpan, withTool } from '../../src/index.ts'
import { readWithPython } from '../support/mlflow-python.ts'
import { delivered, mlflowUrl, named, reader, startTracing, tracingPerTest, treeOf } from './tracing.ts'

tracingPerTest()
const messages = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Will it rain?' },
]
const answer = { choices: [{ message: { role: 'assistant', content: 'Yes.' } }] }

async function turn(): Promise<string> {
  const responseId = newResponseId()
  await withAgent({ agent: 'spoken', responseId, input: 'Will it rain?' }, async () => {
    await withTool({ tool: 'forecast', arguments: { city: 'SF' } }, async () => ({ rain: true }))
    await withSpan(async () => answer, { name: 'chat', spanType: SpanType.CHAT_MODEL, inputs: { messages } })
    await withSpan(async () => ['doc 1'], {
      name: 'lookup',
      spanType: SpanType.RETRIEVER,
      inputs: { q: 'rain' },
    })
    return 'Yes.'
  })
  await delivered()
  return responseId
}

describe.each(['mlflow', 'gen_ai', 'both'] as const)('with content in the keys of "%s"', (contentKeys) => {
  test('MLflow shows inputs, outputs, types and previews', async () => {
    startTracing({ contentKeys })
    const responseId = await turn()
    const spans = await reader.spans(responseId)
    expect(treeOf(spans)).toEqual([
      'agent:spoken AGENT',
      '  tool:forecast TOOL',
      '  chat CHAT_MODEL',
      '  lookup RETRIEVER',
    ])
    expect(named(spans, 'tool:forecast')).toMatchObject({ inputs: { city: 'SF' }, outputs: { rain: true } })
    expect(named(spans, 'lookup')).toMatchObject({ inputs: { q: 'rain' }, outputs: ['doc 1'] })
    for (const name of ['agent:spoken', 'chat']) {
      const span = named(spans, name)
      expect(JSON.stringify(span.inputs)).toContain('Will it rain?')
      expect(JSON.stringify(span.outputs)).toContain('Yes.')
    }
    const info = await reader.traceInfo(responseId)
    expect(info.request_preview).toContain('Will it rain?')
    expect(info.response_preview).toContain('Yes.')
    expect((await readWithPython(mlflowUrl, responseId)).spans).toHaveLength(4)
  })

  test('content is there once, or in both on request', async () => {
    startTracing({ contentKeys })
    const chat = named(await reader.spans(await turn()), 'chat')
    expect('gen_ai.input.messages' in chat.attributes).toBe(contentKeys !== 'mlflow')
    if (contentKeys === 'both') expect(chat.inputs).toEqual({ messages })
    if (contentKeys === 'gen_ai') {
      expect(chat.attributes['gen_ai.input.messages']).toEqual(chat.inputs)
    }
  })
})

test('the former names of the conventions come on request', async () => {
  startTracing({ contentKeys: 'gen_ai', legacySemconv: true })
  const responseId = newResponseId()
  await withAgent({ agent: 'old', responseId }, async (agent) => {
    agent.setTokenUsage({ inputTokens: 3, outputTokens: 2 })
    await withTool({ tool: 'forecast', arguments: { city: 'SF' } }, async () => 'rain')
  })
  await delivered()
  const spans = await reader.spans(responseId)
  expect(named(spans, 'tool:forecast').attributes).toMatchObject({ 'gen_ai.tool.arguments': { city: 'SF' } })
  expect(named(spans, 'agent:old').attributes).toMatchObject({
    'gen_ai.usage.prompt_tokens': 3,
    'gen_ai.usage.completion_tokens': 2,
  })
  const tokens = (await reader.traceInfo(responseId)).trace_metadata?.['mlflow.trace.tokenUsage'] ?? ''
  expect(JSON.parse(tokens)).toMatchObject({ total_tokens: 5 })
})

test('spans of other libraries stand in the same tree, typed and counted by their own attributes', async () => {
  startTracing()
  const responseId = newResponseId()
  const tracer = otel.getTracer('another library')
  await withAgent({ agent: 'host', responseId }, async () => {
    await tracer.startActiveSpan('chat gpt-5', async (span) => {
      span.setAttributes({
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.provider.name': 'openai',
        'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }]),
        'gen_ai.usage.input_tokens': 10,
        'gen_ai.usage.output_tokens': 5,
      })
      await withTool({ tool: 'inside' }, async () => 'done')
      span.end()
    })
    tracer
      .startSpan('search', { attributes: { 'openinference.span.kind': 'TOOL', 'output.value': 'found' } })
      .end()
  })
  await delivered()
  const spans = await reader.spans(responseId)
  expect(treeOf(spans)).toEqual([
    'agent:host AGENT',
    '  chat gpt-5 CHAT_MODEL',
    '    tool:inside TOOL',
    '  search TOOL',
  ])
  expect(named(spans, 'search')).toMatchObject({ outputs: 'found', status: { code: 'OK' } })
  expect(named(spans, 'agent:host').attributes['mlflow.chat.tokenUsage']).toMatchObject({ total_tokens: 15 })
  const info = await reader.traceInfo(responseId)
  expect(JSON.parse(info.trace_metadata?.['mlflow.trace.tokenUsage'] ?? '')).toMatchObject({
    total_tokens: 15,
  })
  const experiment = info.trace_location.mlflow_experiment?.experiment_id ?? ''
  expect(await reader.search("span.type = 'TOOL' AND span.name = 'search'", [experiment])).toHaveLength(1)
})

test("a turn inside another library's span is the child of that span with nest, else a linked trace", async () => {
  startTracing()
  const tracer = otel.getTracer('a server')
  const [nested, apart] = [newResponseId(), newResponseId()]
  const traceId = await tracer.startActiveSpan('POST /chat', async (span) => {
    await withAgent({ agent: 'nested', responseId: nested, nest: true }, async () => 'done')
    await withAgent({ agent: 'apart', responseId: apart }, async () => 'done')
    span.end()
    return span.spanContext().traceId
  })
  await delivered()
  const server = await reader.spans(traceId)
  expect(treeOf(server)).toEqual(['POST /chat UNKNOWN', '  agent:nested AGENT'])
  expect(named(server, 'agent:nested').attributes['gen_ai.response.id']).toBe(nested)
  expect(named(server, 'POST /chat').links).toEqual([
    expect.objectContaining({ trace_id: `tr-${apart.slice(5)}` }),
  ])
  const own = named(await reader.spans(apart), 'agent:apart')
  expect(own.parentSpanId).toBeUndefined()
  expect(own.links).toEqual([expect.objectContaining({ trace_id: `tr-${traceId}` })])
})
