import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trace } from '@opentelemetry/api'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createJoinedProcessor } from '../../../src/bridge/attach-provider.ts'
import {
  type Diagnostic,
  flushTraces,
  type InitOptions,
  init,
  onDiagnostic,
  type Report,
  shutdown,
  startSpan,
  withSpan,
} from '../../../src/index.ts'
import { type ExportResult, TurnspanExporter } from '../../../src/otel/index.ts'
import type { EndedSpan } from '../../../src/span/ended-span.ts'
import { newTraceRecord } from '../../../src/span/trace-record.ts'
import { currentPipeline } from '../../../src/tracer/current.ts'
import type { ExternalSpan } from '../../../src/tracer/external-span.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../../support/collector.ts'

let server: OtlpHttpCollector
const said: Diagnostic[] = []
let stop = (): void => {}
beforeAll(async () => {
  server = await startOtlpHttp()
})
afterAll(() => server.stop())
beforeEach(() => {
  said.length = 0
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '5')
})
afterEach(async () => {
  await shutdown({ timeoutMs: 0 })
  stop()
})

const fail = (): never => {
  throw new Error('looked at')
}
const throwing = (): object =>
  new Proxy({}, { get: fail, has: fail, ownKeys: fail, getOwnPropertyDescriptor: fail, getPrototypeOf: fail })
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
function holes(): unknown[] {
  const list: unknown[] = []
  list.length = 2 ** 32 - 1
  return list
}

/** What stands where a field of a span should. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  text: () => 'server',
  'empty text': () => '',
  'a lone surrogate': () => '\ud800',
  'a symbol': () => Symbol('s'),
  'a bigint': () => 10n ** 40n,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  'a negative number': () => -1,
  'a fraction': () => 1.5,
  'a huge number': () => 1e300,
  true: () => true,
  'a function': () => () => 1,
  'an object': () => ({ name: 'x' }),
  'an object without a prototype': () => Object.create(null),
  'a list': () => [1],
  'a list of nothing': () => [null, undefined, Symbol('in'), {}],
  'a list of four billion holes': holes,
  'a throwing toPrimitive': () => ({ [Symbol.toPrimitive]: fail }),
  'a throwing toString': () => ({ toString: fail, toJSON: fail, serialize: fail }),
  'a revoked proxy': revoked,
  'a proxy that throws': throwing,
}

// biome-ignore lint/suspicious/noExplicitAny: the point of these tests is what no type allows
type Anything = any

const contextWith = (more: object): Anything => ({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  traceFlags: 1,
  ...more,
})
const tracer = (): Anything => trace.getTracer('library')
const ours = (options: object = {}): Anything => startSpan({ name: 'poison', ...options } as Anything)

/** Ways by which a value gets into a span: through our API, and through OpenTelemetry's. */
const WAYS: Readonly<Record<string, (value: Anything) => void>> = {
  'getTracer(name)': (value) => trace.getTracer(value).startSpan('poison').end(),
  'getTracer(_, version)': (value) => trace.getTracer('library', value).startSpan('poison').end(),
  'OpenTelemetry: name': (value) => tracer().startSpan(value).end(),
  'OpenTelemetry: options': (value) => tracer().startSpan('poison', value).end(),
  'OpenTelemetry: kind': (value) => tracer().startSpan('poison', { kind: value }).end(),
  'OpenTelemetry: attributes': (value) => tracer().startSpan('poison', { attributes: value }).end(),
  'OpenTelemetry: an attribute': (value) => tracer().startSpan('poison', { attributes: { value } }).end(),
  'OpenTelemetry: startTime': (value) => tracer().startSpan('poison', { startTime: value }).end(value),
  'OpenTelemetry: links': (value) => tracer().startSpan('poison', { links: value }).end(),
  'OpenTelemetry: flags of a link': (value) =>
    tracer()
      .startSpan('poison', { links: [{ context: contextWith({ traceFlags: value }) }] })
      .end(),
  'OpenTelemetry: state of a link': (value) =>
    tracer()
      .startSpan('poison', { links: [{ context: contextWith({ traceState: value }) }] })
      .end(),
  'OpenTelemetry: text of a state': (value) =>
    tracer()
      .startSpan('poison', { links: [{ context: contextWith({ traceState: { serialize: () => value } }) }] })
      .end(),
  'OpenTelemetry: attributes of a link': (value) =>
    tracer()
      .startSpan('poison', { links: [{ context: contextWith({}), attributes: value }] })
      .end(),
  'OpenTelemetry: status': (value) => tracer().startSpan('poison').setStatus(value).end(),
  'OpenTelemetry: parts of a status': (value) =>
    tracer().startSpan('poison').setStatus({ code: value, message: value }).end(),
  'OpenTelemetry: an event': (value) =>
    tracer().startSpan('poison').addEvent(value, value, value).addEvent('e', { value }, value).end(),
  'OpenTelemetry: an exception': (value) => {
    const span = tracer().startSpan('poison')
    span.recordException(value, value)
    span.end()
  },
  'startSpan: kind': (value) => ours({ kind: value }).end(),
  'startSpan: spanType': (value) => ours({ spanType: value }).end(),
  'startSpan: startTime': (value) => ours({ startTime: value }).end(value),
  'startSpan: links': (value) => ours({ links: value }).end(),
  'startSpan: parent': (value) =>
    ours({ parent: { spanContext: () => contextWith({ traceFlags: value }) } }).end(),
  'span.addLink: flags': (value) =>
    ours()
      .addLink({ context: contextWith({ traceFlags: value }) })
      .end(),
  'span.addLink: state': (value) =>
    ours()
      .addLink({ context: contextWith({ traceState: { serialize: () => value } }) })
      .end(),
  'span.addLinks': (value) => ours().addLinks(value).end(),
  'span.setModel': (value) => ours().setModel(value, value).end(),
  'span.setTokenUsage': (value) => ours().setTokenUsage({ inputTokens: value, outputTokens: value }).end(),
  'span.setAttribute': (value) => ours().setAttribute('a', value).setAttribute(value, 1).end(),
  'span.setInputs': (value) => ours().setInputs(value).setOutputs({ value }).end(),
  'span.end': (value) => ours().end({ endTime: value, status: value, attributes: value, outputs: value }),
}

