import { expect, test } from 'vitest'
import { backoffMs } from '../../src/mlflow/backoff.ts'
import { retryAfterMs } from '../../src/runtime/retry-after.ts'

test('doubles from half a second to half a minute, half of it at random', () => {
  expect([0, 1, 2, 10].map((attempt) => backoffMs(attempt, 0, () => 0))).toEqual([250, 500, 1000, 15_000])
  expect([0, 1, 2, 10].map((attempt) => backoffMs(attempt, 0, () => 1))).toEqual([500, 1000, 2000, 30_000])
})

test('waits as long as the server asks, within half a minute, and never shorter than its own time', () => {
  expect(backoffMs(0, 4000, () => 1)).toBe(4000)
  expect(backoffMs(0, 1, () => 1)).toBe(500)
  expect(backoffMs(0, 3_600_000, () => 1)).toBe(30_000)
})

test.each([
  [undefined, undefined],
  ['', undefined],
  ['soon', undefined],
  ['0', undefined],
  ['-3', undefined],
  ['2', 2000],
  ['0.5', 500],
  ['Sat, 21 Nov 2026 07:00:10 GMT', 10_000],
  ['Sat, 21 Nov 2026 06:59:50 GMT', undefined],
])('reads Retry-After %j as %j ms', (header, ms) => {
  expect(retryAfterMs(header, Date.parse('2026-11-21T07:00:00Z'))).toBe(ms)
})
