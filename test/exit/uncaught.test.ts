import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { endsUntraced, exitApp, runToEnd } from './program.ts'

let app: BuiltApp
let receiver: OtlpHttpCollector
beforeAll(async () => {
  app = await exitApp()
  receiver = await startOtlpHttp()
}, 600_000)
afterAll(async () => {
  await app?.remove()
  await receiver?.stop()
})

const run = (way: string) => ({
  args: [way],
  env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
})

describe('the report of an error that nobody catches', () => {
  it.each(['withSpan', 'withSpan inside of withAgent', 'trace', 'a method', 'a generator'])(
    'of %s begins with the error, and shows no line of ours before it',
    async (way) => {
      const traced = await runToEnd(app, 'uncaught.cjs', run(way))
      expect(traced).toMatchObject({ code: 1, signal: null, stdout: '' })
      expect(traced.stderr.trimStart()).toMatch(/^(?:Error|OwnError): boom\n {4}at boom \(\S*uncaught\.cjs:/)
    },
  )

  it.each([
    'withFlush',
    'a span by hand',
    'a rejection of withSpan',
    'a rejection of trace',
    'a rejection of withAgent',
    'a rejection of a tool',
  ])('of %s begins as it does untraced', async (way) => {
    const [traced, untraced] = await Promise.all([
      runToEnd(app, 'uncaught.cjs', run(way)),
      endsUntraced(app, 'uncaught.cjs', run(way)),
    ])
    const head = (text: string): string[] => text.split('\n').slice(0, 6)
    expect(traced.code).toBe(1)
    expect(head(traced.stderr)).toEqual(head(untraced.stderr))
    expect(traced.stderr).toMatch(/uncaught\.cjs:\d+\n/)
  })
})
