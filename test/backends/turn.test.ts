import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  flushTraces,
  type InitOptions,
  init,
  newResponseId,
  SpanType,
  shutdown,
  traceIdFromResponseId,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { type CollectorServer, type JaegerServer, startCollector, startJaeger } from '../support/backends.ts'
import type { DecodedSpan } from '../support/decoded-span.ts'

let collector: CollectorServer
let jaeger: JaegerServer
beforeAll(async () => {
  ;[collector, jaeger] = await Promise.all([startCollector(), startJaeger()])
}, 180_000)
afterAll(async () => {
  await Promise.all([collector?.stop(), jaeger?.stop()])
})
afterEach(async () => {
  await shutdown({ timeoutMs: 100 })
})

const QUESTION = 'Do I need an umbrella in Oslo?'
const ANSWER = 'Yes: it rains.'
const SPANS = ['agent:planner', 'chat', 'recall', 'tool:weather']

/** A turn with a model call, a tool and a step that fails; gives its trace ID. */
async function turn(): Promise<string> {
  const responseId = newResponseId()
  await withAgent(
    {
      agent: 'planner',
      model: 'gpt-5',
      provider: 'openai',
      responseId,
      sessionId: 's-1',
      user: 'ada',
      input: QUESTION,
    },
    async () => {
      await withTool({ tool: 'weather', arguments: { city: 'Oslo' }, callId: 'call-1' }, async () => ({
        rain: true,
      }))
      await withSpan(
        async () => {
          throw new RangeError('no such memory')
        },
        { name: 'recall', spanType: SpanType.MEMORY },
      ).catch(() => {})
      return withSpan(
        async (span) => {
          span.setInputs({ messages: [{ role: 'user', content: QUESTION }] })
          span.setModel('gpt-5', 'openai')
          span.setTokenUsage({ inputTokens: 120, outputTokens: 30, cacheReadInputTokens: 100 })
          return ANSWER
        },
        { name: 'chat', spanType: SpanType.CHAT_MODEL },
      )
    },
  )
  return traceIdFromResponseId(responseId)
}

const one = (spans: readonly DecodedSpan[], name: string): DecodedSpan => {
  const found = spans.find((span) => span.name === name)
  if (found === undefined) throw new Error(`There is no span ${name}`)
  return found
}

const occurrences = (text: string, spans: readonly DecodedSpan[]): number =>
  JSON.stringify(spans, (_, value) => (typeof value === 'bigint' ? String(value) : value)).split(text)
    .length - 1

function expectTurn(spans: readonly DecodedSpan[]): void {
  expect(spans.map(({ name }) => name).sort()).toEqual(SPANS)
  const root = one(spans, 'agent:planner')
  expect(root.parentSpanId).toBeUndefined()
  for (const span of spans) if (span !== root) expect(span.parentSpanId).toBe(root.spanId)
  for (const span of spans) {
    expect(span.attributes).toMatchObject({ 'session.id': 's-1', 'user.id': 'ada' })
    expect(span.endTimeUnixNano).toBeGreaterThan(span.startTimeUnixNano)
    expect(span.scope.name).toBe('turnspan')
  }
  expect(root.attributes).toMatchObject({
    'mlflow.spanType': 'AGENT',
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.name': 'planner',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.provider.name': 'openai',
    'gen_ai.response.id': `resp_${root.traceId}`,
    'gen_ai.conversation.id': 's-1',
    'turnspan.usage.input_tokens': 120,
    'turnspan.usage.output_tokens': 30,
  })
  expectModel(one(spans, 'chat'))
  expectTool(one(spans, 'tool:weather'))
  expectFailure(one(spans, 'recall'))
}

function expectModel({ attributes, status }: DecodedSpan): void {
  expect(status.code).toBe('OK')
  expect(attributes).toMatchObject({
    'mlflow.spanType': 'CHAT_MODEL',
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.usage.input_tokens': 120,
    'gen_ai.usage.output_tokens': 30,
    'gen_ai.usage.cache_read.input_tokens': 100,
  })
  const said = [attributes['gen_ai.input.messages'], attributes['gen_ai.output.messages']].map((text) =>
    JSON.parse(String(text)),
  )
  expect(said).toMatchObject([[{ role: 'user' }], [{ role: 'assistant' }]])
  expect(JSON.stringify(said)).toContain(QUESTION)
  expect(JSON.stringify(said)).toContain(ANSWER)
}

