import dns from 'node:dns'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Diagnostic, flushTraces, init, onDiagnostic, shutdown, stats } from '../../../src/index.ts'
import { request } from '../../../src/runtime/http.ts'
import { realTime } from '../../../src/runtime/real-time.ts'
import { type HttpAnswer, startOtlpHttp } from '../../support/collector.ts'
import { expectBooks, expectTurns, turn, withoutLeak } from './books.ts'
import { silent, startFaultyPort } from './faulty-port.ts'
import { startHostileGrpc } from './grpc-server.ts'

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

describe('a name that DNS does not know for a while', () => {
  const failingLookup = (code: string, times: number): { asked: () => number } => {
    const lookup = dns.lookup
    let asked = 0
    const fake = (host: string, options: dns.LookupOptions, done: Parameters<LookupFunction>[2]): void => {
      if (host !== 'collector.test') {
        lookup(host, options, done)
        return
      }
      asked += 1
      if (asked <= times) process.nextTick(done, Object.assign(new Error(`${code} ${host}`), { code }), '')
      else if (options.all) process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }])
      else process.nextTick(done, null, '127.0.0.1', 4)
    }
    vi.spyOn(dns, 'lookup').mockImplementation(fake as unknown as typeof dns.lookup)
    return { asked: () => asked }
  }

  test.each(['ENOTFOUND', 'EAI_AGAIN'])('costs nothing over HTTP (%s)', (code) =>
    withoutLeak(async () => {
      await using server = await startOtlpHttp()
      const { asked } = failingLookup(code, 2)
      init({ endpoint: `http://collector.test:${server.port}`, protocol: 'http/protobuf', timeoutMs: 1000 })
      turn()
      expect(await flushTraces({ timeoutMs: 10_000 })).toMatchObject({ sent: 2, queued: 0, dropped: {} })
      expect(asked()).toBeGreaterThanOrEqual(3)
      expectTurns(server.spans(), 1)
      expect(failure()).toContain('collector.test')
      await shutdown({ timeoutMs: 0 })
    }),
  )

  test('costs nothing over gRPC', () =>
    withoutLeak(async () => {
      await using server = await startHostileGrpc(() => undefined)
      failingLookup('ENOTFOUND', 2)
      init({ endpoint: `http://collector.test:${server.port}`, protocol: 'grpc', timeoutMs: 1000 })
      turn()
      expect(await flushTraces({ timeoutMs: 10_000 })).toMatchObject({ sent: 2, queued: 0, dropped: {} })
      expectTurns(server.spans(), 1)
      await shutdown({ timeoutMs: 0 })
    }))
})

describe('a token that expires again and again', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'turnspan-token-'))
    return () => rm(folder, { recursive: true })
  })

  test('is read again after each 401, and every span arrives', async () => {
    const tokenFile = join(folder, 'token')
    let valid = 'token-0'
    let refused = 0
    await writeFile(tokenFile, valid)
    const traces = (authorization: string | undefined): HttpAnswer => {
      if (authorization === `Bearer ${valid}`) return 200
      refused += 1
      return { status: 401, body: 'token expired' }
    }
    await using server = await startOtlpHttp({
      routes: { 'POST /v1/traces': ({ headers }) => traces(headers.authorization) },
    })
    init({ endpoint: server.url, protocol: 'http/protobuf', tokenFile, timeoutMs: 1000 })
    const ROUNDS = 5
    for (let round = 1; round <= ROUNDS; round += 1) {
      turn()
      expect(await flushTraces({ timeoutMs: 8000 })).toMatchObject({ sent: 4 * round - 2, queued: 0 })
      // The server knows of the new token before the file does: requests in between are refused.
      valid = `token-${round}`
      turn()
      const flushed = flushTraces({ timeoutMs: 8000 })
      const before = refused
      await vi.waitUntil(() => refused > before, { timeout: 8000 })
      await writeFile(tokenFile, valid)
      expect(await flushed).toMatchObject({ sent: 4 * round, queued: 0, rejected: 0, dropped: {} })
    }
    expectBooks(4 * ROUNDS)
    expectTurns(server.spans(), 2 * ROUNDS)
    expect(failure()).toContain('Check the token')
    expect(JSON.stringify(said)).not.toMatch(/token-\d/)
  })
})

describe('a system clock that jumps', () => {
  const HOUR_MS = 3_600_000
  const now = Date.now
  const jump = (ms: number) => vi.spyOn(realTime, 'epochMs').mockImplementation(() => now() + ms)

  test.each([
    ['back', -HOUR_MS],
    ['forward', HOUR_MS],
  ])('%s does not change how long a request may take', async (_, ms) => {
    await using faulty = await startFaultyPort(0, () => silent)
    const began = performance.now()
    const answer = request(`http://127.0.0.1:${faulty.port}`, { timeoutMs: 400 })
    const outcome = expect(answer).rejects.toMatchObject({ kind: 'timeout' })
    jump(ms)
    await outcome
    expect(performance.now() - began).toBeGreaterThan(390)
    expect(performance.now() - began).toBeLessThan(2000)
  })

  test.each([
    ['http/protobuf', -HOUR_MS],
    ['http/protobuf', HOUR_MS],
    ['grpc', -HOUR_MS],
    ['grpc', HOUR_MS],
  ] as const)('costs no span over %s (%i ms)', async (protocol, ms) => {
    await using good = await (protocol === 'grpc' ? startHostileGrpc(() => undefined) : startOtlpHttp())
    await using faulty = await startFaultyPort(good.port, (n) => (n === 0 ? silent : undefined))
    init({ endpoint: `http://127.0.0.1:${faulty.port}`, protocol, timeoutMs: 300 })
    turn()
    while (faulty.connections() === 0) await sleep(5)
    jump(ms)
    turn()
    for (let i = 0; stats().sent < 4 && i < 1000; i += 1) await sleep(10)
    expect(stats()).toMatchObject({ sent: 4, queued: 0, rejected: 0, dropped: {} })
    expectBooks(4)
    expectTurns(good.spans(), 2)
  })
})
