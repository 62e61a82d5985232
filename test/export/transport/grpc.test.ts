import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Http2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type Diagnostic,
  flushTraces,
  type InitOptions,
  init,
  onDiagnostic,
  shutdown,
  stats,
  withAgent,
  withSpan,
  withTool,
} from '../../../src/index.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import type { DecodedSpan } from '../../support/decoded-span.ts'
import { type OtlpGrpcOptions, type OtlpGrpcServer, startOtlpGrpc } from '../../support/otlp-grpc-server.ts'
import { freePort } from '../../support/server-process.ts'
import { makeCertificates, type TestCertificates } from '../../support/tls.ts'
import { until } from '../../support/until.ts'
import { answeringWith, startHostileGrpc } from '../hostile/grpc-server.ts'

const said: Diagnostic[] = []
let stop = (): void => {}
beforeEach(() => {
  said.length = 0
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '20')
})
afterEach(async () => {
  await shutdown({ timeoutMs: 100 })
  stop()
})

const codes = (): string[] => said.map(({ code }) => code)
/** The first complaint that spans cannot be delivered; whoever is slow today. */
const complaint = async (): Promise<Diagnostic> => {
  void flushTraces({ timeoutMs: 100 })
  return until(() => said.find(({ code }) => code === 'TS_EXPORT_FAILED'), { what: 'a complaint' })
}
const HELD = { sent: 0, queued: 2, rejected: 0, dropped: {} }

const turn = (): number =>
  withAgent({ agent: 'a', model: 'gpt-5', provider: 'openai', sessionId: 's', user: 'u', input: 'hi' }, () =>
    withTool({ tool: 't', arguments: { x: 1 } }, () => 1),
  )
const TURN = ['agent:a', 'tool:t']
const names = (spans: readonly DecodedSpan[]): string[] => spans.map(({ name }) => name).sort()

const start = (server: Pick<OtlpGrpcServer, 'grpcUrl'>, more: InitOptions = {}) =>
  init({ endpoint: server.grpcUrl, protocol: 'grpc', captureContent: true, serviceName: 'app', ...more })

/** One server for the tests that need nothing else of it; its plan and its calls are theirs in turn. */
let shared: OtlpGrpcServer
let before = 0
beforeAll(async () => {
  shared = await startOtlpGrpc()
}, 180_000)
afterAll(() => shared?.stop())
beforeEach(async () => {
  await shared.answer([])
  before = (await shared.calls()).length
})
const calls = async () => (await shared.calls()).slice(before)
const spans = async () => (await calls()).filter(({ accepted }) => accepted).flatMap((call) => call.spans)

describe('what a gRPC call carries', () => {
  test('spans, with the resource and the scope, in one call', async () => {
    const status = start(shared)
    expect(status).toMatchObject({ enabled: true, protocol: 'grpc', target: shared.grpcUrl })
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0, rejected: 0, dropped: {} })
    const [call, ...others] = await calls()
    expect(others).toEqual([])
    expect(names(call?.spans ?? [])).toEqual(TURN)
    expect(call?.spans[0]?.resource['service.name']).toBe('app')
    expect(call?.spans[0]?.scope.name).toBe('turnspan')
  })

  test('headers, experiment, workspace and token as metadata', async () => {
    start(shared, { headers: { 'x-team': 'a' }, experimentId: '42', workspace: 'team-a', token: 'secret' })
    turn()
    await flushTraces()
    const [call] = await calls()
    expect(call?.metadata).toMatchObject({
      'x-team': 'a',
      'x-mlflow-experiment-id': '42',
      'x-mlflow-workspace': 'team-a',
      authorization: 'Bearer secret',
    })
  })

  test('messages compressed by gzip where that is asked for', async () => {
    start(shared, { compression: 'gzip' })
    turn()
    await flushTraces()
    expect(names(await spans())).toEqual(TURN)
  })

  test('spans that are larger together than a gRPC receiver takes at once', async () => {
    start(shared, { limits: { maxValueBytes: 1_000_000, maxSpanBytes: 1_000_000 } })
    for (let i = 0; i < 12; i += 1) {
      withSpan((span) => span.setInputs('x'.repeat(900_000)), { name: `large ${i}` })
    }
    expect(await flushTraces()).toMatchObject({ sent: 12, queued: 0, rejected: 0, dropped: {} })
    expect(new Set(names(await spans())).size).toBe(12)
    expect((await calls()).length).toBeLessThan(12)
  })

  test("the same spans as OpenTelemetry's own exporter", async () => {
    await using other = await startOtlpGrpc()
    start(shared, { exporters: [new OTLPTraceExporter({ url: other.grpcUrl })] })
    turn()
    const fail = (): never => {
      throw new RangeError('no such thing')
    }
    expect(() =>
      withSpan(fail, { name: 'failing', links: [], attributes: { 'a.list': [1, 2], 'a.float': 0.5 } }),
    ).toThrow(RangeError)
    expect(await flushTraces()).toMatchObject({ sent: 3, queued: 0 })
    const byId = (all: readonly DecodedSpan[]): DecodedSpan[] =>
      [...all].sort((a, b) => a.spanId.localeCompare(b.spanId))
    const ours = byId(await spans())
    expect(ours).toHaveLength(3)
    expect(ours).toEqual(byId(await other.spans()))
  })
})

