import { expect, test } from 'vitest'
import { type Backend, fileConfig, startCollector, startJaeger } from './backends.ts'
import { fileBeside, runNode } from './child.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'

async function sendByGrpc(backend: Backend): Promise<void> {
  const { stdout } = await runNode(fileBeside(import.meta.url, './grpc-export.ts'), {
    args: [backend.grpcUrl],
  })
  expect(stdout).toBe('ok')
}

async function sendByHttp(backend: Backend): Promise<void> {
  const values = [{ intValue: '3' }, { kvlistValue: { values: [{ key: 'x', value: { boolValue: true } }] } }]
  const span = {
    traceId,
    spanId: '6eb9e691cd2677a2',
    name: 'over http',
    kind: 3,
    startTimeUnixNano: '1795247511174123456',
    endTimeUnixNano: '1795247511974123456',
    attributes: [{ key: 'list', value: { arrayValue: { values } } }],
    status: { code: 2, message: 'bad' },
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'support' } }] }
  const answer = await fetch(`${backend.httpUrl}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
  })
  expect(answer.status).toBe(200)
}

const overHttp = {
  traceId,
  spanId: '6eb9e691cd2677a2',
  parentSpanId: undefined,
  name: 'over http',
  kind: 'CLIENT',
  startTimeUnixNano: 1_795_247_511_174_123_456n,
  attributes: { list: [3, { x: true }] },
  wireKinds: { list: 'array' },
  status: { code: 'ERROR', message: 'bad' },
  resource: { 'service.name': 'support' },
}

test('the Collector gives back what came by gRPC and HTTP, with the processors of a test', async () => {
  await using collector = await startCollector((place) => ({
    ...fileConfig(place),
    processors: { batch: { timeout: '20ms' } },
    service: {
      pipelines: { traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['file'] } },
    },
  }))
  await sendByGrpc(collector)
  expect(await collector.waitForSpans(1)).toMatchObject([
    { name: 'over grpc', scope: { name: 'grpc-export' } },
  ])
  await collector.pause()
  await expect(fetch(collector.httpUrl)).rejects.toThrow()
  await collector.restart()
  await sendByHttp(collector)
  expect((await collector.waitForSpans(2))[1]).toMatchObject(overHttp)
})

test('Jaeger gives back what came by gRPC and HTTP', async () => {
  await using jaeger = await startJaeger()
  expect(await jaeger.trace(traceId)).toEqual([])
  await sendByGrpc(jaeger)
  await sendByHttp(jaeger)
  expect(await jaeger.waitForTrace(traceId, 1)).toMatchObject([overHttp])
})

test('a configuration that is wrong is an error with the log', async () => {
  await expect(startCollector(() => ({ receivers: { nope: {} } }))).rejects.toThrow(
    /it ended \(exit 1\)[\s\S]*nope/,
  )
})
