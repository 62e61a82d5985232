import { TurnspanError } from '../runtime/errors.ts'
import { traceIdFromResponseId } from './response-id.ts'

const TRACE_ID = /^[0-9a-f]{32}$/
const ZERO = '0'.repeat(32)

/**
 * The W3C trace ID for any form of naming a trace: 32 hex digits in either case, MLflow's `tr-<hex>`, or a response ID
 * `resp_<hex>`.
 *
 * @throws TurnspanError with code `ERR_TRACE_ID`; for a malformed response ID a `TypeError` with code `ERR_RESPONSE_ID`
 */
export function toTraceId(id: string): string {
  if (typeof id === 'string') {
    if (id.startsWith('resp_')) return traceIdFromResponseId(id)
    const hex = (id.startsWith('tr-') ? id.slice(3) : id).toLowerCase()
    if (TRACE_ID.test(hex) && hex !== ZERO) return hex
  }
  const got = typeof id === 'string' ? JSON.stringify(id.slice(0, 80)) : `a ${typeof id}`
  throw new TurnspanError(
    'ERR_TRACE_ID',
    `A trace ID is 32 hex digits, "tr-" and 32 hex digits, or a response ID, got ${got}.`,
  )
}

/** MLflow's form of a trace ID, `tr-<32 hex>`, from any of the three forms. Throws as {@link toTraceId} does. */
export function toMlflowTraceId(id: string): string {
  return `tr-${toTraceId(id)}`
}

/**
 * The response ID `resp_<32 hex>` that a trace is found by, from any of the three forms.
 *
 * @throws TurnspanError with code `ERR_TRACE_ID`
 */
export function responseIdFromTraceId(traceId: string): string {
  return `resp_${toTraceId(traceId)}`
}
