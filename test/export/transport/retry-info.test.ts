import { expect, test } from 'vitest'
import { backoffMs } from '../../../src/export/queue/backoff.ts'
import { retryDelayMs } from '../../../src/export/transport/retry-info.ts'
import { retryAfterMs } from '../../../src/runtime/retry-after.ts'

const bytes = (number: number, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([number * 8 + 2, payload.length]), payload])
const any = (type: string, value: Buffer): Buffer =>
  Buffer.concat([bytes(1, Buffer.from(type)), bytes(2, value)])

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'
// 300 s and 500,000,000 ns, as varints of two and five bytes.
const DURATION = Buffer.from([0x08, 0xac, 0x02, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01])
const status = (...details: Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from([0x08, 8]),
    bytes(2, Buffer.from('slow down')),
    ...details.map((each) => bytes(3, each)),
  ])

test('the wait is read in milliseconds', () => {
  const trailer = status(any(RETRY_INFO, bytes(1, DURATION))).toString('base64')
  expect(retryDelayMs(trailer)).toBe(300_500)
  expect(retryDelayMs([trailer])).toBe(300_500)
  expect(retryDelayMs(trailer.replace(/=+$/, ''))).toBe(300_500)
})

test('details of other kinds are passed over', () => {
  const other = any('type.googleapis.com/google.rpc.ErrorInfo', Buffer.from([0x0a, 1, 0x78]))
  expect(retryDelayMs(status(other, any(RETRY_INFO, bytes(1, DURATION))).toString('base64'))).toBe(300_500)
  expect(retryDelayMs(status(other).toString('base64'))).toBeUndefined()
})

test('an empty duration is no wait', () => {
  expect(retryDelayMs(status(any(RETRY_INFO, bytes(1, Buffer.alloc(0)))).toString('base64'))).toBeUndefined()
})

test('a negative duration is no wait', () => {
  const minusOne = Buffer.from([0x08, ...Array<number>(9).fill(0xff), 0x01])
  expect(retryDelayMs(status(any(RETRY_INFO, bytes(1, minusOne))).toString('base64'))).toBeUndefined()
})

test('the longest duration there can be is one, and no more than the cap is waited', () => {
  const longest = Buffer.from([0x08, ...Array<number>(8).fill(0xff), 0x7f])
  const askedMs = retryDelayMs(status(any(RETRY_INFO, bytes(1, longest))).toString('base64'))
  expect(askedMs).toBeGreaterThan(1e21)
  expect(backoffMs(0, { askedMs })).toBe(300_000)
  expect(backoffMs(0, { askedMs: retryAfterMs('9'.repeat(400)) })).toBe(300_000)
})

test.each([undefined, '', '!', 'AAAA'])('%o says nothing', (trailer) => {
  expect(retryDelayMs(trailer)).toBeUndefined()
})

test('a trailer that was cut anywhere says nothing or the same, and never fails', () => {
  const whole = status(any(RETRY_INFO, bytes(1, DURATION)))
  for (let end = 0; end < whole.length; end += 1) {
    expect(retryDelayMs(whole.subarray(0, end).toString('base64'))).toBeUndefined()
  }
})
