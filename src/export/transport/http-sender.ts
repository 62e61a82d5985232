import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { TargetConfig } from '../../config/config.ts'
import { type HttpAnswer, request } from '../../runtime/http.ts'
import { HttpError, type HttpErrorKind } from '../../runtime/http-error.ts'
import { retryAfterMs } from '../../runtime/retry-after.ts'
import { loadTls } from '../../runtime/tls-files.ts'
import { describeAnswer } from './describe-answer.ts'
import { inflated } from './inflate.ts'
import { isPage, MAX_ANSWER_BYTES, readAccepted } from './read-accepted.ts'
import type { Sender, TransportResult } from './sender.ts'
import { tlsAdvice } from './tls-advice.ts'

// Level 1 costs a quarter of the default level's time for a tenth more bytes.
const GZIP_LEVEL = 1
const compress = promisify(gzip)

/** Sends OTLP over HTTP, one protobuf body a request. */
export function createHttpSender(url: string, target: TargetConfig): Sender {
  const encrypted = url.startsWith('https:')
  return {
    protocol: 'http/protobuf',
    async send(bytes, headers, isUrgent): Promise<TransportResult> {
      try {
        const zipped = target.compression === 'gzip'
        const answer = await request(url, {
          method: 'POST',
          headers: {
            ...headers,
            'content-type': 'application/x-protobuf',
            ...(zipped && { 'content-encoding': 'gzip' }),
          },
          body: zipped ? await compress(bytes, { level: GZIP_LEVEL }) : bytes,
          ...(encrypted && { tls: await loadTls(target.tls) }),
          timeoutMs: target.timeoutMs,
          maxBytes: MAX_ANSWER_BYTES,
          // A flush and the end of the process wait for it by timers of their own.
          background: true,
          ...(isUrgent && { isUrgent }),
          ...(target.proxy && { proxy: target.proxy }),
        })
        const sent = read(answer, headers)
        return sent.outcome === 'accepted' ? { ...sent, bodySent: zipped || answer.bodySent } : sent
      } catch (thrown) {
        return failed(thrown, target)
      }
    },
    close(): void {},
  }
}

/** What a span may be the reason of; every other status of 400 to 499 is about the address or who we are. */
const ABOUT_CONTENT: ReadonlySet<number> = new Set([400, 409, 413, 422])
/** The OpenTelemetry Collector, and what is made of it, says so with status 400. */
const TOO_LARGE = /(?:body|entity|payload|message|request) (?:is )?too large/i
/** Servers that speak TLS, to who does not: nginx, Apache, Go, Tomcat. */
const ABOUT_TLS =
  /plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL|HTTP request to an HTTPS server|combination of host and port requires TLS/i
/** Of servers that could not read the request itself: uvicorn, HAProxy, nginx. */
const ABOUT_REQUEST =
  /invalid HTTP request|sent an invalid request|SSL certificate error|required SSL certificate|request header or cookie too large/i
const PASSING: ReadonlySet<number> = new Set([408, 425, 429])
/** Of 500 to 599, what waiting does not change: not implemented, no such version of HTTP, a network that wants a log-in. */
const LASTING: ReadonlySet<number> = new Set([501, 505, 511])

function read(answer: HttpAnswer, headers: Readonly<Record<string, string>>): TransportResult {
  const { status } = answer
  if (status >= 200 && status < 300) return readAccepted(answer, headers)
  const bytes = inflated(answer.body, answer.headers['content-encoding'], MAX_ANSWER_BYTES) ?? Buffer.of()
  const body = bytes.toString('utf8')
  const said = describeAnswer(body, headers)
  const reason = `HTTP ${status}${said && `: ${said}`}`
  if (status === 401) return { outcome: 'unauthorized', reason }
  if (status >= 300 && status < 400) {
    return { outcome: 'hold', reason: `${reason}. Redirects are not followed: configure the final address` }
  }
  if (status !== 413 && status < 500 && ABOUT_TLS.test(body)) {
    return {
      outcome: 'hold',
      reason: `${reason}. The server speaks TLS on this port: try https:// in the address`,
    }
  }
  // What stands before a receiver writes pages for people; only the limit of a body's size is about the spans.
  const isVerdict = status === 413 || !(isPage(answer.headers, bytes) || ABOUT_REQUEST.test(body))
  if (ABOUT_CONTENT.has(status) && !isVerdict) {
    return {
      outcome: 'hold',
      reason: `${reason}. This is not the answer of an OTLP receiver: check the address`,
      body,
    }
  }
  if (ABOUT_CONTENT.has(status)) {
    const tooLarge = status === 413 || TOO_LARGE.test(said)
    return { outcome: 'refused', reason, body, status, tooLarge }
  }
  if (status === 500) return { outcome: 'refused', reason, body, status, serverFault: true }
  if (PASSING.has(status) || (status > 500 && !LASTING.has(status))) {
    const afterMs = retryAfterMs(answer.headers['retry-after'])
    return { outcome: 'retry', reason, ...(afterMs !== undefined && { afterMs }) }
  }
  return { outcome: 'hold', reason, body }
}

const LASTING_FAILURES: ReadonlySet<HttpErrorKind> = new Set(['tls', 'invalid-request', 'not-http', 'proxy'])

function failed(thrown: unknown, { tls }: TargetConfig): TransportResult {
  if (thrown instanceof HttpError) {
    const { kind, code, message } = thrown
    if (LASTING_FAILURES.has(kind)) return { outcome: 'hold', reason: message + tlsAdvice(tls, code) }
    return { outcome: 'retry', reason: message }
  }
  return { outcome: 'hold', reason: thrown instanceof Error ? thrown.message : String(thrown) }
}
