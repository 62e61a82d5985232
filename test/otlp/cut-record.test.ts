import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutRecord } from '../../src/otlp/cut-record.ts'
import { decodeTraceRequest } from '../support/otlp-decode.ts'
import { attributes, endedSpan, wireOptions } from './arbitrary-span.ts'
import { attribute, field, spanOf, text } from './cut-bytes.ts'
import { referenceRequest } from './reference.ts'

const large = spanOf(attribute('large', text('x'.repeat(50_000))), attribute('small', text('y')))
const scope = field(1, Buffer.concat([field(1, 'turnspan'), field(2, '1.0.0')]))
const resource = field(1, field(1, Buffer.concat([field(1, 'service.name'), field(2, text('app'))])))
const recordOf = (...spans: Uint8Array[]): Buffer =>
  field(
    1,
    Buffer.concat([
      resource,
      field(2, Buffer.concat([scope, ...spans.map((span) => field(2, span)), field(3, 'schema')])),
      field(3, 'schema'),
    ]),
  )

test.each([49_999, 20_000, 5000, 1000, 400])(
  'a record of one span is cut to %i bytes, its resource and scope stay',
  (maxBytes) => {
    const cut = cutRecord(recordOf(large), maxBytes)
    expect(cut.length).toBeLessThanOrEqual(maxBytes)
    const [span, ...others] = decodeTraceRequest(cut)
    expect(others).toEqual([])
    expect(span?.attributes).toMatchObject({ small: 'y', large: expect.stringContaining('characters cut') })
    expect(span?.resource).toEqual({ 'service.name': 'app' })
    expect(span?.scope).toMatchObject({ name: 'turnspan', version: '1.0.0' })
  },
)

test('a record that fits, of several spans, of none, or damaged comes back as it is', () => {
  const whole = recordOf(large)
  expect(cutRecord(whole, whole.length)).toBe(whole)
  for (const record of [
    recordOf(large, large),
    recordOf(),
    whole.subarray(0, 40_000),
    Buffer.alloc(500, 0xff),
  ]) {
    expect(cutRecord(record, 300)).toBe(record)
  }
})

test('any record of one span stays one, with its resource and scope', () => {
  fc.assert(
    fc.property(
      endedSpan,
      attributes,
      wireOptions,
      fc.integer({ min: 100, max: 5000 }),
      (span, resourceOf, options, maxBytes) => {
        const record = referenceRequest([span], resourceOf, options)
        const [before] = decodeTraceRequest(record)
        const [after, ...others] = decodeTraceRequest(cutRecord(record, maxBytes))
        expect(others).toEqual([])
        expect(after?.spanId).toBe(before?.spanId)
        expect(after?.resource).toEqual(before?.resource)
        expect(after?.scope).toEqual(before?.scope)
      },
    ),
    { numRuns: 100 },
  )
})
