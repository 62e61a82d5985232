import type { TraceState } from '@opentelemetry/api'
import { createTraceState } from '../runtime/otel-trace-state.ts'

// A member of the W3C tracestate that says: the process that began this trace exports it, and its root will arrive.
// Without it, a root with a remote parent is taken for the only root that the trace will ever have.
const MEMBER = 'turnspan'

let own: TraceState | undefined

/** The tracestate of a trace that begins here. */
export function ownTraceState(): TraceState {
  own ??= createTraceState(`${MEMBER}=root`)
  return own
}

/** Whether a tracestate that came in says that turnspan exports the trace's beginning. */
export function isFromTurnspan(state: TraceState | undefined): boolean {
  return state?.get(MEMBER) === 'root'
}
