import type { ServerHttp2Stream } from 'node:http2'
import { deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Diagnostic, flushTraces, init, onDiagnostic, shutdown } from '../../../src/index.ts'
import { partialSuccess } from '../../support/collector.ts'
import { expectBooks, expectTurns, turn, withoutLeak } from './books.ts'
import { answering, closing, type Fault, resetting, silent, startFaultyPort } from './faulty-port.ts'
import { answeringWith, type CallFault, framed, OK, startHostileGrpc } from './grpc-server.ts'

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

const failure = (): string => said.find(({ code }) => code === 'TS_EXPORT_FAILED')?.message ?? ''
const codes = (): string[] => said.map(({ code }) => code)

const endless = (stream: ServerHttp2Stream): void => {
  stream.respond(OK)
  const more = (): void => {
    if (stream.destroyed) return
    if (stream.write(Buffer.alloc(65_536))) setImmediate(more)
    else stream.once('drain', more)
  }
  more()
}
const dripping = (stream: ServerHttp2Stream): void => {
  stream.respond(OK)
  const timer = setInterval(() => stream.write(Buffer.alloc(1)), 20)
  stream.once('close', () => clearInterval(timer))
}

const CALLS: readonly (readonly [name: string, fault: CallFault, says: RegExp])[] = [
  ['takes the message and never answers', () => {}, /no answer within 300 ms/],
  ['answers, and never ends', (stream) => stream.respond(OK), /no answer within 300 ms/],
  ['sends its message a byte at a time', dripping, /no answer within 300 ms/],
  ['answers without an end', endless, /more than 64 kB/],
  [
    'closes the connection within its answer',
    (stream) => {
      stream.respond(OK)
      stream.write(framed(Buffer.alloc(10)).subarray(0, 8))
      setTimeout(() => stream.session?.destroy(), 20)
    },
    /gRPC/,
  ],
  [
    'ends its answer without a status',
    (stream) => {
      stream.respond(OK)
      stream.end(framed(new Uint8Array()))
    },
    /closed before the answer was complete/,
  ],
  ['resets the call', (stream) => stream.close(2), /gRPC/],
  ['refuses the call', (stream) => stream.close(7), /gRPC/],
  ['goes away', (stream) => stream.session?.goaway(0), /no answer within 300 ms/],
  ['goes away with an error', (stream) => stream.session?.destroy(undefined, 11), /gRPC/],
  [
    'sends a flood of headers',
    (stream) =>
      stream.respond({
        ...OK,
        ...Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`x-${i}`, 'y'.repeat(20)])),
      }),
    /gRPC/,
  ],
  ...['x', '', '0x0', '0.0', '-0', '99999999999', 'OK'].map(
    (status) =>
      [
        `has the status "${status}"`,
        answeringWith(new Uint8Array(), { 'grpc-status': status }),
        /gRPC: an answer with the status/,
      ] as const,
  ),
  [
    'asks for patience of three thousand years',
    answeringWith(new Uint8Array(), {
      'grpc-status': '14',
      'grpc-status-details-bin': patience(99_999_999_999),
    }),
    /UNAVAILABLE/,
  ],
]

function patience(seconds: number): string {
  const digits: number[] = []
  for (let rest = seconds; rest > 0; rest = Math.floor(rest / 128)) digits.push((rest % 128) | 0x80)
  digits.push(0)
  const field = (number: number, body: Buffer): Buffer =>
    Buffer.concat([Buffer.from([number * 8 + 2, body.length]), body])
  const duration = field(1, Buffer.from([0x08, ...digits]))
  const type = field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo'))
  return field(3, Buffer.concat([type, field(2, duration)])).toString('base64')
}

describe('a gRPC server that comes to its senses gets every span', () => {
  test.each(CALLS)('%s', (_, fault, says) =>
    withoutLeak(async () => {
      await using server = await startHostileGrpc((call) => (call === 0 ? fault : undefined))
      init({ endpoint: `http://127.0.0.1:${server.port}`, timeoutMs: 300 })
      turn()
      const report = await flushTraces({ timeoutMs: 10_000 })
      expect(report).toMatchObject({ sent: 2, queued: 0, rejected: 0, dropped: {} })
      expectBooks(2)
      expectTurns(server.spans(), 1)
      expect(failure()).toMatch(says)
      expect(codes()).not.toContain('TS_PROTOCOL_SWITCHED')
      await shutdown({ timeoutMs: 0 })
      expect(server.written()).toBeLessThan(10_000_000)
    }),
  )

  const CONNECTIONS: readonly (readonly [name: string, fault: Fault])[] = [
    ['is silent', silent],
    ['closes at once', closing],
    ['resets', resetting],
    ['speaks something else', answering('220 mail.example ESMTP\r\n')],
    ['sends frames that are none', answering(Buffer.alloc(1000, 0xff))],
    ['sends its settings and no more', answering(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))],
  ]
  test.each(CONNECTIONS)('after a connection that %s', (_, fault) =>
    withoutLeak(async () => {
      await using server = await startHostileGrpc(() => undefined)
      await using faulty = await startFaultyPort(server.port, (n) => (n < 2 ? fault : undefined))
      init({ endpoint: `http://127.0.0.1:${faulty.port}`, protocol: 'grpc', timeoutMs: 300 })
      turn()
      expect(await flushTraces({ timeoutMs: 10_000 })).toMatchObject({ sent: 2, queued: 0, dropped: {} })
      expectBooks(2)
      expectTurns(server.spans(), 1)
      await shutdown({ timeoutMs: 0 })
    }),
  )
})

