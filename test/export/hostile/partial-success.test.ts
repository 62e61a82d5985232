import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPartialSuccess, readPartialSuccessJson } from '../../../src/export/transport/partial-success.ts'
import { partialSuccess } from '../../support/collector.ts'

const encoded = (count: number, message: string): Uint8Array =>
  Buffer.from(partialSuccess(count, message).body ?? '')

describe('what a receiver says in protobuf', () => {
  test('is read whatever it is', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.string({ unit: 'grapheme' }), (rejectedSpans, message) => {
        expect(readPartialSuccess(encoded(rejectedSpans, message))).toEqual({ rejectedSpans, message })
      }),
    )
  })

  test('is nothing in an empty message, and in one with fields that are not known', () => {
    const nothing = { rejectedSpans: 0, message: '' }
    expect(readPartialSuccess(new Uint8Array())).toEqual(nothing)
    expect(readPartialSuccess(Buffer.from([0x0a, 0]))).toEqual(nothing)
    expect(readPartialSuccess(Buffer.from([0x7a, 1, 0x61, 0x0a, 0]))).toEqual(nothing)
  })

  test('is no count where it is negative', () => {
    const minusOne = Buffer.from([0x0a, 11, 0x08, ...Array<number>(9).fill(0xff), 1])
    expect(readPartialSuccess(minusOne)).toEqual({ rejectedSpans: 0, message: '' })
  })

  test('is all of it where no request can have so many', () => {
    const largest = Buffer.from([0x0a, 10, 0x08, ...Array<number>(8).fill(0xff), 0x7f])
    expect(readPartialSuccess(largest)?.rejectedSpans).toBe(Number.MAX_SAFE_INTEGER)
  })

  test('is none where a status of gRPC stands in its place', () => {
    expect(readPartialSuccess(Buffer.from([0x08, 16, 0x12, 2, 0x6e, 0x6f]))).toBeUndefined()
  })

  test('is none where it is cut off', () => {
    const whole = encoded(40, 'quota')
    for (let end = 1; end < whole.length; end += 1) {
      expect(readPartialSuccess(whole.subarray(0, end))).toBeUndefined()
    }
  })

  test('never fails, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const said = readPartialSuccess(bytes) ?? { rejectedSpans: 0 }
        expect(Number.isSafeInteger(said.rejectedSpans) && said.rejectedSpans >= 0).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('what a receiver says in JSON', () => {
  test.each([
    ['{}', 0, ''],
    ['{"partialSuccess":{}}', 0, ''],
    ['{"partialSuccess":null}', 0, ''],
    ['{"partialSuccess":{"rejectedSpans":"40","errorMessage":"quota"}}', 40, 'quota'],
    ['{"partial_success":{"rejected_spans":3}}', 3, ''],
    ['{"partialSuccess":{"rejectedSpans":"9223372036854775807"}}', Number.MAX_SAFE_INTEGER, ''],
    ['{"partialSuccess":{"rejectedSpans":"-9223372036854775808"}}', 0, ''],
    ['{"partialSuccess":{"rejectedSpans":-1,"errorMessage":7}}', 0, ''],
  ])('%s is read', (text, rejectedSpans, message) => {
    expect(readPartialSuccessJson(text)).toEqual({ rejectedSpans, message })
  })

  test.each(['', 'OK', '[]', 'null', '1', '{"status":"ok"}', '{"partialSuccess":{}'])(
    '%o is none',
    (text) => {
      expect(readPartialSuccessJson(text)).toBeUndefined()
    },
  )
})