describe('over TLS', () => {
  let certificates: TestCertificates
  beforeAll(async () => {
    certificates = await makeCertificates()
  })
  afterAll(() => certificates.remove())

  const tlsServer = (more: Partial<OtlpGrpcOptions['tls']> = {}): Promise<OtlpGrpcServer> =>
    startOtlpGrpc({ tls: { certificates, ...more } })

  test('trusts a private authority that is named', async () => {
    await using server = await tlsServer()
    start(server, { caFile: certificates.caFile })
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0 })
    expect(names(await server.spans())).toEqual(TURN)
  })

  test('shows a client certificate', async () => {
    await using server = await tlsServer({ requireClientCert: true })
    const { caFile, clientCertFile, clientKeyFile } = certificates
    start(server, { caFile, clientCertFile, clientKeyFile })
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0 })
    expect(names(await server.spans())).toEqual(TURN)
  })

  test('holds the spans where the authority is not trusted, and says so', async () => {
    await using server = await tlsServer()
    start(server)
    turn()
    await complaint()
    expect(stats()).toMatchObject(HELD)
    expect(codes()).not.toContain('TS_PROTOCOL_SWITCHED')
    expect(await server.calls()).toEqual([])
  })

  test('takes any certificate where that is asked for', async () => {
    await using server = await tlsServer()
    start(server, { insecureTls: true })
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0 })
  })

  test('changes to HTTP where the server speaks no HTTP/2', async () => {
    await using server = await startOtlpHttp({ tls: { certificates } })
    init({ endpoint: server.url, caFile: certificates.caFile })
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0, dropped: {} })
    expect(names(server.spans())).toEqual(TURN)
    expect(codes().filter((code) => code === 'TS_PROTOCOL_SWITCHED')).toHaveLength(1)
  })
})

describe('what a gRPC server answers', () => {
  test.each([
    'CANCELLED',
    'DEADLINE_EXCEEDED',
    'ABORTED',
    'OUT_OF_RANGE',
    'UNAVAILABLE',
    'DATA_LOSS',
  ] as const)('%s costs nothing once the server is well again', async (code) => {
    await shared.answer([code, code])
    start(shared)
    turn()
    expect(await flushTraces({ timeoutMs: 8000 })).toMatchObject({
      sent: 2,
      queued: 0,
      rejected: 0,
      dropped: {},
    })
    expect((await calls()).map((call) => call.code)).toEqual([code, code, 'OK'])
    expect(said.find((each) => each.code === 'TS_EXPORT_FAILED')?.message).toContain(code)
    expect(codes()).toContain('TS_EXPORT_RECOVERED')
  })

  test.each(['RESOURCE_EXHAUSTED', 'UNAVAILABLE'] as const)(
    '%s is asked again when it says',
    async (code) => {
      await shared.answer([{ code, retryAfterMs: 1300 }])
      start(shared)
      turn()
      await until(async () => ((await spans()).length === 2 ? true : undefined), { what: 'the second call' })
      const [first, second] = await calls()
      const waited = ((second?.time ?? 0) - (first?.time ?? 0)) * 1000
      expect(waited).toBeGreaterThan(1250)
      expect(waited).toBeLessThan(3000)
    },
  )

  test('UNAUTHENTICATED has the token file read again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'turnspan-token-'))
    try {
      const tokenFile = join(folder, 'token')
      await writeFile(tokenFile, 'old')
      await shared.answer([{ code: 'UNAUTHENTICATED', delayMs: 400 }])
      start(shared, { tokenFile })
      turn()
      const flushed = flushTraces()
      await until(async () => ((await calls()).length === 1 ? true : undefined), { what: 'the first call' })
      await writeFile(tokenFile, 'new-token')
      expect(await flushed).toMatchObject({ sent: 2, queued: 0 })
      expect((await calls()).map(({ metadata }) => metadata.authorization)).toEqual([
        'Bearer old',
        'Bearer new-token',
      ])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test.each(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'UNIMPLEMENTED', 'NOT_FOUND'] as const)(
    '%s holds the spans and says so',
    async (code) => {
      await shared.answer([], code)
      start(shared)
      turn()
      expect(await complaint()).toMatchObject({ level: 'error' })
      expect(stats()).toMatchObject(HELD)
    },
  )

  test.each([
    ['INVALID_ARGUMENT', '3'],
    ['INTERNAL', '13'],
    ['UNKNOWN', '2'],
  ])('%s sets the span aside that it is about, and it alone', async (name, code) => {
    const refusal = answeringWith(new Uint8Array(), { 'grpc-status': code, 'grpc-message': 'no such tool' })
    await using server = await startHostileGrpc((_, sent) =>
      sent.some((span) => span.name === 'tool:t') ? refusal : undefined,
    )
    init({ endpoint: `http://127.0.0.1:${server.port}`, protocol: 'grpc' })
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 1, rejected: 1, queued: 0, dropped: {} })
    expect(names(server.spans())).toEqual(['agent:a'])
    const rejected = said.find((each) => each.code === 'TS_SPAN_REJECTED')
    expect(rejected?.message).toContain(`gRPC ${name}: no such tool`)
  })

  test('a message that is too large is sent in halves', async () => {
    const tooLarge = {
      code: 'RESOURCE_EXHAUSTED',
      message: 'Received message larger than max (5 vs. 4)',
    } as const
    await shared.answer([tooLarge])
    start(shared)
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 2, rejected: 0, queued: 0 })
    expect((await calls()).map((call) => call.spans.length)).toEqual([2, 1, 1])
  })

  test('silence is given up after the timeout, and the spans go to the next connection', async () => {
    // One that cares for no deadline of ours.
    await using server = await startHostileGrpc((call) => (call === 0 ? () => {} : undefined))
    init({ endpoint: `http://127.0.0.1:${server.port}`, protocol: 'grpc', timeoutMs: 300 })
    turn()
    expect(await flushTraces({ timeoutMs: 5000 })).toMatchObject({ sent: 2, queued: 0, dropped: {} })
    expect(said.find(({ code }) => code === 'TS_EXPORT_FAILED')?.message).toContain('no answer within 300 ms')
    expect(server.connections()).toBe(2)
  })
})

