import { AsyncLocalStorage } from 'node:async_hooks'
import { trace as otel } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { flushTraces, init, shutdown, startSpan, stats, withAgent, withSpan } from '../../src/index.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'

/** What the platform knows of a request. */
interface Request {
  readonly promises: Promise<unknown>[]
  waitUntil(work: Promise<unknown>): void
}

const SYMBOLS = ['@vercel/request-context', '@next/request-context'] as const
const platform = globalThis as Record<symbol, unknown>
const requests = new AsyncLocalStorage<Request>()
let receiver: OtlpHttpCollector

beforeEach(async () => {
  vi.stubEnv('VERCEL', '1')
  // A batch would leave when everybody has gone home.
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '3600000')
  receiver = await startOtlpHttp()
})
afterEach(async () => {
  await shutdown({ timeoutMs: 0 })
  for (const symbol of SYMBOLS) delete platform[Symbol.for(symbol)]
  await receiver.stop()
})

const start = (): void => {
  init({ endpoint: receiver.url, protocol: 'http/protobuf' })
}
const names = (): string[] => receiver.spans().map(({ name }) => name)

/** Answers a request as the platform does: the answer first, then what it was asked to wait for. */
async function serve(handler: () => Promise<unknown>): Promise<Request> {
  const request: Request = { promises: [], waitUntil: (work) => void request.promises.push(work) }
  await requests.run(request, handler)
  return request
}

describe.each(SYMBOLS)('a platform that has %s', (symbol) => {
  beforeEach(() => {
    platform[Symbol.for(symbol)] = { get: () => requests.getStore() }
    start()
  })

  it('waits until the spans of a request have arrived, and not longer', async () => {
    const { promises } = await serve(async () =>
      withAgent({ agent: 'a' }, async () => {
        await withSpan(async () => 1, { name: 'step' })
      }),
    )
    expect(promises).toHaveLength(1)
    await Promise.all(promises)
    expect(names().sort()).toEqual(['agent:a', 'step'])
    expect(stats()).toMatchObject({ sent: 2, queued: 0 })
  })

  it('is told of each request by its own', async () => {
    const all = await Promise.all(
      ['a', 'b', 'c'].map((name) => serve(() => withSpan(async () => 1, { name }))),
    )
    expect(all.map(({ promises }) => promises.length)).toEqual([1, 1, 1])
    await Promise.all(all.flatMap(({ promises }) => promises))
    expect(names().sort()).toEqual(['a', 'b', 'c'])
  })

  it('waits for work below a span of another library, and for that one too', async () => {
    const server = otel.getTracer('server')
    let promised = 0
    const { promises } = await serve(async () => {
      await server.startActiveSpan('GET /', async (span) => {
        await withAgent({ agent: 'a' }, async () => 1)
        promised = requests.getStore()?.promises.length ?? 0
        span.end()
      })
    })
    expect(promised).toBe(1)
    await Promise.all(promises)
    expect(names().sort()).toEqual(['GET /', 'agent:a'])
  })
})

it('does without a request: spans wait for the next one, or for a flush', async () => {
  platform[Symbol.for('@vercel/request-context')] = { get: () => undefined }
  start()
  startSpan({ name: 'outside', parent: null }).end()
  expect(await flushTraces()).toMatchObject({ sent: 1, queued: 0 })
})

it('survives a context that throws', async () => {
  const thrown = vi.fn(() => {
    throw new Error('no request')
  })
  platform[Symbol.for('@vercel/request-context')] = { get: thrown }
  start()
  expect(withSpan(() => 1, { name: 'work' })).toBe(1)
  expect(thrown).toHaveBeenCalled()
  expect(await flushTraces()).toMatchObject({ sent: 1, queued: 0 })
})

it('asks nobody where there is no such platform', async () => {
  vi.stubEnv('VERCEL', '')
  const get = vi.fn()
  platform[Symbol.for('@vercel/request-context')] = { get }
  start()
  withSpan(() => 1, { name: 'work' })
  expect(get).not.toHaveBeenCalled()
})
