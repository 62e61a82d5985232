import { gzipSync } from 'node:zlib'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Diagnostic, flushTraces, init, onDiagnostic, shutdown, stats } from '../../../src/index.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { makeCertificates, type TestCertificates } from '../../support/tls.ts'
import { expectBooks, expectTurns, turn, withoutLeak } from './books.ts'
import {
  answering,
  answeringEndlessly,
  answeringThenClosing,
  closing,
  type Fault,
  resetting,
  silent,
  startFaultyPort,
} from './faulty-port.ts'

const said: Diagnostic[] = []
let stop = (): void => {}
beforeEach(() => {
  said.length = 0
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10')
})
afterEach(async () => {
  await shutdown({ timeoutMs: 100 })
  stop()
})

const start = (endpoint: string, more: Parameters<typeof init>[0] = {}) =>
  init({ endpoint, protocol: 'http/protobuf', timeoutMs: 300, captureContent: true, ...more })
const failure = (): string => said.find(({ code }) => code === 'TS_EXPORT_FAILED')?.message ?? ''

const head = (status: string, ...headers: string[]): string =>
  [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n')
const protobuf = 'content-type: application/x-protobuf'
const sized = (body: Uint8Array | string, ...headers: string[]): Buffer =>
  Buffer.concat([
    Buffer.from(head('200 OK', `content-length: ${Buffer.byteLength(body)}`, ...headers)),
    Buffer.from(body),
  ])
const later = (value: string): Fault =>
  answering(head('429 Too Many Requests', `retry-after: ${value}`, 'content-length: 0'))

const bomb = gzipSync(Buffer.alloc(20_000_000))

const FAULTS: readonly (readonly [name: string, fault: Fault, says: RegExp])[] = [
  ['accepts and never answers', silent, /no complete answer within 300 ms/],
  [
    'answers a byte at a time',
    answeringEndlessly('HTTP/1.1 200 OK\r\n', 'x', 20),
    /no complete answer within 300 ms/,
  ],
  [
    'sends its body a byte at a time',
    answeringEndlessly(head('200 OK', protobuf, 'content-length: 1000'), '\0', 20),
    /no complete answer within 300 ms/,
  ],
  ['closes before it answers', closing, /closed before the answer was complete/],
  ['resets the connection', resetting, /closed before the answer was complete/],
  ['closes within its headers', answeringThenClosing('HTTP/1.1 200 OK\r\ncontent-'), /closed|does not speak/],
  [
    'closes within its body',
    answeringThenClosing(`${head('200 OK', protobuf, 'content-length: 100')}\n`),
    /closed before the answer was complete/,
  ],
  ['speaks no HTTP', answering('220 mail.example ESMTP\r\n'), /does not speak HTTP/],
  [
    'answers 200 with a web page',
    answering(sized('<!DOCTYPE html><p>Log in', 'content-type: text/html')),
    /a web page/,
  ],
  ['answers 200 with a web page of another type', answering(sized(' <html></html>')), /a web page/],
  [
    'answers 200 with bytes that are no answer',
    answering(sized(Buffer.alloc(500, 0xff), protobuf)),
    /something else/,
  ],
  ['answers 200 with a long text', answering(sized('no '.repeat(500))), /something else/],
  [
    'answers 200 as the health check of a Collector',
    answering(
      sized(
        '{"status":"Server available","upSince":"2026-01-01T00:00:00Z"}',
        'content-type: application/json',
      ),
    ),
    /health report/,
  ],
  [
    'answers without an end',
    answeringEndlessly(head('200 OK', protobuf), Buffer.alloc(65_536)),
    /more than 64 kB/,
  ],
  [
    'answers with an error without an end',
    answeringEndlessly(head('503 Unavailable'), Buffer.alloc(65_536, 'x')),
    /HTTP 503: x{200}…/,
  ],
  [
    'answers with what inflates without an end',
    answering(sized(bomb, protobuf, 'content-encoding: gzip')),
    /cannot be decompressed/,
  ],
  [
    'answers in an encoding nobody knows',
    answering(sized('x', 'content-encoding: zstd')),
    /cannot be decompressed/,
  ],
  [
    'sends headers without an end',
    answeringEndlessly('HTTP/1.1 200 OK\r\n', `a: ${'x'.repeat(1000)}\r\n`),
    /headers of the answer are too large/,
  ],
  [
    'says without an end that it will answer',
    answeringEndlessly('', 'HTTP/1.1 102 Processing\r\n\r\n', 1),
    /no complete answer within 300 ms/,
  ],
  [
    'changes to a protocol that nobody asked for',
    answering(head('101 Switching Protocols', 'connection: upgrade', 'upgrade: other')),
    /closed before the answer was complete/,
  ],
  [
    'sends chunks that are none',
    answering(`${head('200 OK', 'transfer-encoding: chunked')}zz\r\n`),
    /does not speak HTTP/,
  ],
  ['asks for patience of three thousand years', later('99999999999'), /HTTP 429/],
  ['asks for patience of less than none', later('-5'), /HTTP 429/],
  ['asks for patience until a day of the past', later('Thu, 01 Jan 1970 00:00:00 GMT'), /HTTP 429/],
  ['asks for patience by a word', later('soon'), /HTTP 429/],
]

describe('a server that turns bad, and comes to its senses, gets every span', () => {
  test.each(FAULTS)('%s', (_, fault, says) =>
    withoutLeak(async () => {
      await using good = await startOtlpHttp()
      await using faulty = await startFaultyPort(good.port)
      start(`http://127.0.0.1:${faulty.port}`)
      turn()
      expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0 })
      faulty.turnBad(fault, 1)
      turn()
      expect(await flushTraces({ timeoutMs: 10_000 })).toMatchObject({
        sent: 4,
        queued: 0,
        rejected: 0,
        dropped: {},
      })
      expectBooks(4)
      expectTurns(good.spans(), 2)
      expect(failure()).toMatch(says)
      expect(said.map(({ code }) => code)).toContain('TS_EXPORT_RECOVERED')
      await shutdown({ timeoutMs: 0 })
      expect(faulty.written()).toBeLessThan(10_000_000)
    }),
  )

  test.each(FAULTS.filter(([name]) => /never answers|web page$|without an end|its body/.test(name)))(
    'as it was bad from the start: %s',
    (_, fault) =>
      withoutLeak(async () => {
        await using good = await startOtlpHttp()
        await using faulty = await startFaultyPort(good.port, (n) => (n === 0 ? fault : undefined))
        start(`http://127.0.0.1:${faulty.port}`)
        turn()
        const report = await flushTraces({ timeoutMs: 10_000 })
        expect(report).toMatchObject({ sent: 2, queued: 0, rejected: 0, dropped: {} })
        expectBooks(2)
        expectTurns(good.spans(), 1)
        await shutdown({ timeoutMs: 0 })
        expect(faulty.written()).toBeLessThan(20_000_000)
      }),
  )
})

