import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
} from 'node:http2'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { TargetConfig } from '../../config/config.ts'
import { HttpError } from '../../runtime/http-error.ts'
import { realTime, withoutHold } from '../../runtime/real-time.ts'
import { untraced } from '../../runtime/suppress.ts'
import { isUsable, openSession } from './grpc-session.ts'
import { readStatus } from './grpc-status.ts'
import { inflated } from './inflate.ts'
import { readPartialSuccess } from './partial-success.ts'
import { speaksHttp1 } from './protocol-probe.ts'
import { MAX_ANSWER_BYTES } from './read-accepted.ts'
import type { Sender, TransportResult } from './sender.ts'
import { tlsAdvice } from './tls-advice.ts'

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
        const deadline = realTime.uptimeMs() + target.timeoutMs
        if (!isUsable(session)) session = await openSession(target, deadline)
        const zipped = target.compression === 'gzip'
        const message = frame(zipped ? await compress(bytes, { level: 1 }) : bytes, zipped)
        return await call(session, { target, headers, message, zipped, deadline })
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

/** gRPC's message frame: whether it is compressed, its length, the message. */
function frame(message: Uint8Array, compressed: boolean): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(compressed ? 1 : 0, 0)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

interface Call {
  readonly target: TargetConfig
  readonly headers: Readonly<Record<string, string>>
  readonly message: Buffer
  readonly zipped: boolean
  /** Of the monotonic clock, ms. */
  readonly deadline: number
}

function call(session: ClientHttp2Session, request: Call): Promise<TransportResult> {
  const { target, headers, message, deadline } = request
  return new Promise((resolve, reject) => {
    const leftMs = Math.max(1, Math.ceil(deadline - realTime.uptimeMs()))
    const stream: ClientHttp2Stream = untraced(() => session.request(metadata(request, leftMs)))
    const timer = withoutHold(
      realTime.start(() => {
        resolve({ outcome: 'retry', reason: `gRPC: no answer within ${target.timeoutMs} ms` })
        // The connection may be dead without anybody having said so; the next call makes a new one.
        session.destroy()
      }, leftMs),
    )
    let response: IncomingHttpHeaders = {}
    let trailers: IncomingHttpHeaders | undefined
    const body: Buffer[] = []
    let size = 0
    stream.on('response', (answer) => {
      response = answer
    })
    stream.on('trailers', (answer) => {
      trailers = answer
    })
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_ANSWER_BYTES) {
        body.push(chunk)
        return
      }
      resolve({ outcome: 'hold', reason: ENDLESS })
      session.destroy()
    })
    stream.on('error', reject)
    stream.on('close', () => {
      realTime.stop(timer)
      const sent = readStatus(response, trailers ?? response, headers)
      resolve(
        sent.outcome === 'accepted'
          ? withMessage(sent, Buffer.concat(body), response['grpc-encoding'])
          : sent,
      )
    })
    untraced(() => void stream.end(message))
  })
}

const ENDLESS = `gRPC: an answer of more than ${MAX_ANSWER_BYTES / 1024} kB: this is not an OTLP endpoint`

function metadata({ headers, zipped }: Call, leftMs: number): OutgoingHttpHeaders {
  return {
    ...headers,
    ':method': 'POST',
    ':path': METHOD,
    'content-type': 'application/grpc',
    te: 'trailers',
    // At most eight digits, says the protocol.
    'grpc-timeout': `${Math.min(leftMs, 99_999_999)}m`,
    ...(zipped && { 'grpc-encoding': 'gzip' }),
  }
}

const FRAME_BYTES = 5

/** Adds what the receiver says in its message, compressed or not. */
function withMessage(
  sent: TransportResult,
  body: Buffer,
  encoding: string | string[] | undefined,
): TransportResult {
  if (body.length < FRAME_BYTES) return sent
  const framed = body.subarray(FRAME_BYTES, FRAME_BYTES + body.readUInt32BE(1))
  const message = body[0] === 0 ? framed : inflated(framed, String(encoding ?? ''), MAX_ANSWER_BYTES)
  const said = message && readPartialSuccess(message)
  return said === undefined ? sent : { outcome: 'accepted', said }
}

/** Why a call could not be made. A peer that answers HTTP/1.1 on that port does not speak gRPC. */
async function explain(thrown: unknown, target: TargetConfig): Promise<TransportResult> {
  if (thrown instanceof HttpError) {
    // Of the way to a proxy.
    return { outcome: thrown.kind === 'proxy' ? 'hold' : 'retry', reason: `gRPC: ${thrown.message}` }
  }
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
    ? { outcome: 'hold', reason: reason + tlsAdvice(target.tls, error.code) }
    : { outcome: 'retry', reason }
}
