import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../src/export/statistics/export-statistics.ts'
import type { BuiltApp } from '../support/built.ts'
import { startOtlpHttp } from '../support/collector.ts'
import { exitApp, runToEnd } from './program.ts'

let app: BuiltApp
beforeAll(async () => {
  app = await exitApp()
}, 120_000)
afterAll(() => app[Symbol.asyncDispose]())

interface Said {
  readonly produced: Report
  readonly flushed: Report
}

/** More than twice what the memory of the program's queue holds. */
const SPANS = 5000

async function burst(url: string, pauseUs: number): Promise<Said> {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }
  const args = [String(SPANS), String(pauseUs)]
  const result = await runToEnd(app, 'burst.mjs', { args, env, timeoutMs: 60_000 })
  expect(result.code).toBe(0)
  return JSON.parse(result.stdout) as Said
}

const dropped = ({ dropped: reasons }: Report): number =>
  Object.values(reasons).reduce((total, n) => total + n, 0)

describe('a program that never lets the event loop turn', () => {
  test('is sent for by another thread, so that more than its memory arrives', async () => {
    await using server = await startOtlpHttp()
    const { produced, flushed } = await burst(server.url, 800)
    expect(produced.sent).toBeGreaterThan(SPANS / 4)
    expect(flushed).toMatchObject({ sent: SPANS, queued: 0, rejected: 0, dropped: {} })
    const ids = server.spans().map(({ spanId }) => spanId)
    expect(ids.length).toBe(SPANS)
    expect(new Set(ids).size).toBe(SPANS)
  }, 90_000)

  test('loses what does not fit when nobody takes it, and counts that exactly', async () => {
    await using server = await startOtlpHttp({ afterwards: 503 })
    const { produced, flushed } = await burst(server.url, 50)
    expect(produced.sent).toBe(0)
    expect(produced.queued + dropped(produced)).toBe(SPANS)
    expect(dropped(produced)).toBeGreaterThan(SPANS / 4)
    expect(flushed.sent + flushed.queued + flushed.rejected + dropped(flushed)).toBe(SPANS)
  }, 90_000)
})
