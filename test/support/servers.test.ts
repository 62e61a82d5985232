import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { cached } from './cache.ts'
import { fileBeside, runNode, startNode } from './child.ts'
import { partialSuccess, startOtlpHttp } from './collector.ts'
import { startOtlpGrpc } from './otlp-grpc-server.ts'
import { startServerProcess } from './server-process.ts'
import { makeCertificates, type TestCertificates } from './tls.ts'
import { startTlsProxy } from './tls-proxy.ts'

// ExportTraceServiceRequest with one span named "a", nothing else set.
const oneSpan = Buffer.from([0x0a, 7, 0x12, 5, 0x12, 3, 0x2a, 1, 0x61])
const protobuf = { 'content-type': 'application/x-protobuf' }

async function post(url: string, body: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { ...protobuf, ...headers },
    body: Buffer.from(body),
    signal: AbortSignal.timeout(2_000),
  })
}

interface TlsAnswer {
  readonly status: number | undefined
  readonly body: string
}

function secure(
  url: string,
  options: { ca?: string; cert?: string; key?: string; headers?: Record<string, string> },
): Promise<TlsAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(url, { ...options, agent: false }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      answer.once('end', () => resolve({ status: answer.statusCode, body }))
      answer.once('error', reject)
    })
    outgoing.once('error', reject)
    outgoing.end()
  })
}

describe('startOtlpHttp', () => {
  test('decodes plain and gzip bodies and records headers and size', async () => {
    await using collector = await startOtlpHttp()
    expect((await post(collector.url, oneSpan, { 'x-team': 'a' })).status).toBe(200)
    const packed = gzipSync(oneSpan)
    expect((await post(collector.url, packed, { 'content-encoding': 'gzip' })).status).toBe(200)
    const spans = await collector.waitForSpans(2)
    expect(spans.map((span) => span.name)).toEqual(['a', 'a'])
    expect(collector.requests[0]).toMatchObject({ bytes: oneSpan.length, path: '/v1/traces', stored: true })
    expect(collector.requests[0]?.headers['x-team']).toBe('a')
    expect(collector.requests[1]?.bytes).toBe(packed.length)
  })

  test('answers as planned, and counts only what it stored', async () => {
    await using collector = await startOtlpHttp({
      answers: [
        503,
        { status: 429, headers: { 'retry-after': '3' } },
        'reset',
        'hang',
        partialSuccess(1, 'no'),
      ],
      afterwards: 418,
    })
    expect((await post(collector.url, oneSpan)).status).toBe(503)
    expect((await post(collector.url, oneSpan)).headers.get('retry-after')).toBe('3')
    await expect(post(collector.url, oneSpan)).rejects.toThrow('fetch failed')
    await expect(post(collector.url, oneSpan)).rejects.toThrow(/aborted due to timeout/)
    const partial = await post(collector.url, oneSpan)
    expect(Buffer.from(await partial.arrayBuffer()).toString('hex')).toBe('0a06080112026e6f')
    expect((await post(collector.url, oneSpan)).status).toBe(418)
    expect(collector.requests).toHaveLength(6)
    expect(collector.spans()).toHaveLength(1)
  })

  test('refuses what is not OTLP with 4xx', async () => {
    await using collector = await startOtlpHttp({ routes: { 'GET /api/info': { body: '{"a":1}' } } })
    expect((await post(collector.url, Buffer.from('junk'))).status).toBe(400)
    expect((await post(collector.url, oneSpan, { 'content-type': 'application/json' })).status).toBe(415)
    expect((await fetch(`${collector.url}/v1/traces`)).status).toBe(405)
    expect((await fetch(`${collector.url}/nothing`)).status).toBe(404)
    expect(await (await fetch(`${collector.url}/api/info?x=1`)).json()).toEqual({ a: 1 })
    expect(collector.spans()).toEqual([])
  })

  test('says what arrived when spans are missing', async () => {
    await using collector = await startOtlpHttp()
    await post(collector.url, oneSpan)
    await expect(collector.waitForSpans(2, 50)).rejects.toThrow(/for 2 spans; 1 arrived \(a\)/)
  })

  test('lets only clients in that trust its authority and show a certificate', async () => {
    await using certificates = await makeCertificates()
    await using collector = await startOtlpHttp({ tls: { certificates, requireClientCert: true } })
    const { ca, clientCert: cert, clientKey: key } = certificates
    expect(await secure(collector.url, { ca, cert, key })).toMatchObject({ status: 404 })
    await expect(secure(collector.url, { cert, key })).rejects.toThrow(/self-signed|unable to/)
    await expect(secure(collector.url, { ca })).rejects.toThrow()
  })
})

