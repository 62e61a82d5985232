import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { TargetConfig } from '../config/config.ts'
import { type HttpAnswer, request } from '../runtime/http.ts'
import { HttpError, type HttpErrorKind } from '../runtime/http-error.ts'
import { retryAfterMs } from '../runtime/retry-after.ts'
import { loadTls } from '../runtime/tls-files.ts'
import { describeAnswer } from './describe-answer.ts'
import { MOST_ANSWER_BYTES, readAccepted } from './read-accepted.ts'
import type { Sender, Sent } from './sender.ts'

// Level 1 costs a quarter of the default level's time for a tenth more bytes.
const GZIP_LEVEL = 1
const compress = promisify(gzip)

/** Sends OTLP over HTTP, one protobuf body a request. */
export function createHttpSender(url: string, target: TargetConfig): Sender {
  const encrypted = url.startsWith('https:')
  return {
    protocol: 'http/protobuf',
    async send(bytes: Uint8Array, headers: Readonly<Record<string, string>>): Promise<Sent> {
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
          maxBytes: MOST_ANSWER_BYTES,
          // A flush and the end of the process wait for it by timers of their own.
          background: true,
          ...(target.proxy && { proxy: target.proxy }),
        })
        return read(answer, headers)
      } catch (thrown) {
        return failed(thrown)
      }
    },
    close(): void {},
  }
}

/** What a span may be the reason of; every other status of 400 to 499 is about the address or who we are. */
const ABOUT_CONTENT: ReadonlySet<number> = new Set([400, 409, 413, 422])
/** The OpenTelemetry Collector, and what is made of it, says so with status 400. */
const TOO_LARGE = /(?:body|entity|payload|message|request) (?:is )?too large/i
const PASSING: ReadonlySet<number> = new Set([408, 425, 429])
/** Of 500 to 599, what no waiting mends: not implemented, no such version of HTTP, a network that wants a log-in. */
const LASTING: ReadonlySet<number> = new Set([501, 505, 511])

function read(answer: HttpAnswer, headers: Readonly<Record<string, string>>): Sent {
  const { status } = answer
  if (status >= 200 && status < 300) return readAccepted(answer, headers)
  const body = answer.body.toString('utf8')
  const said = describeAnswer(body, headers)
  const reason = `HTTP ${status}${said && `: ${said}`}`
  if (status === 401) return { outcome: 'unauthorized', reason }
  if (status >= 300 && status < 400) {
    return { outcome: 'hold', reason: `${reason}. Redirects are not followed: configure the final address` }
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

function failed(thrown: unknown): Sent {
  if (thrown instanceof HttpError) {
    const { kind, message } = thrown
    if (LASTING_FAILURES.has(kind)) return { outcome: 'hold', reason: message }
    return { outcome: 'retry', reason: message }
  }
  return { outcome: 'hold', reason: thrown instanceof Error ? thrown.message : String(thrown) }
}
