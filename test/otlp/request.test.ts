import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeRecord, encodeRequest } from '../../src/otlp/request.ts'
import type { Attributes } from '../../src/span/attributes.ts'
import type { Captured } from '../../src/span/capture/captured.ts'
import type { EndedSpan } from '../../src/span/ended-span.ts'
import {
  type ExportedValue,
  type ExportOptions,
  exportedAttributes,
} from '../../src/span/semconv/span-attributes.ts'
import { newTraceRecord, setEntry } from '../../src/span/trace-record.ts'
import { endedSpan as spanWith } from '../export/ended-span.ts'
import type { DecodedSpan } from '../support/decoded-span.ts'
import { decodeTraceRequest } from '../support/otlp-decode.ts'
import { anyText, attributes, endedSpan, wireOptions } from './arbitrary-span.ts'
import { referenceRequest } from './reference.ts'

const OPTIONS: ExportOptions = { contentKeys: 'mlflow', legacySemconv: false, mlflow: true }
const RESOURCE: Attributes = { 'service.name': 'test' }

const request = fc.tuple(fc.array(endedSpan, { maxLength: 6 }), attributes, wireOptions)

// An object has such keys before all others, wherever they were set; a sequence of attributes does not.
const isIndex = (key: string): boolean => /^(0|[1-9]\d*)$/.test(key)
/** Content has lengths of two bytes where one would do, so that its bytes are others of the same meaning. */
const withoutContent = (span: EndedSpan): EndedSpan => ({
  ...span,
  agent: span.agent && { ...span.agent, inputs: undefined, outputs: undefined },
})
const hasIndex = (span: EndedSpan): boolean => Object.keys(span.attributes).some(isIndex)

describe('any spans', () => {
  test("come out byte for byte as OpenTelemetry's serialiser writes them", () => {
    fc.assert(
      fc.property(request, ([spans, resource, options]) => {
        fc.pre(!spans.some(hasIndex))
        const plain = spans.map(withoutContent)
        const ours = encodeRequest(plain, resource, options)
        expect(Buffer.compare(ours, referenceRequest(plain, resource, options))).toBe(0)
      }),
      { numRuns: 800 },
    )
  })

  test("decode, strictly, to the same messages as OpenTelemetry's bytes, no key twice", () => {
    fc.assert(
      fc.property(request, ([spans, resource, options]) => {
        const ours = decodeTraceRequest(encodeRequest(spans, resource, options))
        expect(ours).toEqual(decodeTraceRequest(referenceRequest(spans, resource, options)))
      }),
      { numRuns: 300 },
    )
  })

  test('say on the wire what the span says, without any serialiser to compare with', () => {
    fc.assert(
      fc.property(endedSpan, wireOptions, (span, options) => {
        const [decoded] = decodeTraceRequest(encodeRecord(span, RESOURCE, options))
        expect(decoded?.attributes).toEqual(onWire(exportedAttributes(span, options) as Captured))
        expect(decoded).toMatchObject({
          traceId: span.traceId,
          spanId: span.spanId,
          parentSpanId: span.parentSpanId,
          name: wellFormed(span.name),
          startTimeUnixNano: nanos(span.startTime),
          endTimeUnixNano: nanos(span.endTime),
        })
      }),
      { numRuns: 500 },
    )
  })

  test('as records one after the other are the request of all of them', () => {
    fc.assert(
      fc.property(request, ([spans, resource, options]) => {
        const records = Buffer.concat(spans.map((span) => encodeRecord(span, resource, options)))
        const apart = decodeTraceRequest(records)
        const together = decodeTraceRequest(encodeRequest(spans, resource, options))
        expect(new Set(apart.map(identity))).toEqual(new Set(together.map(identity)))
        expect(apart.map((span) => span.spanId)).toEqual(spans.map((span) => span.spanId))
      }),
      { numRuns: 200 },
    )
  })
})

describe('a long text', () => {
  test.each([
    ['ASCII', 'a'],
    ['Latin', 'é'],
    ['two-byte', '漢'],
    ['surrogate pairs', '😀'],
    ['lone surrogates', '\ud800'],
  ])('of %s is exact around every length at which a varint grows', (_, unit) => {
    for (const bytes of [128, 16_384, 65_536, 196_608, 2_097_152]) {
      const length = Math.floor(bytes / Buffer.byteLength(unit))
      for (const units of [length - 5, length - 2, length - 1, length, length + 1]) {
        const span = spanWith({ attributes: { long: unit.repeat(units), after: 1 } })
        const ours = encodeRequest([span], RESOURCE, OPTIONS)
        expect(Buffer.compare(ours, referenceRequest([span], RESOURCE, OPTIONS)), `${units}`).toBe(0)
      }
    }
  })

  test('leaves nothing of itself in the requests after it', () => {
    const small = spanWith({ attributes: { a: 1 } })
    const before = encodeRecord(small, RESOURCE, OPTIONS)
    const kept = Buffer.from(before)
    encodeRecord(spanWith({ attributes: { huge: 'x'.repeat(20_000_000) } }), RESOURCE, OPTIONS)
    expect(Buffer.compare(encodeRecord(small, RESOURCE, OPTIONS), kept)).toBe(0)
    expect(Buffer.compare(before, kept)).toBe(0)
  })
})

