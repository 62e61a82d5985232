import { EventEmitter, once } from 'node:events'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync, inflateSync } from 'node:zlib'
import type { DecodedSpan } from './decoded-span.ts'
import { decodeTraceRequest } from './otlp-decode.ts'
import type { TestCertificates } from './tls.ts'

/**
 * How one request is answered: a status; `'hang'` never; `'reset'` by cutting the connection after the body
 * was read; or in detail.
 */
export type HttpAnswer = number | 'hang' | 'reset' | HttpAnswerDetails

/** An answer in detail. */
export interface HttpAnswerDetails {
  /** @defaultValue 200 */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Waits before answering. */
  readonly delayMs?: number
  /** Counts the spans as stored whatever the answer. @defaultValue true for a status below 300 */
  readonly stored?: boolean
  /** Instead of an answer. */
  readonly instead?: 'hang' | 'reset'
}

/** How the collector behaves. */
export interface OtlpHttpOptions {
  /** For the first requests, one each. */
  readonly answers?: readonly HttpAnswer[]
  /** For all requests after them. @defaultValue 200 */
  readonly afterwards?: HttpAnswer
  /** Answers of other paths, by `"GET /path"` without the query; they do not use up `answers`. */
  readonly routes?: Readonly<Record<string, HttpAnswer | ((request: OtlpHttpRequest) => HttpAnswer)>>
  readonly tls?: { readonly certificates: TestCertificates; readonly requireClientCert?: boolean }
  /** @defaultValue 0, a free one */
  readonly port?: number
  /** Whether what arrives is held against the GenAI conventions when it stops. @defaultValue true */
  readonly conventional?: boolean
}

/** One request as it came in. */
export interface OtlpHttpRequest {
  readonly method: string
  /** With query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Size of the body on the wire. */
  readonly bytes: number
  /** Body after decompression. */
  readonly body: Uint8Array
  /** Decoded; empty when the body could not be read, see `error`. */
  readonly spans: readonly DecodedSpan[]
  /** Why the body was refused with 400. */
  readonly error: string | undefined
  /** Whether its spans count as delivered. */
  readonly stored: boolean
  /** `performance.now()` when the body was complete. */
  readonly time: number
}

