import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DecodedSpan } from './decoded-span.ts'
import { jaeger, otelCollector } from './go-build.ts'
import { type JsonTraces, spansOfJson } from './otlp-json.ts'
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts'
import { until } from './until.ts'

/** Where a collector listens and writes; handed to its configuration. */
export interface CollectorPlace {
  readonly grpcPort: number
  readonly httpPort: number
  /** Temporary, removed at the end. */
  readonly dir: string
  /** What `spans()` reads. */
  readonly outFile: string
}

/** A configuration of the collector: YAML text, or an object, since JSON is YAML. */
export type CollectorConfig = string | Readonly<Record<string, unknown>>

/** An OTLP backend on loopback that takes gRPC and HTTP. */
export interface Backend {
  readonly grpcUrl: string
  readonly httpUrl: string
  log(): string
  /** Ends the process and keeps ports and data, for an outage; `SIGKILL` for a crash. */
  pause(signal?: NodeJS.Signals): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** A running OpenTelemetry Collector. */
export interface CollectorServer extends Backend {
  readonly place: CollectorPlace
  /** What its file exporter wrote so far. */
  spans(): Promise<DecodedSpan[]>
  waitForSpans(count: number, timeoutMs?: number): Promise<DecodedSpan[]>
}

/** A running Jaeger. */
export interface JaegerServer extends Backend {
  readonly queryUrl: string
  /** Spans of a trace by its hex id, through `/api/v3/traces`; empty when it is unknown. */
  trace(traceId: string): Promise<DecodedSpan[]>
  waitForTrace(traceId: string, count: number, timeoutMs?: number): Promise<DecodedSpan[]>
}

/** OTLP on both ports straight into the file; a test spreads it and changes what it needs. */
export function fileConfig(place: CollectorPlace): {
  receivers: Record<string, unknown>
  processors: Record<string, unknown>
  exporters: Record<string, unknown>
  extensions: Record<string, unknown>
  service: {
    extensions: string[]
    pipelines: Record<string, { receivers: string[]; processors: string[]; exporters: string[] }>
    telemetry: Record<string, unknown>
  }
} {
  return {
    receivers: { otlp: otlpReceiver(place) },
    processors: {},
    // Appending, so that a restart keeps what was there before.
    exporters: { file: { path: place.outFile, append: true, flush_interval: '100ms' } },
    extensions: {},
    service: {
      extensions: [],
      pipelines: { traces: { receivers: ['otlp'], processors: [], exporters: ['file'] } },
      telemetry: { metrics: { level: 'none' } },
    },
  }
}

/** Starts a collector, built at the first call on a machine; `env` is for what its configuration reads from there. */
export async function startCollector(
  config: (place: CollectorPlace) => CollectorConfig = fileConfig,
  env: (place: CollectorPlace) => Readonly<Record<string, string>> = () => ({}),
): Promise<CollectorServer> {
  const binary = await otelCollector()
  const dir = await mkdtemp(join(tmpdir(), 'turnspan-otelcol-'))
  const place = {
    grpcPort: await freePort(),
    httpPort: await freePort(),
    dir,
    outFile: join(dir, 'spans.jsonl'),
  }
  const backend = await startBackend('The OpenTelemetry Collector', binary, place, config(place), env(place))
  const spans = async (): Promise<DecodedSpan[]> => {
    const text = await readFile(place.outFile, 'utf8').catch(() => '')
    // The last line may be half written.
    const lines = text.split('\n').slice(0, -1)
    return lines.flatMap((line) => spansOfJson(JSON.parse(line) as JsonTraces))
  }
  return { ...backend, place, spans, waitForSpans: (count, timeoutMs) => enough(spans, count, timeoutMs) }
}

/** Starts Jaeger with memory storage, built at the first call on a machine. */
export async function startJaeger(): Promise<JaegerServer> {
  const binary = await jaeger()
  const dir = await mkdtemp(join(tmpdir(), 'turnspan-jaeger-'))
  const place = { grpcPort: await freePort(), httpPort: await freePort(), dir, outFile: '' }
  const queryPort = await freePort()
  const queryGrpcPort = await freePort()
  const backend = await startBackend('Jaeger', binary, place, {
    receivers: { otlp: otlpReceiver(place) },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 100_000 } } } },
      jaeger_query: {
        storage: { traces: 'memory' },
        http: { endpoint: `127.0.0.1:${queryPort}` },
        grpc: { endpoint: `127.0.0.1:${queryGrpcPort}` },
      },
    },
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: { traces: { receivers: ['otlp'], exporters: ['jaeger_storage_exporter'] } },
      telemetry: { metrics: { level: 'none' } },
    },
  })
  const queryUrl = `http://127.0.0.1:${queryPort}`
  const trace = async (traceId: string): Promise<DecodedSpan[]> => {
    const answer = await fetch(`${queryUrl}/api/v3/traces/${traceId}`)
    if (answer.status === 404) return []
    const text = await answer.text()
    if (!answer.ok) throw new Error(`Jaeger answered ${answer.status}: ${text}`)
    return spansOfJson((JSON.parse(text) as { result: JsonTraces }).result)
  }
  return {
    ...backend,
    queryUrl,
    trace,
    waitForTrace: (traceId, count, timeoutMs) => enough(() => trace(traceId), count, timeoutMs),
  }
}

function otlpReceiver(place: CollectorPlace): unknown {
  return {
    protocols: {
      grpc: { endpoint: `127.0.0.1:${place.grpcPort}` },
      http: { endpoint: `127.0.0.1:${place.httpPort}` },
    },
  }
}

async function startBackend(
  name: string,
  binary: string,
  place: CollectorPlace,
  config: CollectorConfig,
  env: Readonly<Record<string, string>> = {},
): Promise<Backend> {
  const configFile = join(place.dir, 'config.yaml')
  await writeFile(configFile, typeof config === 'string' ? config : JSON.stringify(config))
  const start = (): Promise<ServerProcess> =>
    startServerProcess({
      name,
      command: binary,
      args: ['--config', configFile],
      cwd: place.dir,
      env,
      ready: async () => (await listens(place.httpPort)) || undefined,
    })
  const dropDir = (): Promise<void> => rm(place.dir, { recursive: true, force: true })
  let server: ServerProcess | undefined = await start().catch(async (error) => {
    await dropDir()
    throw error
  })
  let log = server.log
  const pause = async (signal?: NodeJS.Signals): Promise<void> => {
    await server?.stop(signal)
    server = undefined
  }
  const stop = async (): Promise<void> => {
    await pause('SIGKILL')
    await dropDir()
  }
  return {
    grpcUrl: `http://127.0.0.1:${place.grpcPort}`,
    httpUrl: `http://127.0.0.1:${place.httpPort}`,
    log: () => log(),
    pause,
    restart: async () => {
      await pause()
      server = await start()
      log = server.log
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => socket.end(() => resolve(true)))
    socket.once('error', () => resolve(false))
  })
}

function enough(
  spans: () => Promise<DecodedSpan[]>,
  count: number,
  timeoutMs = 15_000,
): Promise<DecodedSpan[]> {
  return until(
    async () => {
      const found = await spans()
      if (found.length >= count) return found
      throw new Error(`${found.length} arrived: ${found.map((span) => span.name).join(', ')}`)
    },
    { what: `${count} spans`, timeoutMs },
  )
}
