import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { backoffMs } from '../../../src/export/queue/backoff.ts'
import { flushTraces, init, shutdown } from '../../../src/index.ts'
import { retryAfterMs } from '../../../src/runtime/retry-after.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { turn } from './books.ts'

describe('what a server asks to wait', () => {
  const now = Date.parse('2026-11-21T12:00:00Z')
  test.each([
    ['2', 2000],
    ['1.5', 1500],
    [' 3 ', 3000],
    ['Sat, 21 Nov 2026 12:00:09 GMT', 9000],
    ['Fri, 20 Nov 2026 12:00:09 GMT', undefined],
    ['0', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    ['Infinity', undefined],
    ['1e999', undefined],
    [undefined, undefined],
  ])('is %o: %o ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms)
  })

  test('is never less than a tenth of a second, nor more than five minutes', () => {
    expect(backoffMs(0, { askedMs: 0 })).toBe(100)
    expect(backoffMs(0, { askedMs: 1e15 })).toBe(300_000)
    expect(backoffMs(9, { askedMs: retryAfterMs('99999999999', now) })).toBe(300_000)
    expect(backoffMs(9, { askedMs: Number.NaN })).toBeGreaterThan(0)
  })

  test('is at most half a minute where it asks for nothing, and a minute where a person has to act', () => {
    for (let attempt = 0; attempt < 2000; attempt += 1) {
      expect(backoffMs(attempt)).toBeLessThanOrEqual(36_000)
      expect(backoffMs(attempt)).toBeGreaterThanOrEqual(400)
      expect(backoffMs(attempt, { slow: true })).toBeLessThanOrEqual(72_000)
    }
  })
})

describe('flushTraces', () => {
  beforeEach(() => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10')
  })
  afterEach(() => shutdown({ timeoutMs: 100 }))

  test.each(['hang', { status: 429, headers: { 'retry-after': '3600' } }] as const)(
    'takes no longer than its own time, whatever a server does (%o)',
    async (afterwards) => {
      await using server = await startOtlpHttp({ afterwards })
      init({ endpoint: server.url, protocol: 'http/protobuf' })
      turn()
      const began = performance.now()
      expect(await flushTraces({ timeoutMs: 700 })).toMatchObject({ sent: 0, queued: 2 })
      expect(performance.now() - began).toBeLessThan(1500)
    },
  )
})
