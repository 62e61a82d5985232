import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  flushTraces,
  type InitOptions,
  init,
  newResponseId,
  updateCurrentTrace,
  withAgent,
  withTool,
} from '../../src/index.ts'
import { type MlflowServer, startMlflow } from '../support/mlflow.ts'
import { readWithPython } from '../support/mlflow-python.ts'
import { mlflowReader } from '../support/mlflow-read.ts'
import { makeCertificates, type TestCertificates } from '../support/tls.ts'
import { startTlsProxy } from '../support/tls-proxy.ts'
import { until } from '../support/until.ts'
import { runAgent } from './agent-process.ts'
import { delivered, freshName, mlflowUrl, reader, startTracing, tracingPerTest, treeOf } from './tracing.ts'

const said = tracingPerTest()
const turn = (): Promise<string> =>
  withAgent({ agent: 'behind', responseId: newResponseId(), input: 'q' }, async (span) => {
    await withTool({ tool: 'work' }, async () => 'done')
    return span.traceId
  })
const tree = ['agent:behind AGENT', '  tool:work TOOL']

describe('behind the official login', () => {
  const password = 'correct horse: battery & staple %'
  let server: MlflowServer

  beforeAll(async () => {
    server = await startMlflow({ basicAuth: { adminPassword: password } })
  })
  afterAll(() => server.stop())

  test('a user and a password bring the trace in, metadata included', async () => {
    init({
      trackingUri: server.url,
      username: 'admin',
      password,
      experimentName: freshName('login'),
      captureContent: true,
    })
    const traceId = await withAgent({ agent: 'behind', input: 'q' }, async (span) => {
      updateCurrentTrace({ metadata: { build: '7' } })
      return span.traceId
    })
    await delivered()
    const { info } = await readWithPython(server.url, traceId, { username: 'admin', password })
    expect(info).toMatchObject({ state: 'OK', requestPreview: 'q', metadata: { build: '7' } })
  })

  test('the variables do the same beside an OTLP endpoint', async () => {
    const outcome = await runAgent({
      OTEL_EXPORTER_OTLP_ENDPOINT: server.url,
      MLFLOW_TRACKING_USERNAME: 'admin',
      MLFLOW_TRACKING_PASSWORD: password,
      MLFLOW_EXPERIMENT_NAME: freshName('login'),
    })
    expect(outcome.report).toMatchObject({ sent: 2, rejected: 0, dropped: {} })
    const asAdmin = mlflowReader(server.url, { username: 'admin', password })
    expect((await asAdmin.traceInfo(outcome.traceId)).state).toBe('OK')
  })

  test('a wrong password is said, without saying it, and nothing counts as sent', async () => {
    init({ trackingUri: server.url, username: 'admin', password: 'not-the-password' })
    await turn()
    const { sent } = await flushTraces({ timeoutMs: 1000 })
    expect(sent).toBe(0)
    const failure = await until(() => said.find('TS_EXPORT_FAILED'), { what: 'the failure' })
    expect(failure.message).toContain('MLFLOW_TRACKING_USERNAME')
    expect(JSON.stringify(said.all)).not.toContain('not-the-password')
  })
})