/** A span as SDK 2.x makes it. */
const foreign = (more: object): ExternalSpan => ({
  name: 'poison',
  kind: 0,
  spanContext: () => contextWith({}),
  startTime: [1_700_000_000, 0],
  endTime: [1_700_000_001, 0],
  status: { code: 0 },
  attributes: {},
  events: [],
  links: [],
  resource: { attributes: {} },
  instrumentationScope: { name: 'library', version: '1' },
  ...more,
})

/** Fields of the spans that another provider hands over. */
const FIELDS: Readonly<Record<string, (value: Anything) => object>> = {
  name: (name) => ({ name }),
  kind: (kind) => ({ kind }),
  spanContext: (value) => ({ spanContext: () => value }),
  'span context, no function': (spanContext) => ({ spanContext }),
  traceId: (traceId) => ({ spanContext: () => contextWith({ traceId }) }),
  spanId: (spanId) => ({ spanContext: () => contextWith({ spanId }) }),
  traceFlags: (traceFlags) => ({ spanContext: () => contextWith({ traceFlags }) }),
  traceState: (traceState) => ({ spanContext: () => contextWith({ traceState }) }),
  'text of traceState': (value) => ({
    spanContext: () => contextWith({ traceState: { serialize: () => value } }),
  }),
  parentSpanContext: (parentSpanContext) => ({ parentSpanContext }),
  'ID of the parent': (spanId) => ({ parentSpanContext: { spanId, isRemote: spanId } }),
  parentSpanId: (parentSpanId) => ({ parentSpanId }),
  startTime: (startTime) => ({ startTime }),
  'parts of startTime': (value) => ({ startTime: [value, value] }),
  endTime: (endTime) => ({ endTime }),
  status: (status) => ({ status }),
  'parts of status': (value) => ({ status: { code: value, message: value } }),
  attributes: (attributes) => ({ attributes }),
  'an attribute': (value) => ({ attributes: { value, 'gen_ai.usage.input_tokens': value } }),
  events: (events) => ({ events }),
  'an event': (value) => ({ events: [value] }),
  'parts of an event': (value) => ({ events: [{ name: value, time: value, attributes: value }] }),
  links: (links) => ({ links }),
  'a link': (value) => ({ links: [value] }),
  'parts of a link': (value) => ({
    links: [
      { context: value, attributes: value },
      { context: contextWith({ traceFlags: value, traceState: value }) },
    ],
  }),
  resource: (value) => ({ resource: value }),
  'attributes of the resource': (value) => ({ resource: { attributes: value } }),
  scope: (instrumentationScope) => ({ instrumentationScope }),
  'parts of the scope': (value) => ({ instrumentationScope: { name: value, version: value } }),
  'dropped counts': (value) => ({
    droppedAttributesCount: value,
    droppedEventsCount: value,
    droppedLinksCount: value,
  }),
}

