import type { LiveSpan } from '../../span/live-span.ts'
import { dataAt, dataOf, failWith, itemsOf, read, text } from '../base/index.ts'
import { ERROR_TYPE, STATUS_CODE } from './attributes.ts'
import { textAt } from './protocol.ts'

// What the SDK itself ends a request with, in its first version as if the peer had said so.
const CONNECTION_CLOSED = -32000
const REQUEST_TIMEOUT = -32001

/** Whether a tool says in its result that it failed. */
export const isToolError = (result: unknown): boolean => dataAt(result, 'isError') === true

/** Records what a request resulted in. A tool that failed says so in its result, and nothing is thrown. */
export function recordResult(span: LiveSpan, result: unknown): void {
  if (result !== undefined && span.wantsContent) span.setOutputs(dataOf(result))
  if (isToolError(result)) recordToolError(span, result)
}

/** Records that a tool failed, with what it says of it. */
export function recordToolError(span: LiveSpan, result: unknown): void {
  failWith(span, { type: 'tool_error', message: toolErrorText(result) })
}

/** Records the error that answers a request. */
export function recordErrorAnswer(span: LiveSpan, error: unknown): void {
  const code = read(error, 'code')
  if (typeof code === 'number') span.setAttribute(STATUS_CODE, String(code))
  failWith(span, {
    type: typeof code === 'number' ? String(code) : '_OTHER',
    message: textAt(error, 'message'),
  })
}

/** Records why a request came to nothing. */
export function recordFailure(span: LiveSpan, error: unknown, cancelled: boolean): void {
  const code = read(error, 'code')
  const type = cancelled ? 'cancelled' : failureType(error)
  if (typeof code === 'number' && type === String(code)) span.setAttribute(STATUS_CODE, type)
  span.recordException(error)
  // The SDK puts the code before the text of the peer, which is what the conventions ask for.
  markFailed(span, type, textAt(error, 'message')?.replace(/^MCP error -?\d+: /, ''))
}

/** Records that nobody waits for the answer any more. */
export function recordCancelled(span: LiveSpan, reason: unknown): void {
  const text = typeof reason === 'string' ? reason : textAt(reason, 'message')
  markFailed(span, 'cancelled', text ?? 'The request was cancelled, or its connection closed.')
}

function markFailed(span: LiveSpan, type: string, message: string | undefined): void {
  span.setAttribute(ERROR_TYPE, type)
  span.setStatus('ERROR', message)
}

function failureType(error: unknown): string {
  const code = read(error, 'code')
  if (code === REQUEST_TIMEOUT || code === 'REQUEST_TIMEOUT') return 'timeout'
  if (code === CONNECTION_CLOSED || code === 'CONNECTION_CLOSED') return 'connection_closed'
  if (typeof code === 'number') return String(code)
  return (typeof code === 'string' && code) || textAt(error, 'name') || '_OTHER'
}

/** The texts of a failed result. */
function toolErrorText(result: unknown): string | undefined {
  const texts = itemsOf(dataAt(result, 'content')).flatMap((item) => text(dataAt(item, 'text')) ?? [])
  return texts.length === 0 ? undefined : texts.join('\n')
}