describe('a gateway that answers without a gRPC status', () => {
  const startGateway = async (status: number): Promise<{ url: string; server: Http2Server }> => {
    const server = createServer((_, response) => {
      response.writeHead(status)
      response.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
  }

  test.each([429, 502, 503, 504])('is asked again after HTTP %i, over gRPC', async (status) => {
    const { url, server } = await startGateway(status)
    init({ endpoint: url })
    turn()
    await complaint()
    expect(stats()).toMatchObject(HELD)
    expect(codes()).not.toContain('TS_PROTOCOL_SWITCHED')
    await shutdown({ timeoutMs: 0 })
    server.close()
  })

  test.each([401, 403])('holds the spans after HTTP %i', async (status) => {
    const { url, server } = await startGateway(status)
    init({ endpoint: url })
    turn()
    expect((await complaint()).message).toContain(String(status))
    expect(stats()).toMatchObject(HELD)
    expect(codes()).not.toContain('TS_PROTOCOL_SWITCHED')
    await shutdown({ timeoutMs: 0 })
    server.close()
  })
})

describe('a server that comes and goes', () => {
  test('gets everything soon after its restart', async () => {
    const port = await freePort()
    const first = await startOtlpGrpc({ grpcPort: port })
    start(first)
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 2 })
    await first.stop('SIGKILL')
    turn()
    expect(await flushTraces({ timeoutMs: 1500 })).toMatchObject({ sent: 2, queued: 2, dropped: {} })
    await using second = await startOtlpGrpc({ grpcPort: port })
    await until(async () => ((await second.spans()).length === 2 ? true : undefined), {
      what: 'the spans of the outage',
      timeoutMs: 6000,
    })
    expect(names(await second.spans())).toEqual(TURN)
    expect(await flushTraces()).toMatchObject({ sent: 4, queued: 0, dropped: {} })
  })

  test('is waited for on a dead port, over gRPC', async () => {
    const port = await freePort()
    init({ endpoint: `http://127.0.0.1:${port}` })
    turn()
    expect(await flushTraces({ timeoutMs: 800 })).toMatchObject({ sent: 0, queued: 2, dropped: {} })
    await using server = await startOtlpGrpc({ grpcPort: port })
    expect(await flushTraces()).toMatchObject({ sent: 2, queued: 0 })
    expect(names(await server.spans())).toEqual(TURN)
    expect(codes()).not.toContain('TS_PROTOCOL_SWITCHED')
  })
})

describe('a server that speaks HTTP/1.1 only', () => {
  test('gets everything over HTTP where the protocol was not chosen, and it is said once', async () => {
    await using server = await startOtlpHttp()
    expect(init({ endpoint: server.url }).protocol).toBe('grpc')
    turn()
    turn()
    expect(await flushTraces()).toMatchObject({ sent: 4, queued: 0, rejected: 0, dropped: {} })
    turn()
    await flushTraces()
    expect(server.spans()).toHaveLength(6)
    expect(codes().filter((code) => code === 'TS_PROTOCOL_SWITCHED')).toHaveLength(1)
    expect(said.find(({ code }) => code === 'TS_PROTOCOL_SWITCHED')?.message).toContain('http/protobuf')
  })

  test('is not spoken to in HTTP where gRPC was chosen', async () => {
    await using server = await startOtlpHttp()
    init({ endpoint: server.url, protocol: 'grpc' })
    turn()
    expect((await complaint()).message).toContain('http/protobuf')
    expect(stats()).toMatchObject(HELD)
    expect(server.spans()).toEqual([])
  })
})
