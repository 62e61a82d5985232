import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createExportDiagnostics } from '../../../src/export/statistics/export-diagnostics.ts'
import { type Diagnostic, flushTraces, init, onDiagnostic, shutdown } from '../../../src/index.ts'
import { resetDiagnosed } from '../../../src/runtime/diagnostics.ts'
import { partialSuccess, startOtlpHttp } from '../../support/collector.ts'
import { useFakeTimers } from '../../support/fake-timers.ts'
import { expectBooks, turn } from './books.ts'

const said: Diagnostic[] = []
let lines: string[] = []
let stop = (): void => {}
beforeEach(() => {
  resetDiagnosed()
  said.length = 0
  lines = []
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10')
})
afterEach(async () => {
  await shutdown({ timeoutMs: 100 })
  stop()
  vi.useRealTimers()
})
const codes = (): string[] => said.map(({ code }) => code)
const start = (endpoint: string) => init({ endpoint, protocol: 'http/protobuf', timeoutMs: 1000 })

describe('stderr', () => {
  test('has one line when delivery fails and one when it works again, and stdout none', async () => {
    const stdout = vi.spyOn(process.stdout, 'write')
    await using server = await startOtlpHttp({ answers: [503, 503] })
    start(server.url)
    turn()
    await flushTraces({ timeoutMs: 8000 })
    expect(stdout).not.toHaveBeenCalled()
    expect(lines).toEqual([
      `turnspan warn: Spans cannot be delivered to ${server.url}/v1/traces: HTTP 503. 2 spans are waiting in memory and will be retried. To see what answers there, run: curl -v '${server.url}/v1/traces' [TS_EXPORT_FAILED]\n`,
      `turnspan info: Spans are being delivered to ${server.url}/v1/traces again, including those that were waiting. [TS_EXPORT_RECOVERED]\n`,
    ])
  })

  test('has nothing of a delivery that works', async () => {
    await using server = await startOtlpHttp()
    start(server.url)
    turn()
    await flushTraces()
    expect(lines).toEqual([])
    expect(codes()).not.toContain('TS_EXPORT_RECOVERED')
  })

  test('has good news where there was bad news, and after it, however often they alternate', () => {
    useFakeTimers()
    const complaints = createExportDiagnostics({ name: 'http://a/v1/traces' })
    const told = (): string[] => lines.map((line) => /\[(\w+)\]/.exec(line)?.[1] ?? '')
    const flap = (): void => {
      complaints.failed({ kind: 'retry', reason: 'refused' }, { inMemory: 1, onDisk: 0 })
      vi.advanceTimersByTime(500)
      complaints.recovered()
      vi.advanceTimersByTime(500)
    }
    for (let i = 0; i < 65; i += 1) flap()
    const pair = ['TS_EXPORT_FAILED', 'TS_EXPORT_RECOVERED']
    expect(told()).toEqual([...pair, ...pair, ...pair])
    expect(codes().filter((code) => code === 'TS_EXPORT_RECOVERED')).toHaveLength(65)
    expect(lines[0]).toContain('1 span is waiting in memory and will be retried')
  })

  test('does not end with bad news when all is well', () => {
    useFakeTimers()
    const complaints = createExportDiagnostics({ name: 'http://a/v1/traces' })
    const fail = () => complaints.failed({ kind: 'retry', reason: 'refused' }, { inMemory: 3, onDisk: 9 })
    fail()
    vi.advanceTimersByTime(25_000)
    complaints.recovered()
    vi.advanceTimersByTime(6000)
    fail()
    vi.advanceTimersByTime(1000)
    complaints.recovered()
    expect(lines).toHaveLength(4)
    expect(lines[0]).toContain('3 spans in memory and 9 on disk are waiting')
    expect(lines.at(-1)).toContain('TS_EXPORT_RECOVERED')
  })
})

describe('beside success, an HTTP receiver', () => {
  test('may refuse some of the spans: the others are not sent again, and it is said', async () => {
    await using server = await startOtlpHttp({ answers: [partialSuccess(1, 'attribute limit\nexceeded')] })
    start(server.url)
    turn()
    const { sent, rejected } = await flushTraces()
    expect(sent + rejected).toBe(2)
    expectBooks(2)
    expect(server.requests.filter(({ path }) => path === '/v1/traces')).toHaveLength(1)
    expect(said.find(({ code }) => code === 'TS_PARTIAL_SUCCESS')).toMatchObject({
      level: 'error',
      data: { rejectedSpans: 1, reason: 'attribute limit exceeded' },
    })
    expect(lines.filter((line) => line.includes('TS_PARTIAL_SUCCESS'))).toHaveLength(1)
  })

  test('says so often what it says once on stderr', async () => {
    await using server = await startOtlpHttp({ afterwards: partialSuccess(2, 'quota') })
    start(server.url)
    for (let i = 0; i < 3; i += 1) {
      turn()
      await flushTraces()
    }
    expect(codes().filter((code) => code === 'TS_PARTIAL_SUCCESS')).toHaveLength(3)
    expect(lines.filter((line) => line.includes('TS_PARTIAL_SUCCESS'))).toHaveLength(1)
  })

  test('may have something to say, and everything is sent', async () => {
    await using server = await startOtlpHttp({ answers: [partialSuccess(0, 'use the new endpoint')] })
    start(server.url)
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 2, rejected: 0, queued: 0 })
    expect(codes()).not.toContain('TS_PARTIAL_SUCCESS')
    expect(lines.join('')).toContain('accepted spans with a warning: use the new endpoint.')
  })

  test.each([
    ['text/plain', 'OK'],
    ['application/json', '{"status":"ok"}'],
  ])('may answer success in words of its own (%s), which is said once', async (type, body) => {
    await using server = await startOtlpHttp({ afterwards: { headers: { 'content-type': type }, body } })
    start(server.url)
    turn()
    await flushTraces()
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 4, rejected: 0, queued: 0 })
    const doubts = said.filter(({ code }) => code === 'TS_ANSWER_UNKNOWN')
    expect(doubts).toHaveLength(1)
    expect(doubts[0]?.message).toContain(body)
  })

  test.each([
    ['in JSON', { headers: { 'content-type': 'application/json' }, body: '{"partialSuccess":{}}' }],
    ['with 202 and no body', { status: 202 }],
    ['with 204', { status: 204 }],
  ])('may answer %s', async (_, answer) => {
    await using server = await startOtlpHttp({ afterwards: answer })
    start(server.url)
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 2, rejected: 0, queued: 0 })
    expect(lines).toEqual([])
  })
})
