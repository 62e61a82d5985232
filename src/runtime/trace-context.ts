import type { SpanContext, TraceState } from '@opentelemetry/api'
import { isSpanContextValid, TraceFlags } from './otel-trace.ts'
import { createTraceState } from './otel-trace-state.ts'

// https://www.w3.org/TR/trace-context-2/, of which level 1 is a part.
const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/
const KNOWN_FLAGS = TraceFlags.SAMPLED | TraceFlags.RANDOM

/** The text of a `traceparent`. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & KNOWN_FLAGS}`
}

/** The text of a tracestate, if it has any. It may be of any SDK, or of the program itself. */
export function stateTextOf(state: unknown): string | undefined {
  try {
    const text: unknown = (state as TraceState | undefined)?.serialize()
    return typeof text === 'string' && text !== '' ? text : undefined
  } catch {
    return undefined
  }
}

/** The caller that two headers name, with what of a `tracestate` can be read; `undefined` where they name none. */
export function readTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): SpanContext | undefined {
  const match = traceparent === undefined ? null : TRACEPARENT.exec(traceparent.trim())
  if (match === null) return undefined
  const [, version, traceId = '', spanId = '', flags = '00', rest] = match
  // Version ff is forbidden; of version 00 the header has exactly four parts.
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & KNOWN_FLAGS,
    isRemote: true,
    ...(tracestate !== undefined && tracestate !== '' && { traceState: createTraceState(tracestate) }),
  }
  return isSpanContextValid(context) ? context : undefined
}
