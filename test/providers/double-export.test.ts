import { createRequire } from 'node:module'
import { join } from 'node:path'
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as HttpExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Diagnostic, flushTraces, init, onDiagnostic, shutdown, withTool } from '../../src/index.ts'
import { resetDiagnosed } from '../../src/runtime/diagnostics.ts'
import { startHostileGrpc } from '../export/hostile/grpc-server.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { modulesOf, type SdkLine, sdkLines } from './app.ts'

interface Provider {
  getTracer(name: string): ReturnType<typeof trace.getTracer>
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}
// biome-ignore lint/suspicious/noExplicitAny: three lines of an SDK, of which one has types here
type Sdk = any

const PACKAGES: Readonly<Record<SdkLine, string>> = {
  'otel-1': '@opentelemetry/sdk-trace-node',
  'otel-2': '@opentelemetry/sdk-trace-node',
  'otel-3': '@opentelemetry/sdk-trace',
}

/** An exporter that fits that line; 1.30 has its own, for its spans have other fields. */
async function exporterOf(line: SdkLine, kind: 'proto' | 'grpc', url: string): Promise<object> {
  const Current = kind === 'proto' ? HttpExporter : GrpcExporter
  if (line !== 'otel-1') return new Current({ url })
  const { OTLPTraceExporter } = createRequire(join(await modulesOf(line), 'x.js'))(
    `@opentelemetry/exporter-trace-otlp-${kind}`,
  )
  return new OTLPTraceExporter({ url })
}

/** A provider of that line with a processor of that name for each exporter. */
async function providerOf(line: SdkLine, processor: string, ...exporters: object[]): Promise<Provider> {
  const sdk: Sdk = createRequire(join(await modulesOf(line), 'x.js'))(PACKAGES[line])
  const Class = sdk.NodeTracerProvider ?? sdk.TracerProvider
  return new Class({
    spanProcessors: exporters.map(
      (exporter) => new sdk[processor](line === 'otel-3' ? { exporter } : exporter),
    ),
  })
}

const said: Diagnostic[] = []
let stop = (): void => {}
let provider: Provider | undefined
beforeEach(() => {
  resetDiagnosed()
  said.length = 0
  stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '20')
})
afterEach(async () => {
  await shutdown({ timeoutMs: 0 })
  await provider?.shutdown()
  provider = undefined
  trace.disable()
  stop()
})

/** A span of the application around a tool of ours, and one below that. */
async function work(): Promise<void> {
  const tracer = trace.getTracer('application')
  await tracer.startActiveSpan('request', async (request) => {
    await withTool({ tool: 'search', arguments: { q: 1 } }, async () => tracer.startSpan('query').end())
    request.end()
  })
  await Promise.all([flushTraces(), provider?.forceFlush()])
}
const namesAt = (server: OtlpHttpCollector): string[] =>
  server
    .spans()
    .map(({ name }) => name)
    .sort()
const doubles = (): Diagnostic[] => said.filter(({ code }) => code === 'TS_DOUBLE_EXPORT')

describe.each(sdkLines)('an application on %s whose own exporter', (line) => {
  describe.each(['BatchSpanProcessor', 'SimpleSpanProcessor'])('behind a %s', (processor) => {
    test('sends to the same endpoint has each span there once, and it is said once', async () => {
      await using server = await startOtlpHttp()
      const url = `${server.url.replace('127.0.0.1', 'localhost')}/v1/traces`
      provider = await providerOf(line, processor, await exporterOf(line, 'proto', url))
      trace.setGlobalTracerProvider(provider as never)
      init({ endpoint: server.url, protocol: 'http/protobuf', instrumentations: false, captureContent: true })
      await work()
      await work()
      const once = ['query', 'request', 'tool:search']
      expect(namesAt(server)).toEqual([...once, ...once].sort())
      const ids = server.spans().map(({ spanId }) => spanId)
      expect(new Set(ids).size).toBe(6)
      // The full one of the two.
      const tool = server.spans().find(({ name }) => name === 'tool:search')
      expect(Object.keys(tool?.attributes ?? {})).toContain('gen_ai.tool.call.arguments')
      expect(doubles()).toHaveLength(1)
      expect(doubles()[0]?.message).toContain(`${server.url}/v1/traces`)
    })

    test('sends elsewhere gets all spans, and so do we', async () => {
      await using server = await startOtlpHttp()
      await using other = await startOtlpHttp()
      provider = await providerOf(line, processor, await exporterOf(line, 'proto', `${other.url}/v1/traces`))
      trace.setGlobalTracerProvider(provider as never)
      init({ endpoint: server.url, protocol: 'http/protobuf', instrumentations: false })
      await work()
      expect(namesAt(server)).toEqual(['query', 'request', 'tool:search'])
      expect(namesAt(other)).toEqual(['query', 'request', 'tool:search'])
      expect(doubles()).toEqual([])
    })
  })

  test('is one of two loses nothing at the other', async () => {
    await using server = await startOtlpHttp()
    await using other = await startOtlpHttp()
    const exporters = await Promise.all(
      [server, other].map(({ url }) => exporterOf(line, 'proto', `${url}/v1/traces`)),
    )
    provider = await providerOf(line, 'SimpleSpanProcessor', ...exporters)
    trace.setGlobalTracerProvider(provider as never)
    init({ endpoint: server.url, protocol: 'http/protobuf', instrumentations: false })
    await work()
    expect(namesAt(server)).toEqual(['query', 'request', 'tool:search'])
    expect(namesAt(other)).toEqual(['query', 'request', 'tool:search'])
  })

  test('speaks gRPC is known by its address', async () => {
    await using server = await startHostileGrpc(() => undefined)
    const url = `http://localhost:${server.port}`
    provider = await providerOf(line, 'SimpleSpanProcessor', await exporterOf(line, 'grpc', url))
    trace.setGlobalTracerProvider(provider as never)
    init({ endpoint: `http://127.0.0.1:${server.port}`, protocol: 'grpc', instrumentations: false })
    await work()
    expect(
      server
        .spans()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['query', 'request', 'tool:search'])
    expect(doubles()).toHaveLength(1)
  })
})

test('a processor that chooses among spans is left alone, for what it leaves out would be lost', async () => {
  await using server = await startOtlpHttp()
  const exporter = new HttpExporter({ url: `${server.url}/v1/traces` })
  const inner = createRequire(join(await modulesOf('otel-2'), 'x.js'))(PACKAGES['otel-2']) as Sdk
  class ChoosyProcessor extends (inner.SimpleSpanProcessor as new (exporter: object) => object) {
    onEnd(): void {}
  }
  provider = new inner.NodeTracerProvider({ spanProcessors: [new ChoosyProcessor(exporter)] }) as Provider
  trace.setGlobalTracerProvider(provider as never)
  init({ endpoint: server.url, protocol: 'http/protobuf', instrumentations: false })
  await work()
  expect(namesAt(server)).toEqual(['query', 'request', 'tool:search'])
  expect(doubles()).toEqual([])
})