describe('a code that nobody knows', () => {
  const fault = answeringWith(new Uint8Array(), { 'grpc-status': '77', 'grpc-message': 'odd' })

  test('for every span is a fault of the server, and all of them wait', async () => {
    await using server = await startHostileGrpc(() => fault)
    init({ endpoint: `http://127.0.0.1:${server.port}`, timeoutMs: 300 })
    turn()
    expect(await flushTraces({ timeoutMs: 1000 })).toMatchObject({ sent: 0, queued: 2, rejected: 0 })
    expectBooks(2)
    expect(failure()).toContain('gRPC code 77: odd')
  })

  test('for one span is tried again, and sets that span aside with the code', async () => {
    let tries = 0
    await using server = await startHostileGrpc((_, spans) => {
      const bad = spans.some(({ name }) => name === 'tool:t')
      if (bad && spans.length === 1) tries += 1
      return bad ? fault : undefined
    })
    init({ endpoint: `http://127.0.0.1:${server.port}`, timeoutMs: 300 })
    turn()
    expect(await flushTraces({ timeoutMs: 5000 })).toMatchObject({ sent: 1, queued: 0, rejected: 1 })
    expectBooks(2)
    expect(tries).toBeGreaterThan(1)
    const rejected = said.find(({ code }) => code === 'TS_SPAN_REJECTED')
    expect(rejected?.data.reason).toBe('gRPC code 77: odd')
  })
})

describe('beside success, a gRPC server', () => {
  const says = (fault: CallFault) => async (): Promise<void> => {
    await using server = await startHostileGrpc(() => fault)
    init({ endpoint: `http://127.0.0.1:${server.port}`, timeoutMs: 1000 })
    turn()
    const report = await flushTraces({ timeoutMs: 5000 })
    expect(report.sent + report.rejected).toBe(2)
    expectBooks(2)
    expect(server.calls()).toBe(1)
    await shutdown({ timeoutMs: 100 })
  }
  const partial = (count: number, message: string): Uint8Array =>
    Buffer.from(partialSuccess(count, message).body ?? '')

  test('may refuse some of the spans, which is said', async () => {
    await says(answeringWith(framed(partial(1, 'quota'))))()
    const diagnostic = said.find(({ code }) => code === 'TS_PARTIAL_SUCCESS')
    expect(diagnostic).toMatchObject({ level: 'error', data: { rejectedSpans: 1, reason: 'quota' } })
  })

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const)('may say it compressed by %s', async (encoding, compress) => {
    const frame = framed(compress(partial(1, 'quota')))
    frame[0] = 1
    await says((stream) => {
      stream.respond({ ...OK, 'grpc-encoding': encoding }, { waitForTrailers: true })
      stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(frame)
    })()
    expect(said.find(({ code }) => code === 'TS_PARTIAL_SUCCESS')).toMatchObject({
      data: { rejectedSpans: 1, reason: 'quota' },
    })
  })

  test('may have something to say', async () => {
    await says(answeringWith(framed(partial(0, 'old version'))))()
    expect(said.find(({ code }) => code === 'TS_RECEIVER_WARNING')?.message).toContain('old version')
    expect(codes()).not.toContain('TS_PARTIAL_SUCCESS')
  })

  test.each([
    ['a message that is none', framed(Buffer.alloc(100, 0xff))],
    ['a frame that is cut off', framed(Buffer.alloc(100)).subarray(0, 3)],
    ['a frame longer than what follows', framed(Buffer.alloc(100)).subarray(0, 50)],
    ['a frame that says it is compressed', Buffer.concat([Buffer.from([1]), Buffer.alloc(50, 1)])],
    ['no frame', new Uint8Array()],
  ])('may send %s', async (_, body) => {
    await says(answeringWith(body))()
    expect(codes().filter((code) => code !== 'TS_EXPERIMENT')).toEqual([])
  })
})