describe('behind a gateway with TLS of a private authority', () => {
  let certificates: TestCertificates
  let dir: string

  beforeAll(async () => {
    certificates = await makeCertificates()
    dir = await mkdtemp(join(tmpdir(), 'turnspan-access-'))
  })
  afterAll(async () => {
    await certificates.remove()
    await rm(dir, { recursive: true, force: true })
  })

  const start = (url: string, options: InitOptions): void => {
    startTracing({ trackingUri: url, timeoutMs: 20_000, ...options })
  }
  /** Puts a file in place at once, as Kubernetes does. */
  const put = async (path: string, text: string): Promise<void> => {
    await writeFile(`${path}.new`, text)
    await rename(`${path}.new`, path)
  }

  test('a token that rotates loses no span, though the old one is refused at once', async () => {
    let token = 'token-1'
    await using proxy = await startTlsProxy({
      target: mlflowUrl,
      certificates,
      prefix: '/mlflow',
      requireBearer: () => token,
    })
    const tokenFile = join(dir, 'token')
    await put(tokenFile, token)
    start(proxy.url, { caFile: certificates.caFile, tokenFile })
    const traceIds: string[] = []
    for (let round = 1; round <= 5; round += 1) {
      traceIds.push(await turn())
      if (round % 2 === 0) await delivered()
      token = `token-${round + 1}`
      await put(tokenFile, token)
      traceIds.push(await turn())
    }
    await delivered()
    for (const traceId of traceIds) expect(treeOf(await reader.spans(traceId))).toEqual(tree)
    expect(proxy.requests.filter(({ status }) => status === 200).map(({ path }) => path)).toContain(
      '/mlflow/v1/traces',
    )
    expect(JSON.stringify(said.all)).not.toMatch(/token-\d/)
  })

  test('spans that meet a refused token wait for the file to have the new one', async () => {
    let token = 'early-1'
    await using proxy = await startTlsProxy({ target: mlflowUrl, certificates, requireBearer: () => token })
    const tokenFile = join(dir, 'late-token')
    await put(tokenFile, token)
    start(proxy.url, { caFile: certificates.caFile, tokenFile })
    await turn()
    await delivered()
    token = 'early-2'
    const traceId = await turn()
    const flushing = flushTraces({ timeoutMs: 40_000 })
    await until(() => proxy.requests.find(({ status }) => status === 401), { what: 'a refused request' })
    await put(tokenFile, token)
    expect(await flushing).toMatchObject({ sent: 4, queued: 0, rejected: 0, dropped: {} })
    expect(treeOf(await reader.spans(traceId))).toEqual(tree)
  })

  test('a fixed token and the variables of MLflow work as well', async () => {
    await using proxy = await startTlsProxy({ target: mlflowUrl, certificates, requireBearer: () => 'fixed' })
    const outcome = await runAgent({
      MLFLOW_TRACKING_URI: proxy.url,
      MLFLOW_TRACKING_TOKEN: 'fixed',
      MLFLOW_TRACKING_SERVER_CERT_PATH: certificates.caFile,
      MLFLOW_EXPERIMENT_NAME: freshName('token'),
    })
    expect(outcome.report).toMatchObject({ sent: 2, rejected: 0, dropped: {} })
    expect((await reader.traceInfo(outcome.traceId)).state).toBe('OK')
    expect(outcome.stderr).not.toContain('fixed')
  })

  test('the endpoint of the OpenTelemetry variables works with their certificate', async () => {
    await using proxy = await startTlsProxy({ target: mlflowUrl, certificates, requireBearer: () => 'fixed' })
    const outcome = await runAgent({
      OTEL_EXPORTER_OTLP_ENDPOINT: proxy.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20fixed',
      OTEL_EXPORTER_OTLP_CERTIFICATE: certificates.caFile,
      MLFLOW_EXPERIMENT_NAME: freshName('otlp token'),
    })
    expect(outcome.report).toMatchObject({ sent: 2, rejected: 0, dropped: {} })
    expect((await reader.traceInfo(outcome.traceId)).state).toBe('OK')
  })

  test('a client certificate opens a gateway that asks for one', async () => {
    await using proxy = await startTlsProxy({ target: mlflowUrl, certificates, requireClientCert: true })
    const { caFile, clientCertFile, clientKeyFile } = certificates
    start(proxy.url, { caFile, clientCertFile, clientKeyFile })
    const traceId = await turn()
    await delivered()
    expect(treeOf(await reader.spans(traceId))).toEqual(tree)
    expect(new Set(proxy.requests.map(({ clientName }) => clientName))).toEqual(new Set(['turnspan-client']))
  })

  test('without the authority nothing is sent and the reason is said; insecureTls lets it through', async () => {
    await using proxy = await startTlsProxy({ target: mlflowUrl, certificates })
    start(proxy.url, {})
    await turn()
    expect(await flushTraces({ timeoutMs: 1000 })).toMatchObject({ sent: 0, rejected: 0 })
    const failure = await until(() => said.find('TS_EXPORT_FAILED'), { what: 'the failure' })
    expect(failure.message).toMatch(/certificate/i)
    expect(proxy.requests).toEqual([])
    start(proxy.url, { insecureTls: true })
    const traceId = await turn()
    await until(async () => ((await flushTraces({ timeoutMs: 1000 })).sent >= 2 ? true : undefined), {
      what: 'two spans that were sent',
    })
    expect(treeOf(await reader.spans(traceId))).toEqual(tree)
  })
})
