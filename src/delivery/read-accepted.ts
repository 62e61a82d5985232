import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { HttpAnswer } from '../runtime/http.ts'
import { describeAnswer } from './describe-answer.ts'
import { readPartialSuccess, readPartialSuccessJson } from './partial-success.ts'
import type { Sent } from './sender.ts'

/** Longest answer that is read; an OTLP receiver's has a sentence at most. */
export const MOST_ANSWER_BYTES: number = 64 * 1024
/** A word like `OK`, or a small JSON object, with which some receivers answer instead. */
const MOST_WORD = 300

const NO_RECEIVER = 'this is not an OTLP endpoint'

/**
 * What an answer with a status of 200 to 299 says. By itself the status says little: health checks, web pages and
 * proxies' log-in forms have it as well, and what was sent there is gone.
 */
export function readAccepted(answer: HttpAnswer, headers: Readonly<Record<string, string>>): Sent {
  const hold = (what: string): Sent => ({
    outcome: 'hold',
    reason: `HTTP ${answer.status} with ${what} for an answer: ${NO_RECEIVER}`,
  })
  if (isPage(answer.headers, answer.body)) return hold('a web page')
  if (answer.truncated) return hold(`more than ${MOST_ANSWER_BYTES / 1024} kB`)
  const body = inflated(answer)
  if (body === undefined) return hold('a body that cannot be decompressed to an OTLP answer')
  if (body.length === 0) return { outcome: 'accepted' }
  if (isPage(answer.headers, body)) return hold('a web page')
  const text = body.toString('utf8')
  const said = readPartialSuccess(body) ?? readPartialSuccessJson(text)
  if (said !== undefined) return { outcome: 'accepted', said }
  const shown = describeAnswer(text, headers)
  if (isHealthCheck(text)) return hold(`a health report (${shown})`)
  if (isWord(answer.headers, body)) return { outcome: 'accepted', doubt: `HTTP ${answer.status}: ${shown}` }
  return hold('something else')
}

function inflated({ headers, body }: HttpAnswer): Buffer | undefined {
  const most = { maxOutputLength: MOST_ANSWER_BYTES }
  try {
    switch (headers['content-encoding']?.trim().toLowerCase()) {
      case undefined:
      case '':
      case 'identity':
        return body
      case 'gzip':
      case 'x-gzip':
        return body.length === 0 ? body : gunzipSync(body, most)
      case 'deflate':
        return body.length === 0 ? body : inflateSync(body, most)
      case 'br':
        return body.length === 0 ? body : brotliDecompressSync(body, most)
      default:
        return undefined
    }
  } catch {
    return undefined
  }
}

const isPage = (headers: HttpAnswer['headers'], body: Buffer): boolean =>
  /^text\/html/i.test(headers['content-type'] ?? '') ||
  /^\s*<(!doctype|html)/i.test(body.toString('utf8', 0, 64))

/** The Collector's health check answers every request, whatever its path and method. */
const isHealthCheck = (text: string): boolean => /^\{"status":\s*"(Server available|StatusOK)"/.test(text)

function isWord(headers: HttpAnswer['headers'], body: Buffer): boolean {
  return (
    body.length <= MOST_WORD &&
    !/protobuf|octet-stream/i.test(headers['content-type'] ?? '') &&
    /^[\x20-\x7e\s]+$/.test(body.toString('latin1'))
  )
}
