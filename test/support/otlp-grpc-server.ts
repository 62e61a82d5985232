import type { Attributes, AttributeValue, DecodedEvent, DecodedLink, DecodedSpan } from './decoded-span.ts'
import { parseExactJson } from './exact-json.ts'
import { supportFile, venvPython } from './python.ts'
import { startServerProcess } from './server-process.ts'
import type { TestCertificates } from './tls.ts'
import { until } from './until.ts'

/** Name of a gRPC status. */
export type GrpcCode =
  | 'OK'
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'UNAUTHENTICATED'

/** How one call is answered: a code, `'hang'` never, an HTTP status on the HTTP port, or in detail. */
export type GrpcAnswer = GrpcCode | 'hang' | number | GrpcAnswerDetails

/** An answer in detail. */
export interface GrpcAnswerDetails {
  readonly code?: GrpcCode
  readonly message?: string
  /** Sends a `RetryInfo` in the status details. */
  readonly retryAfterMs?: number
  readonly delayMs?: number
  /** For a call on the HTTP port. */
  readonly status?: number
  readonly partialSuccess?: { readonly rejectedSpans: number; readonly message: string }
}

/** How the server is started. */
export interface OtlpGrpcOptions {
  /** TLS on both ports. */
  readonly tls?: { readonly certificates: TestCertificates; readonly requireClientCert?: boolean }
  /** For the first calls of either port, one each. */
  readonly answers?: readonly GrpcAnswer[]
  /** For all calls after them. @defaultValue 'OK' */
  readonly afterwards?: GrpcAnswer
  /** @defaultValue free ports */
  readonly grpcPort?: number
  readonly httpPort?: number
}

/** One export call. */
export interface GrpcCall {
  readonly protocol: 'grpc' | 'http/protobuf'
  /** Request path, or the peer's address for gRPC. */
  readonly path: string
  /** Metadata or headers, lower-case keys. */
  readonly metadata: Readonly<Record<string, string>>
  readonly spans: readonly DecodedSpan[]
  /** gRPC code or HTTP status of the answer. */
  readonly code: string
  /** Whether its spans count as delivered. */
  readonly accepted: boolean
  /** Seconds since the epoch. */
  readonly time: number
}

