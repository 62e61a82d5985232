import { trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { afterEach, expect, test } from 'vitest'
import { flushTraces, init, SpanType, shutdown, withAgent, withSpan } from '../../src/index.ts'
import { startOtlpHttp } from '../support/collector.ts'

afterEach(async () => {
  await shutdown({ timeoutMs: 100 })
  trace.disable()
})

test("the application's own processors see our spans with their small keys, and none of their content", async () => {
  await using server = await startOtlpHttp()
  const exporter = new InMemorySpanExporter()
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  init({ endpoint: server.url, protocol: 'http/protobuf', captureContent: true })
  withAgent({ agent: 'a', user: 'u', sessionId: 's', input: 'secret question' }, () =>
    withSpan(
      (span) => {
        span.setModel('gpt-5', 'openai').setTokenUsage({ inputTokens: 3, outputTokens: 2 })
        return 'secret answer'
      },
      { name: 'chat', spanType: SpanType.CHAT_MODEL },
    ),
  )
  await flushTraces()
  const seen = exporter.getFinishedSpans()
  expect(seen.map((span) => span.name)).toEqual(['chat', 'agent:a'])
  expect(seen[0]?.attributes).toMatchObject({
    'mlflow.spanType': 'CHAT_MODEL',
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.usage.input_tokens': 3,
    'session.id': 's',
    'user.id': 'u',
  })
  expect(JSON.stringify(seen.map((span) => span.attributes))).not.toContain('secret')
  expect(seen.map((span) => span.spanContext().spanId).sort()).toEqual(
    server
      .spans()
      .map((span) => span.spanId)
      .sort(),
  )
})
