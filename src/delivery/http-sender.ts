import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { TargetConfig } from '../config/config.ts'
import { type HttpAnswer, request } from '../runtime/http.ts'
import { HttpError } from '../runtime/http-error.ts'
import { retryAfterMs } from '../runtime/retry-after.ts'
import { loadTls } from '../runtime/tls-files.ts'
import type { Sender, Sent } from './sender.ts'

const MOST_ANSWER_BYTES = 64 * 1024
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
        return read(answer)
      } catch (thrown) {
        return failed(thrown)
      }
    },
    close(): void {},
  }
}

function read(answer: HttpAnswer): Sent {
  const { status } = answer
  const text = status >= 200 && status < 300 ? '' : answer.body.toString('utf8')
  if (status >= 200 && status < 300 && isPage(answer)) {
    return {
      outcome: 'hold',
      reason: `HTTP ${status} with a web page for an answer: this is not an OTLP endpoint`,
    }
  }
  if (status >= 200 && status < 300) return { outcome: 'accepted' }
  const reason = `HTTP ${status}${describeBody(text)}`
  if (status === 401) return { outcome: 'unauthorized', reason }
  if (status === 403 || status === 404 || (status >= 300 && status < 400))
    return { outcome: 'hold', reason, body: text }
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

const isPage = ({ headers, body }: HttpAnswer): boolean =>
  /^text\/html/i.test(headers['content-type'] ?? '') ||
  /^\s*<(!doctype|html)/i.test(body.toString('utf8', 0, 64))

const MOST_SHOWN = 200

/** The start of a server's answer, for a message: one line, without markup. */
function describeBody(text: string): string {
  const line = text
    .replace(/<[^>]{0,200}>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return line === '' ? '' : `: ${line.length > MOST_SHOWN ? `${line.slice(0, MOST_SHOWN)}…` : line}`
}
