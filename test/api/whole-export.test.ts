import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterEach, expect, test } from 'vitest'
import {
  flushTraces,
  init,
  redactSecrets,
  shutdown,
  startSpan,
  tracingContext,
  updateCurrentTrace,
  withAgent,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { startOtlpHttp } from '../support/collector.ts'

// Put together at run time: scanners of repositories would take whole literals for leaks.
const CANARY = ['sk-ant-', 'api03-', 'a1B2c3D4e5F6g7H8i9J0k1L2'].join('')

afterEach(async () => {
  await shutdown()
  trace.disable()
  context.disable()
})

class Failure extends Error {
  override name = CANARY
}

function everythingOfOurs(): void {
  withAgent(
    { agent: `agent ${CANARY}`, model: CANARY, provider: CANARY, user: CANARY, sessionId: CANARY },
    () => {
      withTool({ tool: `call ${CANARY}`, arguments: { [CANARY]: CANARY } }, () => CANARY)
      const span = startSpan({ name: CANARY, spanType: `type ${CANARY}` })
      span.setModel(`model ${CANARY}`, `provider ${CANARY}`)
      span.setAttribute(`key ${CANARY}`, CANARY).setAttributes({ list: [CANARY] })
      span.addEvent(`event ${CANARY}`, { [`event key ${CANARY}`]: CANARY })
      span.updateName(`renamed ${CANARY}`)
      span.addLink({ context: span.spanContext(), attributes: { [`link ${CANARY}`]: CANARY } })
      span.setStatus('ERROR', CANARY).end()
      updateCurrentTrace({
        user: `user ${CANARY}`,
        sessionId: `session ${CANARY}`,
        clientRequestId: CANARY,
        requestPreview: CANARY,
        tags: { [CANARY]: CANARY },
        metadata: { [CANARY]: CANARY },
      })
      try {
        withSpan(() => {
          throw new Failure(CANARY)
        })
      } catch {
        // It is recorded, which is all that matters here.
      }
    },
  )
  tracingContext({ user: CANARY, sessionId: CANARY, tags: { tag: CANARY } }, () =>
    withSpan(() => 1, { name: 'in a scope' }),
  )
}

test('names of spans, events, attributes, tools, models, users, sessions and errors go through redact', async () => {
  await using collector = await startOtlpHttp()
  init({
    endpoint: collector.url,
    protocol: 'http/protobuf',
    captureContent: true,
    redact: redactSecrets(),
    serviceName: `service ${CANARY}`,
    environment: CANARY,
    resource: { [CANARY]: CANARY, 'team.contact': `call ${CANARY}` },
  })
  everythingOfOurs()
  trace.getTracer(`library ${CANARY}`, CANARY).startSpan('scope').end()
  trace.getTracer('theirs').startActiveSpan(`theirs ${CANARY}`, (span) => {
    span.setAttribute(CANARY, CANARY).addEvent(CANARY, { [CANARY]: CANARY })
    span.recordException(new Failure(CANARY))
    span.end()
  })
  await flushTraces()
  const sent = collector.spans()
  expect(sent.length).toBeGreaterThanOrEqual(6)
  for (const { body } of collector.requests) expect(Buffer.from(body).includes(CANARY)).toBe(false)
  expect(sent.map(({ name }) => name)).toContain('renamed [redacted: anthropic-key]')
  expect(sent.map(({ name }) => name)).toContain('theirs [redacted: anthropic-key]')
})

test('an application with a provider of its own gets the same names', async () => {
  const seen = new InMemorySpanExporter()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(seen)] }))
  await using collector = await startOtlpHttp()
  init({ endpoint: collector.url, protocol: 'http/protobuf', captureContent: true, redact: redactSecrets() })
  everythingOfOurs()
  await flushTraces()
  for (const { body } of collector.requests) expect(Buffer.from(body).includes(CANARY)).toBe(false)
  const theirs = seen.getFinishedSpans().map(({ name, attributes, events, links, status }) => ({
    name,
    attributes,
    events,
    links: links.map((link) => link.attributes),
    status,
  }))
  expect(theirs.length).toBeGreaterThanOrEqual(5)
  expect(JSON.stringify(theirs)).not.toContain(CANARY)
})

test('a hook is told which name it sees', async () => {
  const keys = new Set<string>()
  init({
    exporters: [{ export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} }],
    captureContent: true,
    redact: (value, { key, path }) => {
      if (path.length === 0) keys.add(key)
      return value
    },
  })
  everythingOfOurs()
  await flushTraces()
  expect([...keys]).toEqual(
    expect.arrayContaining([
      'name',
      'event',
      'attribute',
      'gen_ai.request.model',
      'gen_ai.provider.name',
      'mlflow.spanType',
      'exception.type',
      'error.type',
      'user.id',
      'session.id',
      'clientRequestId',
    ]),
  )
})
