import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type Diagnostic, flushTraces, init, onDiagnostic, shutdown } from '../../../src/index.ts'
import { resetDiagnosed } from '../../../src/runtime/diagnostics.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { makeCertificates } from '../../support/tls.ts'
import { turn } from '../hostile/books.ts'

const said: Diagnostic[] = []
let stop = (): void => {}
beforeEach(() => {
  resetDiagnosed()
  said.length = 0
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10')
  vi.stubEnv('MLFLOW_TRACKING_INSECURE_TLS', 'true')
})
afterEach(async () => {
  await shutdown({ timeoutMs: 0 })
  stop()
})
const failure = (): string => said.find(({ code }) => code === 'TS_EXPORT_FAILED')?.message ?? ''

describe.each(['http/protobuf', 'grpc'] as const)('MLFLOW_TRACKING_INSECURE_TLS over %s', (protocol) => {
  test('does not open another server than the tracking server, which is said where it fails', async () => {
    await using certificates = await makeCertificates()
    // It speaks HTTP/2 as well, so that no more than its certificate is wrong.
    const server = createSecureServer({ key: certificates.key, cert: certificates.cert, allowHTTP1: true })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void server.close())
    vi.stubEnv('MLFLOW_TRACKING_URI', 'https://tracking.invalid')
    const endpoint = `https://localhost:${(server.address() as AddressInfo).port}`
    init({ endpoint, protocol, experimentId: '0', timeoutMs: 2000 })
    turn()
    expect(await flushTraces({ timeoutMs: 2000 })).toMatchObject({ sent: 0, queued: 2 })
    expect(failure()).toContain('MLFLOW_TRACKING_INSECURE_TLS applies to the tracking server only')
    expect(failure()).toContain('insecureTls')
  })

  test('has nothing to do with failures of other kinds', async () => {
    vi.stubEnv('MLFLOW_TRACKING_URI', 'https://tracking.invalid')
    init({ endpoint: 'https://127.0.0.1:1', protocol, experimentId: '0', timeoutMs: 2000 })
    turn()
    await flushTraces({ timeoutMs: 500 })
    expect(failure()).not.toBe('')
    expect(failure()).not.toContain('MLFLOW_TRACKING_INSECURE_TLS')
  })
})

test('the option that the message names opens both', async () => {
  await using certificates = await makeCertificates()
  await using server = await startOtlpHttp({ tls: { certificates } })
  vi.stubEnv('MLFLOW_TRACKING_URI', 'https://tracking.invalid')
  init({ endpoint: server.url, protocol: 'http/protobuf', insecureTls: true, experimentId: '0' })
  turn()
  await server.waitForSpans(2)
})
