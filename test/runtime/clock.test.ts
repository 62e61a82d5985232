import { afterEach, expect, test, vi } from 'vitest'
import { alignClock, hrTimeOfMs, msOfHrTime, msOfTimeInput, nowMs } from '../../src/runtime/clock.ts'
import { realTime } from '../../src/runtime/real-time.ts'

afterEach(() => {
  vi.restoreAllMocks()
  alignClock()
})

test('tells the time before anything was traced, and finer than a millisecond', () => {
  expect(Math.abs(nowMs() - Date.now())).toBeLessThan(60)
  const readings = Array.from({ length: 200 }, nowMs)
  expect(new Set(readings.map((ms) => ms % 1)).size).toBeGreaterThan(1)
  expect(readings).toEqual([...readings].sort((a, b) => a - b))
})

test('follows the system clock after it was set, but not its drift', () => {
  const real = Date.now()
  vi.spyOn(realTime, 'epochMs').mockImplementation(() => real + 20)
  alignClock()
  expect(Math.abs(nowMs() - real)).toBeLessThan(60)
  vi.spyOn(realTime, 'epochMs').mockImplementation(() => real + 3_600_000)
  alignClock()
  expect(Math.abs(nowMs() - real - 3_600_000)).toBeLessThan(60)
})

test('keeps the nanoseconds of a time in range', () => {
  expect(hrTimeOfMs(1_800_000_000_123.5)).toEqual([1_800_000_000, 123_500_000])
  expect(hrTimeOfMs(999.999_999_9)).toEqual([1, 0])
  expect(msOfHrTime([1_800_000_000, 500_000])).toBe(1_800_000_000_000.5)
})

test.each([
  [new Date(5), 5],
  [[1, 500_000_000], 1500],
  [1_800_000_000_000, 1_800_000_000_000],
])('reads %j as a time', (given, ms) => {
  expect(msOfTimeInput(given)).toBe(ms)
})

test.each([undefined, null, 'now', {}, Number.NaN, Number.POSITIVE_INFINITY, 9.3e15, new Date('x'), [1]])(
  '%j is no time that can be sent',
  (given) => {
    expect(msOfTimeInput(given)).toBeUndefined()
  },
)
