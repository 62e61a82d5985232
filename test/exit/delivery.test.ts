import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { type OtlpGrpcServer, startOtlpGrpc } from '../support/otlp-grpc-server.ts'
import { makeCertificates } from '../support/tls.ts'
import { type ExitRun, ending, endsUntraced, exitApp, runToEnd } from './program.ts'

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const

interface Way {
  readonly way: string
  readonly handlers: string
  readonly signal: NodeJS.Signals | undefined
}

/** Every way in which `end.mjs` ends: its arguments, and the signal that it is sent. */
const WAYS: readonly Way[] = (
  [
    ['natural', ''],
    ['natural', 'exit'],
    ['natural', 'beforeExit'],
    ['natural', 'code at exit'],
    ['natural with a code', ''],
    ['natural with a code', 'exit'],
    ['natural after a while', ''],
    ['exit 0', ''],
    ['exit 3', ''],
    ['exit 3', 'exit'],
    ['exit 3', 'code at exit'],
    ['exit with a set code', ''],
    ['throw', ''],
    ['throw', 'exit'],
    ['throw', 'caught'],
    ['throw later', ''],
    ['throw later', 'caught'],
    ['throw no error', ''],
    ['reject', ''],
    ['reject', 'caught'],
    ['reject later', ''],
    ['top-level rejection', ''],
    ['abort', ''],
    ...SIGNALS.flatMap((signal) => [
      ['stay', '', signal] as const,
      ['stay', 'exit', signal] as const,
      ['stay', 'own exit', signal] as const,
      ['stay', 'own cleanup', signal] as const,
    ]),
  ] as readonly (readonly [way: string, handlers: string, signal?: NodeJS.Signals])[]
).map(([way, handlers, signal]) => ({ way, handlers, signal }))

let app: BuiltApp
beforeAll(async () => {
  app = await exitApp()
}, 600_000)
afterAll(() => app?.remove())

describe('over http/protobuf', () => {
  let receiver: OtlpHttpCollector
  beforeAll(async () => {
    receiver = await startOtlpHttp()
  })
  afterAll(() => receiver?.stop())

  it.each(WAYS)(
    'delivers and changes nothing: $way, handlers: $handlers, signal: $signal',
    async ({ way, handlers, signal }) => {
      const before = receiver.spans().length
      const run: ExitRun = {
        args: [way, handlers],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
        signal,
      }
      const ended = await runToEnd(app, 'end.mjs', run)
      expect(ending(ended)).toEqual(await endsUntraced(app, 'end.mjs', run))
      expect(
        receiver
          .spans()
          .slice(before)
          .map(({ name }) => name),
      ).toEqual(['work'])
    },
  )
})

/** A selection for the other ways to a receiver: with an event loop left, without, and by a signal. */
const SELECTED = WAYS.filter(
  ({ way, handlers, signal }) =>
    handlers === '' &&
    ['natural', 'exit 3', 'throw', 'stay'].includes(way) &&
    (signal ?? 'SIGTERM') === 'SIGTERM',
)

describe('over gRPC', () => {
  let receiver: OtlpGrpcServer
  beforeAll(async () => {
    receiver = await startOtlpGrpc()
  })
  afterAll(() => receiver?.stop())

  it.each(SELECTED)('delivers and changes nothing: $way', async ({ way, handlers, signal }) => {
    const before = (await receiver.spans()).length
    const run: ExitRun = {
      args: [way, handlers],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.grpcUrl },
      signal,
    }
    const ended = await runToEnd(app, 'end.mjs', run)
    expect(ending(ended)).toEqual(await endsUntraced(app, 'end.mjs', run))
    expect((await receiver.spans()).slice(before).map(({ name }) => name)).toEqual(['work'])
  })
})

describe('over TLS with a private authority', () => {
  it.each(SELECTED)('delivers and changes nothing: $way', async ({ way, handlers, signal }) => {
    await using certificates = await makeCertificates()
    await using receiver = await startOtlpHttp({ tls: { certificates, requireClientCert: true } })
    const run: ExitRun = {
      args: [way, handlers],
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_EXPORTER_OTLP_CERTIFICATE: certificates.caFile,
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: certificates.clientCertFile,
        OTEL_EXPORTER_OTLP_CLIENT_KEY: certificates.clientKeyFile,
      },
      signal,
    }
    const ended = await runToEnd(app, 'end.mjs', run)
    expect(ending(ended)).toEqual(await endsUntraced(app, 'end.mjs', run))
    expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
  })
})