describe('a request', () => {
  test('of no spans is empty', () => {
    expect(encodeRequest([], RESOURCE, OPTIONS)).toHaveLength(0)
  })

  test.each([
    ['one span', 1, 10],
    ['small spans', 2000, 10],
    ['large spans', 600, 20_000],
    ['small spans after large ones', 2000, 10],
    ['few spans after many', 3, 10],
  ])('of %s keeps no more than twice its bytes, and is none of the others', (_, count, length) => {
    const spans = Array.from({ length: count }, () => spanWith({ attributes: { text: 'x'.repeat(length) } }))
    const bytes = encodeRequest(spans, RESOURCE, OPTIONS)
    const copy = Buffer.from(bytes)
    encodeRequest(spans.slice(1).reverse(), RESOURCE, OPTIONS)
    expect(Buffer.compare(bytes, copy)).toBe(0)
    expect(Buffer.compare(bytes, referenceRequest(spans, RESOURCE, OPTIONS))).toBe(0)
    expect(bytes.buffer.byteLength).toBeLessThanOrEqual(2 * bytes.byteLength)
  })

  test('of large spans in several scopes is put together right', () => {
    const scopes = [{ name: 'a' }, { name: 'b' }, { name: 'c', version: '1' }]
    const spans = Array.from({ length: 300 }, (_, i) =>
      spanWith({ scope: scopes[i % 3] ?? { name: '' }, attributes: { text: 'é'.repeat(i * i) } }),
    )
    const bytes = encodeRequest(spans, RESOURCE, OPTIONS)
    expect(Buffer.compare(bytes, referenceRequest(spans, RESOURCE, OPTIONS))).toBe(0)
  })

  test('as a record is exactly as long as its bytes', () => {
    for (const length of [1, 300, 300_000]) {
      const record = encodeRecord(spanWith({ attributes: { text: 'x'.repeat(length) } }), RESOURCE, OPTIONS)
      expect(record.buffer.byteLength).toBe(record.byteLength)
    }
  })

  test('has each scope once, in the order of appearance, also where objects of equal scopes differ', () => {
    const [a, b] = [
      { name: 'a', version: '1' },
      { name: 'a', version: '2' },
    ]
    const spans = [a, b, { ...a }, { name: 'a@1' }, b].map((scope, i) => spanWith({ name: `${i}`, scope }))
    const decoded = decodeTraceRequest(encodeRequest(spans, RESOURCE, OPTIONS))
    expect(decoded.map(({ name, scope }) => [name, scope.name, scope.version])).toEqual([
      ['0', 'a', '1'],
      ['2', 'a', '1'],
      ['1', 'a', '2'],
      ['4', 'a', '2'],
      ['3', 'a@1', ''],
    ])
  })

  test('has what was said last where a key was said more than once', () => {
    fc.assert(
      fc.property(anyText, anyText, (session, type) => {
        const span = spanWith({
          attributes: { 'session.id': 'of the span', 'mlflow.spanType': 'PARSER', 'mlflow.traceTag.t': 'x' },
          agent: { spanType: type, jsonKeys: new Set() },
        })
        span.trace.sessionId = session
        setEntry(span.trace, 'tags', 't', 'of the trace')
        const [decoded] = decodeTraceRequest(encodeRequest([span], RESOURCE, OPTIONS))
        expect(decoded?.attributes).toMatchObject({
          'session.id': wellFormed(session),
          'mlflow.spanType': 'PARSER',
          'mlflow.traceTag.t': 'of the trace',
        })
      }),
    )
  })
})

const identity = (span: DecodedSpan): string =>
  JSON.stringify(span, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))

const wellFormed = (text: string): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text))

const nanos = ([seconds, rest]: readonly [number, number]): bigint =>
  BigInt(seconds) * 1_000_000_000n + BigInt(rest)

/** `value` as a decoder must see it: well-formed texts, integers within int64 exact, nothing undefined. */
function onWire(value: ExportedValue | undefined): unknown {
  if (value === undefined) return null
  if (typeof value === 'string') return wellFormed(value)
  if (typeof value === 'number') return numberOnWire(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: ExportedValue | undefined) => onWire(item))
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [wellFormed(key), onWire(inner as ExportedValue)]),
  )
}

function numberOnWire(value: number): number | bigint {
  if (!Number.isInteger(value) || Math.abs(value) > 2 ** 63 || value === 2 ** 63) return value
  return Number.isSafeInteger(value) ? value + 0 : BigInt(value)
}

describe('a trace whose root another service sends', () => {
  const resource: Attributes = { 'service.name': 'callee', team: 'a', 'telemetry.sdk.name': 'turnspan' }
  const own = spanWith({ name: 'own', attributes: { a: 1 } })
  const other: EndedSpan = {
    ...spanWith({ name: 'other', attributes: { team: 'b' } }),
    trace: newTraceRecord({ traceId: own.traceId, sampled: true, remote: true, rootElsewhere: true }),
  }
  const sent = (options: ExportOptions): Record<string, DecodedSpan> =>
    Object.fromEntries(
      decodeTraceRequest(encodeRequest([own, other], resource, options)).map((span) => [span.name, span]),
    )

  test("gives MLflow no resource that would overwrite the root's, but says it on its spans", () => {
    const spans = sent(OPTIONS)
    expect(spans.own?.resource).toEqual(resource)
    expect(spans.other?.resource).toEqual({ 'telemetry.sdk.name': 'turnspan' })
    expect(spans.other?.attributes).toMatchObject({ 'service.name': 'callee', team: 'b' })
    const [record] = decodeTraceRequest(encodeRecord(other, resource, OPTIONS))
    expect(record).toEqual(spans.other)
  })

  test('has its resource for every other receiver', () => {
    const spans = sent({ ...OPTIONS, mlflow: false })
    expect(spans.other?.resource).toEqual(resource)
    expect(spans.other?.attributes).not.toHaveProperty('service.name')
  })
})
