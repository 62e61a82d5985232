import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { startOtlpHttp } from '../support/collector.ts'
import { startHttpProxy } from '../support/http-proxy.ts'
import { makeCertificates } from '../support/tls.ts'
import { type ExitRun, ending, endsUntraced, exitApp, runToEnd } from './program.ts'

const CREDENTIALS = 'agent:s3cret'
/** With an event loop left, without one, and by a signal. */
const WAYS = [
  ['natural', undefined],
  ['exit 3', undefined],
  ['stay', 'SIGTERM'],
] as const

let app: BuiltApp
beforeAll(async () => {
  app = await exitApp()
}, 600_000)
afterAll(() => app?.remove())

describe.each(WAYS)('at the end of a process (%s)', (way, signal) => {
  const run = (env: Record<string, string>): ExitRun => ({
    args: [way],
    signal,
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', NODE_USE_ENV_PROXY: '1', ...env },
  })

  it('spans go through the proxy that the environment names', async () => {
    await using receiver = await startOtlpHttp()
    await using proxy = await startHttpProxy({ credentials: CREDENTIALS })
    const given = run({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      HTTP_PROXY: proxy.urlFor(CREDENTIALS),
    })
    const ended = await runToEnd(app, 'end.mjs', given)
    expect(ending(ended)).toEqual(await endsUntraced(app, 'end.mjs', given))
    expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
    expect(proxy.seen).toContain(`POST ${receiver.url}/v1/traces`)
  })

  it('and through its tunnel, the proxy being asked over TLS', async () => {
    await using certificates = await makeCertificates()
    await using receiver = await startOtlpHttp({ tls: { certificates } })
    await using proxy = await startHttpProxy({ credentials: CREDENTIALS, certificates })
    const given = run({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_CERTIFICATE: certificates.caFile,
      NODE_EXTRA_CA_CERTS: certificates.caFile,
      HTTPS_PROXY: proxy.urlFor(CREDENTIALS),
    })
    const ended = await runToEnd(app, 'end.mjs', given)
    expect(ending(ended)).toEqual(await endsUntraced(app, 'end.mjs', given))
    expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
    expect(proxy.seen).toContain(`CONNECT localhost:${receiver.port}`)
  })

  it('with a proxy that is not there it ends as it would have', async () => {
    const given = run({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.invalid',
      HTTPS_PROXY: `http://${CREDENTIALS}@127.0.0.1:9`,
      TURNSPAN_EXIT_TIMEOUT_MS: '300',
      TURNSPAN_SPOOL: 'false',
    })
    const ended = await runToEnd(app, 'end.mjs', given)
    const { code, signal: by } = await endsUntraced(app, 'end.mjs', given)
    expect(ended).toMatchObject({ code, signal: by, timedOut: false })
    expect(ended.stderr).toContain('TS_EXIT_LOST')
    expect(ended.stderr).not.toContain('s3cret')
  })
})