describe('startTlsProxy', () => {
  const call = (url: string, { ca }: TestCertificates, token: string): Promise<TlsAnswer> =>
    secure(url, { ca, headers: { authorization: `Bearer ${token}` } })

  test('forwards with the right bearer only, also after the token changed', async () => {
    await using certificates = await makeCertificates()
    await using target = await startOtlpHttp({ routes: { 'GET /api/x': { body: 'hello' } } })
    let token = 'first'
    await using proxy = await startTlsProxy({
      target: target.url,
      certificates,
      prefix: '/mlflow',
      requireBearer: () => token,
    })
    expect(proxy.url).toMatch(/^https:\/\/localhost:\d+\/mlflow$/)
    expect(await call(`${proxy.url}/api/x`, certificates, 'first')).toEqual({ status: 200, body: 'hello' })
    token = 'second'
    expect(await call(`${proxy.url}/api/x`, certificates, 'first')).toMatchObject({ status: 401 })
    expect(await call(`${proxy.url}/api/x`, certificates, 'second')).toMatchObject({ status: 200 })
    expect(await call(proxy.url.replace('/mlflow', '/other'), certificates, 'second')).toMatchObject({
      status: 404,
    })
    expect(proxy.requests.map((each) => each.status)).toEqual([200, 401, 200, 404])
    expect(target.requests).toHaveLength(2)
  })

  test('is not trusted without its authority', async () => {
    await using certificates = await makeCertificates()
    await using proxy = await startTlsProxy({ target: 'http://127.0.0.1:9', certificates })
    await expect(secure(proxy.url, {})).rejects.toThrow(/self-signed|unable to/)
    expect(await secure(proxy.url, { ca: certificates.ca })).toMatchObject({ status: 502 })
  })

  test('refuses a client without certificate when one is asked for', async () => {
    await using certificates = await makeCertificates()
    await using target = await startOtlpHttp({ routes: { 'GET /': { body: 'hello' } } })
    await using proxy = await startTlsProxy({ target: target.url, certificates, requireClientCert: true })
    const { ca, clientCert: cert, clientKey: key } = certificates
    await expect(secure(proxy.url, { ca })).rejects.toThrow()
    expect(await secure(proxy.url, { ca, cert, key })).toEqual({ status: 200, body: 'hello' })
    expect(proxy.requests.map((each) => each.clientName)).toEqual(['turnspan-client'])
  })
})

describe('startOtlpGrpc', () => {
  // The stock exporter as client: our own is tested against this server elsewhere.
  const exportOnce = (url: string, env: Record<string, string> = {}): ReturnType<typeof runNode> =>
    runNode(fileBeside(import.meta.url, './grpc-export.ts'), { args: [url], env })

  test('records spans and metadata, and answers with planned codes', async () => {
    await using server = await startOtlpGrpc({
      answers: ['UNAVAILABLE', { code: 'RESOURCE_EXHAUSTED', retryAfterMs: 1500 }],
    })
    expect((await exportOnce(server.grpcUrl)).stdout).toMatch(/14 UNAVAILABLE: planned/)
    expect((await exportOnce(server.grpcUrl)).stdout).toMatch(/8 RESOURCE_EXHAUSTED.*RetryInfo/)
    expect(await server.spans()).toEqual([])
    expect((await exportOnce(server.grpcUrl)).stdout).toBe('ok')
    expect((await server.waitForSpans(1)).map((span) => span.name)).toEqual(['over grpc'])
    expect((await server.calls()).map((call) => call.code)).toEqual([
      'UNAVAILABLE',
      'RESOURCE_EXHAUSTED',
      'OK',
    ])
    expect((await server.metadata())[2]).toMatchObject({ 'x-team': 'a' })
  })

  test('speaks TLS on both ports and asks for a certificate', async () => {
    await using certificates = await makeCertificates()
    await using server = await startOtlpGrpc({ tls: { certificates, requireClientCert: true } })
    const { ca, clientCert: cert, clientKey: key, caFile, clientCertFile, clientKeyFile } = certificates
    const env = { CA: caFile, CERT: clientCertFile, KEY: clientKeyFile }
    expect((await exportOnce(server.grpcUrl, env)).stdout).toBe('ok')
    expect((await exportOnce(server.grpcUrl, { CA: caFile })).stdout).toMatch(/14 UNAVAILABLE/)
    expect(await secure(server.httpUrl, { ca, cert, key })).toMatchObject({ status: 501 })
    await expect(secure(server.httpUrl, { ca })).rejects.toThrow()
  })
})

