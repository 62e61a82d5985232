import type { HttpAnswer } from '../../runtime/http.ts'
import { describeAnswer } from './describe-answer.ts'
import { inflated } from './inflate.ts'
import { readPartialSuccess, readPartialSuccessJson } from './partial-success.ts'
import { saysError } from './says-error.ts'
import type { TransportResult } from './sender.ts'

/** Longest answer that is read; an OTLP receiver's has a sentence at most. */
export const MAX_ANSWER_BYTES: number = 64 * 1024
/** A word like `OK`, or a small JSON object, with which some receivers answer instead. */
const MAX_WORD = 300

const NO_RECEIVER = 'this is not an OTLP endpoint'

/**
 * What an answer with a status of 200 to 299 says. By itself the status says little: health checks, web pages and
 * proxies' log-in forms have it as well, and what was sent there is gone.
 */
export function readAccepted(answer: HttpAnswer, headers: Readonly<Record<string, string>>): TransportResult {
  const hold = (what: string): TransportResult => ({
    outcome: 'hold',
    reason: `HTTP ${answer.status} with ${what} as the answer: ${NO_RECEIVER}`,
  })
  if (isPage(answer.headers, answer.body)) return hold('a web page')
  if (answer.truncated) return hold(`more than ${MAX_ANSWER_BYTES / 1024} kB`)
  const body = inflated(answer.body, answer.headers['content-encoding'], MAX_ANSWER_BYTES)
  if (body === undefined) return hold('a body that cannot be decompressed to an OTLP answer')
  if (body.length === 0) return { outcome: 'accepted' }
  if (isPage(answer.headers, body)) return hold('a web page')
  const text = body.toString('utf8')
  const said = isPlain(body) ? readPartialSuccessJson(text) : readPartialSuccess(body)
  if (said !== undefined) return { outcome: 'accepted', said }
  const shown = describeAnswer(text, headers)
  if (saysError(text)) return hold(`an error (${shown})`)
  if (isHealthCheck(text)) return hold(`a health report (${shown})`)
  if (isWord(answer.headers, body)) return { outcome: 'accepted', doubt: `HTTP ${answer.status}: ${shown}` }
  return hold('something else')
}

/** Whether an answer is a page for people, which no receiver of spans writes. */
export const isPage = (headers: HttpAnswer['headers'], body: Buffer): boolean =>
  /^text\/html/i.test(headers['content-type'] ?? '') ||
  /^\s*<(!doctype|html)/i.test(body.toString('utf8', 0, 64))

/** The Collector's health check answers every request, whatever its path and method. */
const isHealthCheck = (text: string): boolean => /^\{"status":\s*"(Server available|StatusOK)"/.test(text)

/** OTLP's answer in protobuf has a length in it, which is no character. */
const isPlain = (body: Buffer): boolean => /^[\x20-\x7e\s]+$/.test(body.toString('latin1'))

function isWord(headers: HttpAnswer['headers'], body: Buffer): boolean {
  return (
    body.length <= MAX_WORD && !/protobuf|octet-stream/i.test(headers['content-type'] ?? '') && isPlain(body)
  )
}
