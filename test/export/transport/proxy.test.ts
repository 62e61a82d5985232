import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Diagnostic, flushTraces, init, onDiagnostic, shutdown, withSpan } from '../../../src/index.ts'
import { createMlflowClient } from '../../../src/mlflow/client.ts'
import { startOtlpHttp } from '../../support/collector.ts'
import { startHttpProxy } from '../../support/http-proxy.ts'
import { startOtlpGrpc } from '../../support/otlp-grpc-server.ts'
import { makeCertificates } from '../../support/tls.ts'
import { until } from '../../support/until.ts'

const CREDENTIALS = 'agent:s3cret@word'
const BASIC = `Basic ${Buffer.from(CREDENTIALS).toString('base64')}`

const said: Diagnostic[] = []
let stop = (): void => {}
beforeEach(() => {
  said.length = 0
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_USE_ENV_PROXY']) {
    vi.stubEnv(name, undefined)
    vi.stubEnv(name.toLowerCase(), undefined)
  }
})
afterEach(async () => {
  await shutdown({ timeoutMs: 200 })
  stop()
})

const send = async (): Promise<unknown> => {
  withSpan(() => 1, { name: 'work' })
  return flushTraces({ timeoutMs: 5000 })
}
/** Sends what does not arrive, until that is said. */
const fail = async (): Promise<void> => {
  withSpan(() => 1, { name: 'work' })
  void flushTraces({ timeoutMs: 100 })
  await until(() => said.find(({ code }) => code === 'TS_EXPORT_FAILED'), { what: 'TS_EXPORT_FAILED' })
}
const SENT = { sent: 1, queued: 0, rejected: 0, dropped: {} }
const start = (options: Parameters<typeof init>[0]) => init({ instrumentations: false, ...options })

describe('spans go through a proxy', () => {
  test('over HTTP, which it sends on', async () => {
    await using receiver = await startOtlpHttp()
    await using proxy = await startHttpProxy({ credentials: CREDENTIALS })
    start({ endpoint: receiver.url, protocol: 'http/protobuf', proxy: proxy.urlFor(CREDENTIALS) })
    expect(await send()).toMatchObject(SENT)
    expect(receiver.spans().map(({ name }) => name)).toEqual(['work'])
    expect(proxy.seen).toContain(`POST ${receiver.url}/v1/traces`)
    const [request] = receiver.requests.filter(({ method }) => method === 'POST')
    expect(request?.headers.host).toBe(`127.0.0.1:${receiver.port}`)
    expect(JSON.stringify(request?.headers)).not.toMatch(/proxy-/)
  })

  test('over HTTPS, in a tunnel that it does not see into, and one for several requests', async () => {
    await using certificates = await makeCertificates()
    await using receiver = await startOtlpHttp({ tls: { certificates, requireClientCert: true } })
    await using proxy = await startHttpProxy({ credentials: CREDENTIALS })
    start({
      endpoint: receiver.url,
      protocol: 'http/protobuf',
      proxy: proxy.urlFor(CREDENTIALS),
      caFile: certificates.caFile,
      clientCertFile: certificates.clientCertFile,
      clientKeyFile: certificates.clientKeyFile,
    })
    expect(await send()).toMatchObject(SENT)
    expect(await send()).toMatchObject({ ...SENT, sent: 2 })
    expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT localhost:${receiver.port}`]))
    expect(proxy.seen.length).toBe(receiver.connections())
    expect(JSON.stringify(receiver.requests.map(({ headers }) => headers))).not.toMatch(/proxy-/)
  })

  test.each([
    ['plain', false],
    ['encrypted', true],
  ])('over gRPC, %s, in a tunnel', async (_, encrypted) => {
    await using certificates = await makeCertificates()
    await using receiver = await startOtlpGrpc(encrypted ? { tls: { certificates } } : {})
    await using proxy = await startHttpProxy({ credentials: CREDENTIALS })
    const caFile = encrypted ? { caFile: certificates.caFile } : {}
    start({ endpoint: receiver.grpcUrl, protocol: 'grpc', proxy: proxy.urlFor(CREDENTIALS), ...caFile })
    expect(await send()).toMatchObject(SENT)
    expect((await receiver.spans()).map(({ name }) => name)).toEqual(['work'])
    expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT ${new URL(receiver.grpcUrl).host}`]))
  })

  test('with what MLflow is asked by REST', async () => {
    const experiment = { experiments: [{ experiment_id: '7', name: 'desk' }] }
    const body = (value: object): { body: Buffer } => ({ body: Buffer.from(JSON.stringify(value)) })
    await using receiver = await startOtlpHttp({
      routes: { 'POST /api/2.0/mlflow/experiments/search': body(experiment) },
    })
    await using proxy = await startHttpProxy()
    start({ trackingUri: receiver.url, experimentName: 'desk', proxy: proxy.url })
    expect(await send()).toMatchObject(SENT)
    expect(proxy.seen).toContain(`POST ${receiver.url}/api/2.0/mlflow/experiments/search`)
    expect(proxy.seen).toContain(`POST ${receiver.url}/v1/traces`)
    const client = createMlflowClient({ trackingUri: receiver.url, proxy: proxy.url })
    const asked = proxy.seen.length
    expect((await client.findOrCreateExperiment('desk')).id).toBe('7')
    expect(proxy.seen.length).toBe(asked + 1)
  })
})

