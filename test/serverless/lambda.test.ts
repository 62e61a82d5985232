import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { startLambda } from './runtime-api.ts'

let receiver: OtlpHttpCollector
beforeEach(async () => {
  receiver = await startOtlpHttp()
  return () => receiver.stop()
})

const env = (more: Record<string, string> = {}): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  // A batch by the clock would leave while the process is frozen.
  OTEL_BSP_SCHEDULE_DELAY: '3600000',
  ...more,
})
const turns = (): string[] =>
  [...new Set(receiver.spans().map(({ name }) => name))].filter((name) => name.startsWith('agent:')).sort()
const spanIds = (): Set<string> => new Set(receiver.spans().map(({ spanId }) => spanId))

describe('a Lambda function', { timeout: 90_000 }, () => {
  it('with withFlush has sent its spans when it is frozen, whether it answers or fails', async () => {
    await using lambda = await startLambda('flushed', env())
    expect(await lambda.invoke({ id: 1 })).toEqual({ kind: 'response', body: { id: 1 } })
    expect(turns()).toEqual(['agent:turn-1'])
    expect(await lambda.invoke({ id: 2, fail: true })).toEqual({
      kind: 'error',
      body: { errorMessage: 'the agent failed' },
    })
    expect(turns()).toEqual(['agent:turn-1', 'agent:turn-2'])
    expect(receiver.spans()).toHaveLength(4)
    expect(lambda.stderr()).toBe('')
  })

  it('sends over a connection that died while it was frozen', async () => {
    await using lambda = await startLambda('flushed', env())
    await lambda.invoke({ id: 1 })
    // Longer than its connections are kept: it finds them closed, and its own timers for them overdue.
    await sleep(5500)
    await lambda.invoke({ id: 2 })
    expect(turns()).toEqual(['agent:turn-1', 'agent:turn-2'])
    expect(spanIds().size).toBe(4)
    expect(lambda.stderr()).toBe('')
  })

  it('without withFlush sends its spans too, in the time of later calls', async () => {
    await using lambda = await startLambda('bare', env())
    const early = ['agent:turn-1', 'agent:turn-2']
    // Each call is over in a moment, so that a request may need several to be written and answered.
    for (let id = 1; id <= 30 && !early.every((name) => turns().includes(name)); id += 1) {
      expect(await lambda.invoke({ id })).toEqual({ kind: 'response', body: { id } })
      await sleep(100)
    }
    expect(turns()).toEqual(expect.arrayContaining(early))
  })

  it('keeps what a receiver that is down does not take, and sends it with a later call', async () => {
    await receiver.stop()
    receiver = await startOtlpHttp({ routes: { 'GET /version': 404 }, answers: Array(60).fill(503) })
    await using lambda = await startLambda('flushed', env())
    expect(await lambda.invoke({ id: 1 })).toEqual({ kind: 'response', body: { id: 1 } })
    expect(turns()).toEqual([])
    const { port } = new URL(receiver.url)
    await receiver.stop()
    // The wait before the next attempt ends while the process is frozen.
    await sleep(3000)
    receiver = await startOtlpHttp({ port: Number(port) })
    await lambda.invoke({ id: 2 })
    expect(turns()).toEqual(['agent:turn-1', 'agent:turn-2'])
    expect(spanIds().size).toBe(4)
  })

  it('gets its spans over where each freeze is longer than a request may take', async () => {
    await receiver.stop()
    receiver = await startOtlpHttp({ afterwards: { status: 200, delayMs: 200 } })
    await using lambda = await startLambda('bare', env({ OTEL_EXPORTER_OTLP_TIMEOUT: '1000' }))
    for (let id = 1; id <= 12 && !turns().includes('agent:turn-1'); id += 1) {
      await lambda.invoke({ id })
      await sleep(id === 1 ? 2500 : 250)
    }
    expect(turns()).toContain('agent:turn-1')
  })
})