/** Sends what `make` makes with an innocent span behind it, which must arrive; nothing may wait or be taken for an outage. */
async function expectHarmless(make: () => void, more: InitOptions = {}): Promise<Report> {
  const before = server.spans().length
  init({
    endpoint: server.url,
    protocol: 'http/protobuf',
    experimentId: '0',
    instrumentations: false,
    ...more,
  })
  make()
  withSpan(() => 1, { name: 'innocent' })
  const report = await flushTraces({ timeoutMs: 3000 })
  const arrived = server.spans().slice(before)
  expect(arrived.map(({ name }) => name)).toContain('innocent')
  expect(said.map(({ code }) => code)).not.toContain('TS_EXPORT_FAILED')
  expect(report.queued).toBe(0)
  expect(report.rejected).toBe(0)
  return report
}

describe.each(Object.entries(VALUES))('%s', (_, make) => {
  test.each(Object.entries(WAYS))('%s', async (_name, use) => {
    const report = await expectHarmless(() => use(make()))
    expect(report).toMatchObject({ sent: 2, dropped: {} })
  })

  test.each(Object.entries(FIELDS))("%s of another provider's span", async (_name, fieldsWith) => {
    const processor = createJoinedProcessor()
    const span = foreign(fieldsWith(make()))
    const { sent, dropped } = await expectHarmless(() => {
      processor.onStart(span, {} as Anything)
      processor.onEnd(span)
    })
    const setAside = dropped.unreadable ?? 0
    expect(sent + setAside).toBe(2)
    expect(said.filter(({ code }) => code === 'TS_SPAN_UNREADABLE')).toHaveLength(setAside)
  })
})

describe('what no door has cleaned', () => {
  const span = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    parentIsRemote: false,
    traceFlags: 1,
    name: 'poison',
    kind: 0,
    startTime: [1_700_000_000, 0],
    endTime: [1_700_000_001, 0],
    status: { code: 0 },
    attributes: {},
    events: [],
    links: [],
    scope: { name: 'library' },
    trace: newTraceRecord({ traceId: 'a'.repeat(32), sampled: true }),
  }
  test.each([
    { name: Symbol('s') },
    { kind: 1n },
    { traceFlags: Symbol('s') },
    { scope: { name: Symbol('s') } },
    { scope: undefined },
    { status: null },
    { events: null },
    { links: [null] },
    { startTime: undefined },
    { traceState: Symbol('s') },
  ])('%o is set aside alone, with its reason', async (more) => {
    const { sent, dropped } = await expectHarmless(() =>
      currentPipeline()?.ended({ ...span, ...more } as unknown as EndedSpan),
    )
    expect({ sent, dropped }).toEqual({ sent: 1, dropped: { unencodable: 1 } })
    const told = said.filter(({ code }) => code === 'TS_SPAN_UNENCODABLE')
    expect(told).toHaveLength(1)
    expect(told[0]?.data.reason).not.toBe('')
  })

  test('is set aside from a spool as well', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'turnspan-poison-'))
    const { sent, dropped } = await expectHarmless(
      () => currentPipeline()?.ended({ ...span, scope: { name: Symbol('s') } } as unknown as EndedSpan),
      { spool: { dir } },
    )
    await shutdown({ timeoutMs: 0 })
    await rm(dir, { recursive: true })
    expect({ sent, dropped }).toEqual({ sent: 1, dropped: { unencodable: 1 } })
  })
})

describe('the exporter', () => {
  test.each(Object.entries(FIELDS))('takes %s that is a symbol', async (_name, fieldsWith) => {
    const before = server.spans().length
    const exporter = new TurnspanExporter({
      endpoint: server.url,
      protocol: 'http/protobuf',
      experimentId: '0',
    })
    const poison = foreign(fieldsWith(Symbol('s')))
    const innocent = foreign({ name: 'innocent', spanContext: () => contextWith({ spanId: 'c'.repeat(16) }) })
    const result = await new Promise<ExportResult>((resolve) => exporter.export([poison, innocent], resolve))
    const names = server
      .spans()
      .slice(before)
      .map(({ name }) => name)
    expect(names).toContain('innocent')
    expect(result.code).toBe(names.length === 2 ? 0 : 1)
    await exporter.shutdown()
  })
})
