import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DecodedSpan } from './decoded-span.ts'
import { parseExactJson } from './exact-json.ts'
import { decodeTraceRequest } from './otlp-decode.ts'
import { type OtlpGrpcServer, startOtlpGrpc } from './otlp-grpc-server.ts'

const attributes = {
  text: 'grüße 🚀',
  empty: '',
  yes: true,
  no: false,
  int: 42,
  negative: -7,
  large: 2 ** 52,
  half: 0.5,
  list: ['a', 1, true],
  nested: { deep: { list: [1, { x: null }] }, text: 'y' },
  nothing: null,
  bytes: Uint8Array.of(0, 255, 7),
}

function recorded(): ReadableSpan[] {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'writer' }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer('scope', '1.2.3')
  const root = tracer.startSpan('root', {
    kind: SpanKind.SERVER,
    startTime: [1_795_247_511, 174_123_456],
  })
  // Nested values do not pass its own checks, but OpenTelemetry's serializer writes them.
  Object.assign(root, { attributes })
  const child = tracer.startSpan(
    'child',
    { startTime: [1_795_247_511, 200_000_001] },
    trace.setSpan(ROOT_CONTEXT, root),
  )
  child.addEvent('exception', { 'exception.type': 'TypeError' }, [1_795_247_511, 300_000_000])
  child.addLink({ context: root.spanContext(), attributes: { why: 'test' } })
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'bad' })
  child.end([1_795_247_512, 999_999_999])
  root.setStatus({ code: SpanStatusCode.OK })
  root.end([1_795_247_513, 0])
  return exporter.getFinishedSpans()
}

function bodyOf(spans: readonly ReadableSpan[]): Uint8Array {
  const body = ProtobufTraceSerializer.serializeRequest([...spans])
  if (body === undefined) throw new Error('nothing was serialized')
  return body
}

function pick(spans: readonly DecodedSpan[], name: string): DecodedSpan {
  const found = spans.find((span) => span.name === name)
  if (found === undefined) throw new Error(`no span ${name}`)
  return found
}

describe('decodeTraceRequest', () => {
  const spans = recorded()
  const decoded = decodeTraceRequest(bodyOf(spans))
  const root = pick(decoded, 'root')
  const child = pick(decoded, 'child')

  test('gives back ids, times, kind and status', () => {
    const context = spans.find((span) => span.name === 'root')?.spanContext()
    expect(root).toMatchObject({
      traceId: context?.traceId,
      spanId: context?.spanId,
      parentSpanId: undefined,
      kind: 'SERVER',
      startTimeUnixNano: 1_795_247_511_174_123_456n,
      endTimeUnixNano: 1_795_247_513_000_000_000n,
      status: { code: 'OK', message: '' },
      resource: { 'service.name': 'writer' },
      scope: { name: 'scope', version: '1.2.3', attributes: {} },
    })
    expect(child).toMatchObject({
      traceId: root.traceId,
      parentSpanId: root.spanId,
      kind: 'INTERNAL',
      status: { code: 'ERROR', message: 'bad' },
    })
  })

  test('gives back attribute values as plain values, and the kind they had on the wire', () => {
    expect(root.attributes).toEqual(attributes)
    expect(root.wireKinds).toMatchObject({
      text: 'string',
      yes: 'bool',
      int: 'int',
      half: 'double',
      list: 'array',
      nested: 'kvlist',
      nothing: 'empty',
      bytes: 'bytes',
    })
  })

  test('gives back events and links', () => {
    expect(child.events).toEqual([
      {
        name: 'exception',
        timeUnixNano: 1_795_247_511_300_000_000n,
        attributes: { 'exception.type': 'TypeError' },
        droppedAttributesCount: 0,
      },
    ])
    expect(child.links).toMatchObject([
      { traceId: root.traceId, spanId: root.spanId, attributes: { why: 'test' } },
    ])
  })

  test('reads two requests joined end to end as one', () => {
    const body = bodyOf(spans)
    expect(decodeTraceRequest(Buffer.concat([body, body]))).toHaveLength(4)
  })

  test('gives integers beyond 2^53 as bigint', () => {
    // KeyValue { key "a", value { int_value 2^53 + 1 } } in a span.
    const int = Buffer.from('18818080808080' + '8010', 'hex')
    const pair = Buffer.concat([Buffer.from([0x0a, 1, 0x61, 0x12, int.length]), int])
    expect(decodeTraceRequest(wrapped(tagged(9, pair)))[0]?.attributes).toEqual({ a: 2n ** 53n + 1n })
  })

  test.each([
    ['a cut body', Buffer.from(bodyOf(recorded())).subarray(0, -1), /cut off/],
    ['an unknown field', wrapped(tagged(31, Buffer.alloc(0))), /Span has no field 31/],
    ['a wrong wire type', wrapped(Buffer.from([0x28, 1])), /Span\.5 has wire type 0 instead of 2/],
    ['broken UTF-8', wrapped(tagged(5, Buffer.from([0xed, 0xa0, 0x80]))), /not valid UTF-8/],
    ['an unknown status', wrapped(tagged(15, Buffer.from([0x18, 9]))), /Status\.code has no value 9/],
    ['an attribute that is there twice', wrapped(tagged(9, named('a')), tagged(9, named('a'))), /"a" twice/],
  ])('refuses %s', (_, body, message) => {
    expect(() => decodeTraceRequest(body)).toThrow(message)
  })
})

describe('the Python server', () => {
  let server: OtlpGrpcServer
  beforeAll(async () => {
    server = await startOtlpGrpc()
  })
  afterAll(() => server.stop())

  test('decodes the same request to the same spans with the official packages', async () => {
    const body = bodyOf(recorded())
    const answer = await fetch(`${server.httpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.from(body),
    })
    expect(answer.status).toBe(200)
    expect(await server.spans()).toEqual(decodeTraceRequest(body))
  })
})

describe('parseExactJson', () => {
  test('keeps integers beyond 2^53 and the numbers that JSON lacks', () => {
    const text = '{"a": 1795247511174123456, "b": [-9007199254740993, NaN, -Infinity], "c": 1.25, "d": 7}'
    expect(parseExactJson(text)).toEqual({
      a: 1_795_247_511_174_123_456n,
      b: [-9_007_199_254_740_993n, Number.NaN, Number.NEGATIVE_INFINITY],
      c: 1.25,
      d: 7,
    })
  })

  test('leaves strings and long fractions alone', () => {
    const value = {
      text: '{"n": 12345678901234567890, "x": NaN} \\" 12345678901234567890',
      pi: Math.PI,
      small: 1e-20,
    }
    expect(parseExactJson(JSON.stringify(value))).toEqual(value)
    expect(parseExactJson('0.12345678901234567')).toBe(Number('0.12345678901234567'))
  })
})

function tagged(field: number, payload: Uint8Array): Buffer {
  const tag = (field << 3) | 2
  const head = tag < 0x80 ? [tag] : [(tag & 0x7f) | 0x80, tag >> 7]
  return Buffer.concat([Buffer.from([...head, payload.length]), payload])
}

function wrapped(...fields: Uint8Array[]): Buffer {
  return tagged(1, tagged(2, tagged(2, Buffer.concat(fields))))
}

function named(key: string): Buffer {
  return tagged(1, Buffer.from(key))
}
