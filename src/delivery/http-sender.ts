import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { TargetConfig } from '../config/config.ts'
import { type HttpAnswer, request } from '../runtime/http.ts'
import { HttpError } from '../runtime/http-error.ts'
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
        })
        return read(answer, headers)
      } catch (thrown) {
        return failed(thrown)
      }
    },
    close(): void {},
  }
}

function read(answer: HttpAnswer, headers: Readonly<Record<string, string>>): Sent {
  const { status } = answer
  if (status >= 200 && status < 300) return readAccepted(answer, headers)
  const text = answer.body.toString('utf8')
  const said = describeAnswer(text, headers)
  const reason = `HTTP ${status}${said && `: ${said}`}`
  if (status === 401) return { outcome: 'unauthorized', reason }
  if (status >= 300 && status < 400) {
    return { outcome: 'hold', reason: `${reason}. Redirects are not followed: configure the final address` }
  }
  if (status === 403 || status === 404) return { outcome: 'hold', reason, body: text }
  if (status === 408 || status === 429 || (status >= 502 && status <= 504)) {
    const afterMs = retryAfterMs(answer.headers['retry-after'])
    return { outcome: 'retry', reason, ...(afterMs !== undefined && { afterMs }) }
  }
  return { outcome: 'refused', reason, body: text, status, tooLarge: status === 413 }
}

function failed(thrown: unknown): Sent {
  if (thrown instanceof HttpError) {
    const { kind, message } = thrown
    if (kind === 'tls' || kind === 'invalid-request' || kind === 'not-http')
      return { outcome: 'hold', reason: message }
    return { outcome: 'retry', reason: message }
  }
  return { outcome: 'hold', reason: thrown instanceof Error ? thrown.message : String(thrown) }
}