function expectTool({ attributes, status }: DecodedSpan): void {
  expect(status.code).toBe('OK')
  expect(attributes).toMatchObject({
    'mlflow.spanType': 'TOOL',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'weather',
    'gen_ai.tool.call.id': 'call-1',
  })
  expect(JSON.parse(String(attributes['gen_ai.tool.call.arguments']))).toEqual({ city: 'Oslo' })
  expect(JSON.parse(String(attributes['gen_ai.tool.call.result']))).toEqual({ rain: true })
  expect(attributes).not.toHaveProperty('mlflow.spanInputs')
  expect(attributes).not.toHaveProperty('mlflow.spanOutputs')
}

function expectFailure({ attributes, status, events }: DecodedSpan): void {
  expect(status).toMatchObject({ code: 'ERROR', message: expect.stringContaining('no such memory') })
  expect(attributes).toMatchObject({ 'mlflow.spanType': 'MEMORY', 'error.type': 'RangeError' })
  expect(events).toMatchObject([
    {
      name: 'exception',
      attributes: { 'exception.type': 'RangeError', 'exception.message': 'no such memory' },
    },
  ])
}

describe.each(['grpc', 'http/protobuf'] as const)('over %s', (protocol) => {
  const start = (backend: { grpcUrl: string; httpUrl: string }, more: InitOptions = {}): void => {
    const endpoint = protocol === 'grpc' ? backend.grpcUrl : backend.httpUrl
    const status = init({ endpoint, protocol, captureContent: true, serviceName: 'app', ...more })
    expect(status).toMatchObject({ enabled: true, protocol })
  }
  const traceOf = async (traceId: string): Promise<DecodedSpan[]> => {
    await collector.waitForSpans(1)
    return vi.waitFor(
      async () => {
        const spans = (await collector.spans()).filter((span) => span.traceId === traceId)
        expect(spans.length).toBeGreaterThanOrEqual(SPANS.length)
        return spans
      },
      { timeout: 10_000 },
    )
  }

  test('the Collector has the turn, typed in both vocabularies', async () => {
    start(collector)
    const traceId = await turn()
    expect(await flushTraces()).toMatchObject({ sent: 4, queued: 0, rejected: 0, dropped: {} })
    const spans = await traceOf(traceId)
    expectTurn(spans)
    for (const span of spans) expect(span.resource).toMatchObject({ 'service.name': 'app' })
  })

  test('Jaeger has the turn, found by its response ID', async () => {
    start(jaeger)
    const traceId = await turn()
    expect(await flushTraces()).toMatchObject({ sent: 4, queued: 0, rejected: 0, dropped: {} })
    expectTurn(await jaeger.waitForTrace(traceId, SPANS.length))
  })

  test('the Collector has content once on each span', async () => {
    start(collector)
    const spans = await traceOf(await turn().then((id) => flushTraces().then(() => id)))
    // The question is the input of the turn and of the model call, the answer the output of both.
    expect(occurrences(QUESTION, spans)).toBe(2)
    expect(occurrences(ANSWER, spans)).toBe(2)
    for (const span of spans) expect(occurrences(QUESTION, [span])).toBeLessThanOrEqual(1)
  })

  test('the Collector has no content with capture off', async () => {
    start(collector, { captureContent: false })
    const spans = await traceOf(await turn().then((id) => flushTraces().then(() => id)))
    for (const text of [QUESTION, ANSWER, 'Oslo', '"rain"', 'no such memory'])
      expect(occurrences(text, spans)).toBe(0)
    expect(one(spans, 'recall').status).toEqual({ code: 'ERROR', message: '' })
  })

  test('the Collector has everything after an outage', async () => {
    start(collector)
    const before = await turn()
    await flushTraces()
    await collector.pause()
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const during = await turn()
    expect(await flushTraces({ timeoutMs: 700 })).toMatchObject({ queued: 4, dropped: {} })
    await collector.restart()
    expect(await flushTraces()).toMatchObject({ sent: 8, queued: 0, dropped: {} })
    expectTurn(await traceOf(during))
    expectTurn(await traceOf(before))
  })
})

test('a Collector that is only reachable over HTTP gets everything where the protocol was not chosen', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(init({ endpoint: collector.httpUrl, captureContent: true }).protocol).toBe('grpc')
  const traceId = await turn()
  expect(await flushTraces()).toMatchObject({ sent: 4, queued: 0, rejected: 0, dropped: {} })
  await vi.waitFor(
    async () => expect((await collector.spans()).filter((span) => span.traceId === traceId)).toHaveLength(4),
    { timeout: 10_000 },
  )
})
