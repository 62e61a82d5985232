import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { startNode } from '../support/child.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { until } from '../support/until.ts'
import { type ExitRun, exitApp, runToEnd } from './program.ts'

const WAYS: readonly { readonly way: string; readonly signal?: NodeJS.Signals }[] = [
  { way: 'natural' },
  { way: 'exit 0' },
  { way: 'throw' },
  { way: 'stay', signal: 'SIGTERM' },
]

let app: BuiltApp
let receiver: OtlpHttpCollector

beforeAll(async () => {
  app = await exitApp()
}, 600_000)
afterAll(() => app?.remove())
beforeEach(async () => {
  receiver = await startOtlpHttp()
  return () => receiver.stop()
})

const env = (watchdog?: string): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  ...(watchdog !== undefined && { TURNSPAN_WATCHDOG: watchdog }),
})
const lines = (stderr: string, code: string): string[] =>
  stderr.split('\n').filter((line) => line.endsWith(`[${code}]`))

describe.each(WAYS)('a process with an open span that ends by: $way', ({ way, signal }) => {
  const run = (watchdog?: string): ExitRun => ({ args: [way], signal, env: env(watchdog) })

  it('says which, and sends those that ended', async () => {
    const { stderr } = await runToEnd(app, 'open.mjs', run())
    expect(lines(stderr, 'TS_SPANS_OPEN')).toEqual([
      expect.stringMatching(/^turnspan warn: 1 span was open when the process ended.*"turn" of trace/),
    ])
    expect(receiver.spans().map(({ name }) => name)).toEqual(['step'])
  })

  it('sends what is open where that is asked for', async () => {
    const { stderr } = await runToEnd(app, 'open.mjs', run('export'))
    expect(lines(stderr, 'TS_EXIT_LOST')).toEqual([])
    expect(lines(stderr, 'TS_SPANS_OPEN')[0]).toContain('was sent as still running')
    const spans = receiver.spans()
    expect(spans.map(({ name }) => name).sort()).toEqual(['step', 'turn'])
    const [step, turn] = [
      spans.find(({ name }) => name === 'step'),
      spans.find(({ name }) => name === 'turn'),
    ]
    expect(turn?.attributes['turnspan.open']).toBe(true)
    expect(step?.parentSpanId).toBe(turn?.spanId)
  })

  it('says nothing with the watchdog off', async () => {
    const { stderr } = await runToEnd(app, 'open.mjs', run('false'))
    expect(stderr).not.toMatch(/^turnspan /m)
  })
})

it('hears a signal while a span is open and all others have arrived', async () => {
  const child = startNode(app.program('open.mjs'), { cwd: app.dir, args: ['wait'], env: env('export') })
  await until(() => (receiver.spans().length === 1 ? true : undefined), { what: 'the span that ended' })
  child.kill('SIGTERM')
  expect(await child.result).toMatchObject({ code: null, signal: 'SIGTERM', stdout: 'ready\n' })
  expect(receiver.spans().map(({ name }) => name)).toEqual(['step', 'turn'])
})

it('names the line on which an overdue span was started', async () => {
  const child = startNode(app.program('open.mjs'), { cwd: app.dir, args: ['wait'], env: env('100') })
  const line = await until(() => lines(child.stderr(), 'TS_SPAN_NOT_ENDED')[0], { what: 'the watchdog' })
  child.kill('SIGTERM')
  await child.result
  expect(line).toMatch(
    /"turn" of trace [0-9a-f]{32}, open for \d+ \w+, started at beginTurn \(.*open\.mjs:6:10\)/,
  )
})
