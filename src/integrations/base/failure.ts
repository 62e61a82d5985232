import type { LiveSpan } from '../../span/live-span.ts'
import * as keys from '../../span/semconv/keys.ts'

/** A failure that is told and not thrown: in an answer, in the result of a tool. */
export interface ToldFailure {
  /** `error.type`: a word of the API, or `tool_error`. */
  readonly type: string
  /** Content. */
  readonly message?: string | undefined
  /** What was thrown, where somebody kept it. */
  readonly cause?: unknown
}

/** Records that the work of `span` failed, as of an error that is thrown: with status, `error.type` and an exception. */
export function failWith(span: LiveSpan, { type, message, cause }: ToldFailure): void {
  span.setAttribute(keys.ERROR_TYPE, type)
  span.recordException(cause ?? { name: type, message })
  span.setStatus('ERROR', message)
}
