import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, expect, test } from 'vitest'
import { loadTranslation } from '../../src/export/translator.ts'
import { flushTraces, type InitOptions, init, shutdown, withAgent } from '../../src/index.ts'
import { startOtlpHttp } from '../support/collector.ts'
import type { DecodedSpan } from '../support/decoded-span.ts'

afterEach(async () => {
  await shutdown({ timeoutMs: 0 })
  trace.disable()
})

async function sentBy(work: () => Promise<void> | void, options: InitOptions = {}): Promise<DecodedSpan[]> {
  await using collector = await startOtlpHttp()
  const target = { endpoint: `${collector.url}/v1/traces`, protocol: 'http/protobuf' as const }
  init({ ...target, captureContent: true, contentKeys: 'mlflow', ...options })
  await loadTranslation()
  await work()
  await flushTraces()
  return [...collector.spans()]
}

const said = {
  'openinference.span.kind': 'LLM',
  'llm.input_messages.0.message.role': 'user',
  'llm.input_messages.0.message.content': 'my secret',
  'output.value': 'a secret',
}

test('redact reaches what is translated', async () => {
  const redact = (value: unknown): unknown =>
    typeof value === 'string' ? value.replaceAll('secret', 'thing') : value
  const [span] = await sentBy(() => trace.getTracer('shop').startSpan('call', { attributes: said }).end(), {
    redact,
  })
  expect(span?.attributes).toMatchObject({
    'mlflow.spanInputs': { messages: [{ role: 'user', content: 'my thing' }] },
    'mlflow.spanOutputs': 'a thing',
  })
  expect(JSON.stringify(span?.attributes)).not.toContain('secret')
})

test.each([true, false])(
  'an agent of ours adds up what a library used below it, with content: %s',
  async (captureContent) => {
    const usageMetadata = { promptTokenCount: 40, candidatesTokenCount: 10, cachedContentTokenCount: 16 }
    const spans = await sentBy(
      () =>
        withAgent({ agent: 'host' }, async () => {
          for (let call = 0; call < 2; call += 1) {
            const span = trace.getTracer('gcp.vertex.agent').startSpan('call_llm')
            span.setAttribute('gcp.vertex.agent.llm_response', JSON.stringify({ usageMetadata })).end()
          }
        }),
      { captureContent },
    )
    const agent = spans.find(({ name }) => name === 'agent:host')
    expect(JSON.parse(String(agent?.attributes['mlflow.chat.tokenUsage']))).toEqual({
      input_tokens: 80,
      output_tokens: 20,
      total_tokens: 100,
      cache_read_input_tokens: 32,
    })
  },
)

test('what other processors see stays as it was', async () => {
  const theirs = new InMemorySpanExporter()
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(theirs)] }),
  )
  const attributes = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'look' }
  const events = [{ name: 'gen_ai.tool.message', attributes: { content: '{"city":"Paris"}' } }]
  const [span] = await sentBy(() => {
    const started = trace.getTracer('strands-agents').startSpan('execute_tool look', { attributes })
    started.addEvent('gen_ai.tool.message', { content: '{"city":"Paris"}' }).end()
  })
  expect(span).toMatchObject({
    name: 'look',
    attributes: { 'mlflow.spanInputs': { city: 'Paris' } },
    events: [],
  })
  const [seen] = theirs.getFinishedSpans()
  expect(seen).toMatchObject({ name: 'execute_tool look', attributes, events })
  expect(Object.keys(seen?.attributes ?? {})).toEqual(Object.keys(attributes))
})