/** OTLP over gRPC and HTTP from the official Python packages. */
export interface OtlpGrpcServer {
  /** `http://127.0.0.1:<port>` or `https://localhost:<port>`, for `OTEL_EXPORTER_OTLP_ENDPOINT` with `grpc`. */
  readonly grpcUrl: string
  /** The same for `http/protobuf`. */
  readonly httpUrl: string
  readonly grpcPort: number
  readonly httpPort: number
  /** All calls in order. */
  calls(): Promise<GrpcCall[]>
  /** Spans of accepted calls in order, repetitions included. */
  spans(): Promise<DecodedSpan[]>
  waitForSpans(count: number, timeoutMs?: number): Promise<DecodedSpan[]>
  /** Metadata or headers of each call. */
  metadata(): Promise<Readonly<Record<string, string>>[]>
  /** Replaces the plan. */
  answer(answers: readonly GrpcAnswer[], afterwards?: GrpcAnswer): Promise<void>
  log(): string
  stop(signal?: NodeJS.Signals): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Python of the venv with grpcio and the OTLP messages, made at the first call on a machine (10 seconds). */
export function otlpPython(): Promise<string> {
  return venvPython('otlp-1.45.2', 'requirements-otlp.txt')
}

/** Starts the server; it refuses messages over 4 MiB as gRPC servers do by default. */
export async function startOtlpGrpc(options: OtlpGrpcOptions = {}): Promise<OtlpGrpcServer> {
  const { tls, grpcPort = 0, httpPort = 0 } = options
  const settings = {
    ...planOf(options.answers ?? [], options.afterwards ?? 'OK'),
    grpcPort,
    httpPort,
    ...(tls === undefined ? {} : { tls: tlsSettings(tls.certificates, tls.requireClientCert ?? false) }),
  }
  const server = await startServerProcess({
    name: 'The OTLP/gRPC server',
    command: await otlpPython(),
    args: [supportFile('otlp_server.py'), JSON.stringify(settings)],
    ready: (stdout) => (stdout().includes('}') ? JSON.parse(stdout()) : undefined),
  })
  const ports = server.answer as { grpc: number; http: number; control: number }
  const control = `http://127.0.0.1:${ports.control}`
  const calls = async (): Promise<GrpcCall[]> => {
    const answer = await fetch(`${control}/state`)
    return (parseExactJson(await answer.text()) as { calls: WireCall[] }).calls.map(readCall)
  }
  const spans = async (): Promise<DecodedSpan[]> =>
    (await calls()).filter((call) => call.accepted).flatMap((call) => call.spans)
  const origin = tls === undefined ? 'http://127.0.0.1' : 'https://localhost'
  return {
    grpcUrl: `${origin}:${ports.grpc}`,
    httpUrl: `${origin}:${ports.http}`,
    grpcPort: ports.grpc,
    httpPort: ports.http,
    calls,
    spans,
    waitForSpans: (count, timeoutMs = 10_000) =>
      until(
        async () => {
          const found = await spans()
          if (found.length >= count) return found
          throw new Error(`${found.length} arrived: ${found.map((span) => span.name).join(', ')}`)
        },
        { what: `${count} spans at the OTLP server`, timeoutMs },
      ),
    metadata: async () => (await calls()).map((call) => call.metadata),
    answer: async (answers, afterwards = 'OK') => {
      await fetch(`${control}/answers`, { method: 'POST', body: JSON.stringify(planOf(answers, afterwards)) })
    },
    log: server.log,
    stop: server.stop,
    [Symbol.asyncDispose]: () => server.stop('SIGKILL'),
  }
}

function tlsSettings(certificates: TestCertificates, requireClientCert: boolean): Record<string, unknown> {
  const { keyFile, certFile, caFile } = certificates
  return { keyFile, certFile, caFile, requireClientCert }
}

function planOf(answers: readonly GrpcAnswer[], afterwards: GrpcAnswer): Record<string, unknown> {
  return { answers: answers.map(detailsOf), afterwards: detailsOf(afterwards) }
}

function detailsOf(answer: GrpcAnswer): Record<string, unknown> {
  if (answer === 'hang') return { hang: true }
  if (typeof answer === 'number') return { status: answer }
  return typeof answer === 'string' ? { code: answer } : { ...answer }
}

type WireEvent = Omit<DecodedEvent, 'timeUnixNano'> & { readonly timeUnixNano: string }
type WireSpan = Omit<DecodedSpan, 'startTimeUnixNano' | 'endTimeUnixNano' | 'events' | 'parentSpanId'> & {
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly parentSpanId: string
  readonly events: readonly WireEvent[]
}
type WireCall = Omit<GrpcCall, 'spans'> & { readonly spans: readonly WireSpan[] }

function readCall(call: WireCall): GrpcCall {
  return { ...call, spans: call.spans.map(readSpan) }
}

function readSpan(span: WireSpan): DecodedSpan {
  return {
    ...span,
    parentSpanId: span.parentSpanId || undefined,
    startTimeUnixNano: BigInt(span.startTimeUnixNano),
    endTimeUnixNano: BigInt(span.endTimeUnixNano),
    attributes: withBytes(span.attributes),
    resource: withBytes(span.resource),
    scope: { ...span.scope, attributes: withBytes(span.scope.attributes) },
    events: span.events.map((event) => ({
      ...event,
      timeUnixNano: BigInt(event.timeUnixNano),
      attributes: withBytes(event.attributes),
    })),
    links: span.links.map((link): DecodedLink => ({ ...link, attributes: withBytes(link.attributes) })),
  }
}

function withBytes(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, restoreBytes(value)]))
}

// JSON has no bytes: the Python side writes them as { $bytes: base64 }.
function restoreBytes(value: AttributeValue): AttributeValue {
  if (Array.isArray(value)) return value.map(restoreBytes)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const bytes = value.$bytes
  if (typeof bytes === 'string') return Uint8Array.from(Buffer.from(bytes, 'base64'))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, restoreBytes(item)]))
}