/** An OTLP/HTTP collector on loopback. */
export interface OtlpHttpCollector {
  /** `http://127.0.0.1:<port>` or `https://localhost:<port>`, for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string
  readonly port: number
  /** All requests in the order of their arrival, those of `routes` included. */
  readonly requests: readonly OtlpHttpRequest[]
  /** TCP connections accepted so far. */
  connections(): number
  /** Spans of stored requests in order of arrival, repetitions included. */
  spans(): DecodedSpan[]
  /** Resolves once that many spans were stored; says what is there when it takes longer. */
  waitForSpans(count: number, timeoutMs?: number): Promise<DecodedSpan[]>
  /** Resolves once that many requests came in. */
  waitForRequests(count: number, timeoutMs?: number): Promise<readonly OtlpHttpRequest[]>
  /** Replaces the plan. */
  answer(answers: readonly HttpAnswer[], afterwards?: HttpAnswer): void
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** The body of a 200 that tells the client some spans were refused. */
export function partialSuccess(rejectedSpans: number, message: string): HttpAnswerDetails {
  const text = Buffer.from(message)
  const inner = Buffer.concat([varint(0x08), varint(rejectedSpans), varint(0x12), varint(text.length), text])
  return { body: Buffer.concat([varint(0x0a), varint(inner.length), inner]) }
}

/** Starts a collector that decodes what arrives and answers as planned. */
export async function startOtlpHttp(options: OtlpHttpOptions = {}): Promise<OtlpHttpCollector> {
  const requests: OtlpHttpRequest[] = []
  const arrivals = new EventEmitter().setMaxListeners(0)
  const stopped = new AbortController()
  let plan = [...(options.answers ?? [])]
  let afterwards = options.afterwards ?? 200
  let connections = 0

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const read = await readRequest(incoming)
    const route = options.routes?.[`${read.method} ${read.path.split('?')[0]}`]
    const answer =
      route === undefined ? otlpAnswer(read, () => plan.shift() ?? afterwards) : routed(route, read)
    const details = detailsOf(answer)
    const stored =
      read.error === undefined && (details.stored ?? (!details.instead && (details.status ?? 200) < 300))
    requests.push({ ...read, stored })
    arrivals.emit('arrival')
    await reply(response, details, stopped.signal)
  }
  const server = listener(options, (incoming, response) => {
    // A client that gave up, or a collector that was stopped, in the middle of a request.
    handle(incoming, response).catch(() => response.destroy())
  })
  server.on('connection', () => {
    connections += 1
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')

  const spans = (): DecodedSpan[] => requests.filter((each) => each.stored).flatMap((each) => each.spans)
  const wait = async (enough: () => boolean, timeoutMs: number, state: () => string): Promise<void> => {
    const signal = AbortSignal.timeout(timeoutMs)
    while (!enough()) {
      try {
        await once(arrivals, 'arrival', { signal })
      } catch (cause) {
        throw new Error(`The collector waited ${timeoutMs} ms ${state()}.`, { cause })
      }
    }
  }
  const stop = async (): Promise<void> => {
    stopped.abort()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    if (options.conventional !== false) await expectConventional(spans())
  }
  const port = (server.address() as AddressInfo).port
  return {
    url: options.tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    port,
    requests,
    connections: () => connections,
    spans,
    waitForSpans: async (count, timeoutMs = 10_000) => {
      await wait(
        () => spans().length >= count,
        timeoutMs,
        () => `for ${count} spans; ${summary(requests, spans())}`,
      )
      return spans()
    },
    waitForRequests: async (count, timeoutMs = 10_000) => {
      await wait(
        () => requests.length >= count,
        timeoutMs,
        () => `for ${count} requests, ${requests.length} came`,
      )
      return requests
    },
    answer: (answers, then = 200) => {
      plan = [...answers]
      afterwards = then
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Throws where messages, tools or instructions are not as the GenAI conventions have them. */
async function expectConventional(spans: readonly DecodedSpan[]): Promise<void> {
  const structured = spans.filter(({ attributes }) =>
    Object.keys(attributes).some((key) => STRUCTURED.has(key)),
  )
  if (structured.length === 0) return
  // Loaded here: most tests have nothing for it to look at.
  const { unconventional } = await import('./genai-conventions/index.ts')
  const found = unconventional(structured)
  if (found.length > 0) {
    throw new Error(
      `Not as the GenAI conventions have it: ${found.slice(0, 5).join('; ')} (${found.length} in all)`,
    )
  }
}

const STRUCTURED: ReadonlySet<string> = new Set([
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.definitions',
  'mlflow.spanInputs',
  'mlflow.spanOutputs',
  'mlflow.chat.tools',
])

function listener(options: OtlpHttpOptions, handle: RequestListener): Server {
  const { tls } = options
  if (tls === undefined) return createHttpServer(handle)
  const { certificates, requireClientCert = false } = tls
  return createHttpsServer(
    {
      key: certificates.key,
      cert: certificates.cert,
      ca: certificates.ca,
      requestCert: requireClientCert,
      rejectUnauthorized: requireClientCert,
    },
    handle,
  )
}

async function readRequest(incoming: IncomingMessage): Promise<Omit<OtlpHttpRequest, 'stored'>> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const wire = Buffer.concat(chunks)
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.join(', ') : `${value}`,
    ]),
  )
  const base = {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers,
    bytes: wire.length,
    time: performance.now(),
  }
  try {
    const body = decompress(wire, headers['content-encoding'])
    const isTraces = base.method === 'POST' && headers['content-type'] === 'application/x-protobuf'
    return { ...base, body, spans: isTraces ? decodeTraceRequest(body) : [], error: undefined }
  } catch (error) {
    return { ...base, body: wire, spans: [], error: (error as Error).message }
  }
}

function decompress(wire: Buffer, encoding: string | undefined): Uint8Array {
  if (encoding === undefined) return wire
  if (encoding === 'gzip') return gunzipSync(wire)
  if (encoding === 'deflate') return inflateSync(wire)
  throw new Error(`Unsupported Content-Encoding: ${encoding}`)
}

// As strict as MLflow and the OpenTelemetry Collector: only this path, only this content type, only sound bytes.
function otlpAnswer(request: Omit<OtlpHttpRequest, 'stored'>, planned: () => HttpAnswer): HttpAnswer {
  const path = request.path.split('?')[0] ?? ''
  if (!path.endsWith('/v1/traces')) return { status: 404, body: 'no such path' }
  if (request.method !== 'POST') return { status: 405, body: 'POST only' }
  if (request.headers['content-type'] !== 'application/x-protobuf')
    return { status: 415, body: 'protobuf only' }
  if (request.error !== undefined) return { status: 400, body: request.error }
  return planned()
}

function routed(
  route: HttpAnswer | ((request: OtlpHttpRequest) => HttpAnswer),
  request: Omit<OtlpHttpRequest, 'stored'>,
): HttpAnswer {
  return typeof route === 'function' ? route({ ...request, stored: false }) : route
}

function detailsOf(answer: HttpAnswer): HttpAnswerDetails {
  if (typeof answer === 'number') return { status: answer }
  return answer === 'hang' || answer === 'reset' ? { instead: answer } : answer
}

async function reply(
  response: ServerResponse,
  answer: HttpAnswerDetails,
  signal: AbortSignal,
): Promise<void> {
  if (answer.delayMs !== undefined) await sleep(answer.delayMs, undefined, { signal, ref: false })
  if (answer.instead === 'hang') return
  if (answer.instead === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  const { status = 200, headers = {}, body = '' } = answer
  const kind = status === 200 ? 'application/x-protobuf' : 'text/plain'
  response.writeHead(status, { 'content-type': kind, ...headers }).end(body)
}

function summary(requests: readonly OtlpHttpRequest[], spans: readonly DecodedSpan[]): string {
  const refused = requests.filter((each) => !each.stored).map((each) => each.error ?? each.path)
  const names = spans.map((span) => span.name).slice(0, 20)
  return `${spans.length} arrived (${names.join(', ')}), ${refused.length} requests not stored (${refused.join('; ')})`
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}