describe('a connection over TLS that comes to nothing', () => {
  let certificates: TestCertificates
  beforeAll(async () => {
    certificates = await makeCertificates()
    return () => certificates.remove()
  })

  test.each([
    ['never shakes hands', silent, /no complete answer within 300 ms/],
    ['is closed in the handshake', closing, /closed/],
    ['is reset in the handshake', resetting, /closed/],
    ['does not speak TLS', answering('HTTP/1.1 400 Bad Request\r\n\r\n'), /does not speak TLS/],
    [
      'stops within a record',
      answering(Buffer.from([0x16, 3, 3, 0x40, 0])),
      /no complete answer within 300 ms/,
    ],
  ] as const)('%s', (_, fault, says) =>
    withoutLeak(async () => {
      await using good = await startOtlpHttp({ tls: { certificates } })
      await using faulty = await startFaultyPort(good.port)
      start(`https://localhost:${faulty.port}`, { caFile: certificates.caFile })
      turn()
      expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0 })
      faulty.turnBad(fault, 1)
      turn()
      expect(await flushTraces({ timeoutMs: 10_000 })).toMatchObject({ sent: 4, queued: 0 })
      expectBooks(4)
      expectTurns(good.spans(), 2)
      expect(failure()).toMatch(says)
      await shutdown({ timeoutMs: 0 })
    }),
  )
})

test('a server that resets every second connection gets every span', () =>
  withoutLeak(async () => {
    await using good = await startOtlpHttp({ afterwards: { headers: { connection: 'close' } } })
    await using faulty = await startFaultyPort(good.port, (n) => (n % 2 === 0 ? resetting : undefined))
    start(`http://127.0.0.1:${faulty.port}`)
    const TURNS = 8
    for (let i = 0; i < TURNS; i += 1) {
      turn()
      await flushTraces({ timeoutMs: 8000 })
    }
    expect(stats()).toMatchObject({ sent: 2 * TURNS, queued: 0, rejected: 0, dropped: {} })
    expectBooks(2 * TURNS)
    expectTurns(good.spans(), TURNS)
    expect(faulty.connections()).toBeGreaterThanOrEqual(2 * TURNS)
    await shutdown({ timeoutMs: 0 })
  }))

test.each([302, 307])(
  'a redirect by %i to another host takes neither spans nor credentials there',
  (status) =>
    withoutLeak(async () => {
      await using other = await startOtlpHttp()
      const location = `http://localhost:${other.port}/v1/traces`
      await using good = await startOtlpHttp({ answers: [{ status, headers: { location } }] })
      start(good.url, { headers: { authorization: 'Bearer secret', 'x-api-key': 'secret' } })
      turn()
      expect(await flushTraces({ timeoutMs: 10_000 })).toMatchObject({ sent: 2, queued: 0 })
      expect(other.requests).toEqual([])
      expectTurns(good.spans(), 1)
      expect(failure()).toMatch(/Redirects are not followed/)
      await shutdown({ timeoutMs: 0 })
    }),
)

test('what a server repeats of our headers is in no message', async () => {
  const token = 'very-secret-token'
  await using good = await startOtlpHttp({
    answers: [{ status: 403, body: `Bearer ${token} may not write; neither may ${token}.\u001b[31m` }],
  })
  start(good.url, { headers: { authorization: `Bearer ${token}` } })
  turn()
  await flushTraces({ timeoutMs: 10_000 })
  expect(failure()).toContain('HTTP 403: [header] may not write; neither may [header].')
  expect(JSON.stringify(said)).not.toContain(token)
  expect(JSON.stringify(said)).not.toContain('\\u001b')
})
