import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { TargetConfig } from '../config/config.ts'
import { untraced } from '../runtime/suppress.ts'
import { loadTls } from '../runtime/tls-files.ts'
import { speaksHttp1 } from './protocol-probe.ts'
import { retryDelayMs } from './retry-info.ts'
import type { Sender, Sent } from './sender.ts'

const METHOD = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const compress = promisify(gzip)

/**
 * Sends OTLP over gRPC: a unary call is one HTTP/2 stream with a length-prefixed message and a status in the
 * trailers, so no gRPC library is needed. A broken session is replaced at the next call.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export function createGrpcSender(target: TargetConfig): Sender {
  let session: ClientHttp2Session | undefined
  return {
    protocol: 'grpc',
    async send(bytes, headers) {
      try {
        session = await usable(session, target)
        const zipped = target.compression === 'gzip'
        const message = frame(zipped ? await compress(bytes, { level: 1 }) : bytes, zipped)
        return await call(session, target, headers, message, zipped)
      } catch (thrown) {
        session?.destroy()
        session = undefined
        return await explain(thrown, target)
      }
    },
    close(): void {
      session?.close()
      session = undefined
    },
  }
}

async function usable(
  session: ClientHttp2Session | undefined,
  target: TargetConfig,
): Promise<ClientHttp2Session> {
  if (session !== undefined && !session.closed && !session.destroyed) return session
  const { connect } = await import('node:http2')
  const tls = await loadTls(target.tls)
  return new Promise((resolve, reject) => {
    const fresh = untraced(() => connect(target.endpoint, { ...tls }))
    // Sending must not keep the application alive: what waits for it, a flush or the end of the process, does.
    fresh.unref()
    const timer = setTimeout(() => fresh.destroy(new Error('connecting took too long')), target.timeoutMs)
    timer.unref()
    fresh.once('connect', () => {
      clearTimeout(timer)
      resolve(fresh)
    })
    fresh.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    fresh.once('close', () => reject(new Error('the connection was closed')))
    fresh.on('goaway', () => fresh.close())
  })
}

/** gRPC's message frame: whether it is compressed, its length, the message. */
function frame(message: Uint8Array, compressed: boolean): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(compressed ? 1 : 0, 0)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

function call(
  session: ClientHttp2Session,
  target: TargetConfig,
  headers: Readonly<Record<string, string>>,
  message: Buffer,
  zipped: boolean,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const stream: ClientHttp2Stream = untraced(() =>
      session.request({
        ...headers,
        ':method': 'POST',
        ':path': METHOD,
        'content-type': 'application/grpc',
        te: 'trailers',
        // At most eight digits, says the protocol.
        'grpc-timeout': `${Math.min(target.timeoutMs, 99_999_999)}m`,
        ...(zipped && { 'grpc-encoding': 'gzip' }),
      }),
    )
    const timer = setTimeout(() => {
      resolve({ outcome: 'retry', reason: `gRPC: no answer within ${target.timeoutMs} ms` })
      // The connection may be dead without anybody having said so; the next call makes a new one.
      session.destroy()
    }, target.timeoutMs)
    timer.unref()
    let response: IncomingHttpHeaders = {}
    let trailers: IncomingHttpHeaders | undefined
    stream.on('response', (answer) => {
      response = answer
    })
    stream.on('trailers', (answer) => {
      trailers = answer
    })
    stream.on('error', reject)
    stream.on('close', () => {
      clearTimeout(timer)
      resolve(read(response, trailers ?? response))
    })
    // The message of the answer is empty or a partial success, which no receiver here uses; it must be drained.
    stream.resume()
    stream.end(message)
  })
}

const NAMES: readonly string[] = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
]
// The codes that the OTLP specification lets a client retry.
const RETRYABLE: ReadonlySet<string> = new Set([
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNAVAILABLE',
  'DATA_LOSS',
  'RESOURCE_EXHAUSTED',
])
// A gateway that does not reach its server, or wants it spared: gRPC's own mapping calls these UNAVAILABLE.
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504])

function read(response: IncomingHttpHeaders, trailers: IncomingHttpHeaders): Sent {
  const code = trailers['grpc-status']
  if (code === undefined) return readHttp(response)
  const name = NAMES[Number(code)] ?? `code ${code}`
  if (name === 'OK') return { outcome: 'accepted' }
  const message = decoded(trailers['grpc-message'])
  const reason = `gRPC ${name}${message && `: ${message}`}`
  const tooLarge = name === 'RESOURCE_EXHAUSTED' && /larger than max|message.*(size|large)/i.test(message)
  if (RETRYABLE.has(name) && !tooLarge) {
    const afterMs = retryDelayMs(trailers['grpc-status-details-bin'])
    return { outcome: 'retry', reason, ...(afterMs !== undefined && { afterMs }) }
  }
  if (name === 'UNAUTHENTICATED') return { outcome: 'unauthorized', reason }
  if (name === 'PERMISSION_DENIED' || name === 'UNIMPLEMENTED' || name === 'NOT_FOUND') {
    return { outcome: 'hold', reason }
  }
  return { outcome: 'refused', reason, tooLarge }
}

/** An answer without a gRPC status: no server's, but that of something before it, or of one that speaks HTTP/2 only. */
function readHttp(response: IncomingHttpHeaders): Sent {
  const status = Number(response[':status'])
  if (Number.isNaN(status)) {
    return { outcome: 'retry', reason: 'gRPC: the connection was closed without an answer' }
  }
  const reason = `gRPC: HTTP ${status} without a gRPC status`
  if (status === 401) return { outcome: 'unauthorized', reason }
  if (status === 403) return { outcome: 'hold', reason }
  return PASSING.has(status) ? { outcome: 'retry', reason } : { outcome: 'wrong-protocol', reason }
}

function decoded(message: string | string[] | undefined): string {
  const text = Array.isArray(message) ? message.join(' ') : (message ?? '')
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Why a call could not be made. A peer that answers HTTP/1.1 on that port does not speak gRPC. */
async function explain(thrown: unknown, target: TargetConfig): Promise<Sent> {
  const error = thrown as NodeJS.ErrnoException
  const reason = `gRPC to ${target.endpoint}: ${error.message}`
  const passing = new Set([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ETIMEDOUT',
  ])
  if (error.code !== undefined && passing.has(error.code)) return { outcome: 'retry', reason }
  if (await speaksHttp1(target)) return { outcome: 'wrong-protocol', reason }
  return /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|EPROTO/.test(error.code ?? '')
    ? { outcome: 'hold', reason }
    : { outcome: 'retry', reason }
}