describe('the proxies of the environment', () => {
  test('count with NODE_USE_ENV_PROXY=1, lower case first', async () => {
    await using receiver = await startOtlpHttp()
    await using proxy = await startHttpProxy()
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9')
    vi.stubEnv('http_proxy', proxy.url)
    start({ endpoint: receiver.url, protocol: 'http/protobuf' })
    expect(await send()).toMatchObject(SENT)
    expect(proxy.seen).toContain(`POST ${receiver.url}/v1/traces`)
  })

  test.each([
    ['nobody asks for them', {}, undefined],
    ['the option says no', { NODE_USE_ENV_PROXY: '1' }, false],
    [
      'the receiver is among those of NO_PROXY',
      { NODE_USE_ENV_PROXY: '1', NO_PROXY: '127.0.0.1' },
      undefined,
    ],
    ['NO_PROXY has everything', { NO_PROXY: '*' }, true],
  ])('do not count where %s', async (_, env, option) => {
    await using receiver = await startOtlpHttp()
    await using proxy = await startHttpProxy()
    vi.stubEnv('HTTP_PROXY', proxy.url)
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    start({ endpoint: receiver.url, protocol: 'http/protobuf', proxy: option })
    expect(await send()).toMatchObject(SENT)
    expect(proxy.seen).toEqual([])
  })

  test('are named where they might be the only way out, and are not used', async () => {
    vi.stubEnv('HTTP_PROXY', `http://${CREDENTIALS.replace('@', '%40')}@127.0.0.1:9`)
    start({ endpoint: 'http://collector.invalid:4318', protocol: 'http/protobuf' })
    await fail()
    const [failed] = said.filter(({ code }) => code === 'TS_EXPORT_FAILED')
    expect(failed?.message).toContain('HTTP_PROXY is set but not used: set NODE_USE_ENV_PROXY=1')
    expect(JSON.stringify(said)).not.toContain('s3cret')
  })

  test('that are none are said, without what they hold', () => {
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    vi.stubEnv('HTTPS_PROXY', 'socks5://agent:s3cret@proxy:1080')
    const status = start({ endpoint: 'https://collector.invalid', proxy: 'agent:s3cret@proxy' })
    expect(said.map(({ message }) => message)).toEqual([
      'Option "proxy" accepts true, false or an http(s):// URL, but is something else (not shown); it is ignored.',
      'Environment variable HTTPS_PROXY accepts an http(s):// URL, but is something else (not shown); no proxy is used.',
    ])
    expect(JSON.stringify(status)).not.toContain('s3cret')
  })
})

describe('a proxy that does not let spans through is said, without its credentials', () => {
  const PROTOCOLS = ['http/protobuf', 'grpc'] as const
  const message = (): string => {
    const [failed] = said.filter(({ code }) => code === 'TS_EXPORT_FAILED')
    expect(JSON.stringify(said)).not.toMatch(/s3cret|wrong-word/)
    expect(JSON.stringify(said)).not.toContain(BASIC)
    return failed?.message ?? ''
  }

  test.each(PROTOCOLS)('for its credentials, over %s', async (protocol) => {
    await using proxy = await startHttpProxy({ credentials: CREDENTIALS })
    start({ endpoint: 'http://collector.invalid:4318', protocol, proxy: proxy.urlFor('agent:wrong-word') })
    await fail()
    expect(message()).toMatch(/the proxy asks for credentials \(407\)\. Give user name and password/)
    expect(message()).toContain(`${proxy.url} (the proxy to `)
  })

  test.each(PROTOCOLS)('because it is not there, over %s', async (protocol) => {
    const proxy = await startHttpProxy()
    await proxy[Symbol.asyncDispose]()
    start({ endpoint: 'https://collector.invalid', protocol, proxy: proxy.urlFor(CREDENTIALS) })
    await fail()
    expect(message()).toContain(
      `${proxy.url} (the proxy to collector.invalid:443): nothing accepts connections there`,
    )
  })

  test('because it may not go there', async () => {
    await using proxy = await startHttpProxy({ connectAnswer: 403 })
    start({ endpoint: 'https://collector.invalid', protocol: 'http/protobuf', proxy: proxy.url })
    await fail()
    expect(message()).toContain('the proxy refused the connection (403)')
  })

  test('because it never answers', async () => {
    await using proxy = await startHttpProxy({ connectAnswer: 'hang' })
    start({ endpoint: 'https://collector.invalid', protocol: 'grpc', proxy: proxy.url, timeoutMs: 300 })
    await fail()
    expect(message()).toContain('no answer within')
  })
})