describe('cached', () => {
  const inCache = async (use: (root: string) => Promise<void>): Promise<void> => {
    const root = mkdtempSync(join(tmpdir(), 'turnspan-cache-'))
    const before = process.env.TURNSPAN_TEST_CACHE
    process.env.TURNSPAN_TEST_CACHE = root
    try {
      await use(root)
    } finally {
      if (before === undefined) delete process.env.TURNSPAN_TEST_CACHE
      else process.env.TURNSPAN_TEST_CACHE = before
      rmSync(root, { recursive: true })
    }
  }

  test('makes an entry once, also when it is asked for twice at the same time', () =>
    inCache(async () => {
      let made = 0
      const build = async (dir: string): Promise<void> => {
        made += 1
        writeFileSync(join(dir, 'file'), 'x')
      }
      const [first, second] = await Promise.all([cached('thing-1', build), cached('thing-1', build)])
      expect(first).toBe(second)
      expect(made).toBe(1)
    }))

  test('makes an entry again that was left half done, and says what failed', () =>
    inCache(async (root) => {
      const broken = cached('thing-1', async (dir) => {
        writeFileSync(join(dir, 'leftover'), 'x')
        throw new Error('no network')
      })
      await expect(broken).rejects.toThrow('Could not prepare "thing-1", which these tests need: no network')
      await cached('thing-1', async (dir) => writeFileSync(join(dir, 'file'), 'x'))
      expect(existsSync(join(root, 'thing-1', 'leftover'))).toBe(false)
    }))

  test('takes over the lock of a process that is gone', () =>
    inCache(async (root) => {
      const { pid } = spawnSync(process.execPath, ['-e', ''])
      writeFileSync(join(root, 'thing-1.lock'), `${pid}`)
      const dir = await cached('thing-1', async (target) => writeFileSync(join(target, 'file'), 'x'))
      expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('x')
      expect(existsSync(join(root, 'thing-1.lock'))).toBe(false)
    }))
})

describe('processes', () => {
  test('runs TypeScript and source text with a clean environment', async () => {
    process.env.OTEL_SERVICE_NAME = 'leak'
    try {
      const source =
        'console.log(process.env.OTEL_SERVICE_NAME, process.env.MLFLOW_RUN_ID, ...process.argv.slice(1))'
      const result = await runNode({ eval: source }, { env: { MLFLOW_RUN_ID: 'mine' }, args: ['--x', 'y'] })
      expect(result).toMatchObject({ code: 0, signal: null, stderr: '', stdout: 'undefined mine --x y\n' })
    } finally {
      delete process.env.OTEL_SERVICE_NAME
    }
  })

  test('tells a signal from an exit code', async () => {
    const child = startNode({ eval: 'process.stdout.write("up"); setInterval(() => {}, 1000)' })
    await child.waitForOutput('up')
    child.kill('SIGTERM')
    expect(await child.result).toMatchObject({ code: null, signal: 'SIGTERM', timedOut: false })
    expect(await runNode({ eval: 'process.exit(7)' })).toMatchObject({ code: 7, signal: null })
  })

  test('ends a server together with the children it has', async () => {
    const server = await startServerProcess({
      name: 'a shell',
      command: 'sh',
      args: ['-c', `sleep 300 & echo "child $!"; exec sleep 301`],
      ready: (stdout) => /child (\d+)/.exec(stdout())?.[1],
    })
    const child = Number(server.answer)
    await server.stop()
    // Gone, or dead and not yet collected by whoever adopted it. A signal takes a moment on a busy machine.
    await vi.waitFor(() => {
      const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', `${child}`], { encoding: 'utf8' })
      expect(stdout.trim()).toMatch(/^(Z|$)/)
    }, 10_000)
  })

  test('shows the log of a server that does not start', async () => {
    const start = startServerProcess({
      name: 'A bad server',
      command: 'sh',
      args: ['-c', 'echo "port is taken" >&2; exit 3'],
      ready: () => undefined,
    })
    await expect(start).rejects.toThrow(/A bad server did not start: it ended \(exit 3\)\nport is taken/)
  })
})
