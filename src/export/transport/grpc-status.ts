import type { IncomingHttpHeaders } from 'node:http2'
import { describeAnswer } from './describe-answer.ts'
import { retryDelayMs } from './retry-info.ts'
import type { TransportResult } from './sender.ts'

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
/** What servers answer to a message beyond their limit: most the former, those in Rust the latter. */
const SAYS_SIZE: ReadonlySet<string> = new Set(['RESOURCE_EXHAUSTED', 'OUT_OF_RANGE'])
// A gateway that does not reach its server, or wants it spared: gRPC's own mapping calls these UNAVAILABLE.
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** What the headers and the trailers of a call say. @param sent - our own headers, which no message may hold */
export function readStatus(
  response: IncomingHttpHeaders,
  trailers: IncomingHttpHeaders,
  sent: Readonly<Record<string, string>>,
): TransportResult {
  const code = trailers['grpc-status']
  if (code === undefined) return readHttp(response)
  // A code is a number in plain digits; anything else comes from something between the receiver and us.
  if (typeof code !== 'string' || !/^(?:0|[1-9]\d{0,9})$/.test(code)) {
    return {
      outcome: 'retry',
      reason: `gRPC: an answer with the status ${describeAnswer(`"${code}"`, sent)}`,
    }
  }
  const name = NAMES[Number(code)] ?? `code ${code}`
  if (name === 'OK') return { outcome: 'accepted' }
  const message = describeAnswer(decoded(trailers['grpc-message']), sent)
  const reason = `gRPC ${name}${message && `: ${message}`}`
  const tooLarge = SAYS_SIZE.has(name) && /larger than max|message.*(size|large)/i.test(message)
  if (RETRYABLE.has(name) && !tooLarge) {
    const afterMs = retryDelayMs(trailers['grpc-status-details-bin'])
    return { outcome: 'retry', reason, ...(afterMs !== undefined && { afterMs }) }
  }
  if (name === 'UNAUTHENTICATED') return { outcome: 'unauthorized', reason }
  if (name === 'PERMISSION_DENIED' || name === 'UNIMPLEMENTED' || name === 'NOT_FOUND') {
    return { outcome: 'hold', reason }
  }
  // gRPC has a code that nobody knows stand for UNKNOWN.
  const serverFault = name === 'INTERNAL' || name === 'UNKNOWN' || !NAMES.includes(name)
  return { outcome: 'refused', reason, tooLarge, ...(serverFault && { serverFault }) }
}

/** An answer without a gRPC status: no server's, but that of something before it, or of one that speaks HTTP/2 only. */
function readHttp(response: IncomingHttpHeaders): TransportResult {
  const status = Number(response[':status'])
  if (Number.isNaN(status)) {
    return { outcome: 'retry', reason: 'gRPC: the connection was closed without an answer' }
  }
  if (/^application\/grpc/i.test(response['content-type'] ?? '')) {
    return { outcome: 'retry', reason: 'gRPC: the connection was closed before the answer was complete' }
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
