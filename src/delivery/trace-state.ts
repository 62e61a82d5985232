import type { TraceState } from '@opentelemetry/api'
import { createTraceState } from '../runtime/otel-trace-state.ts'

// A member of the W3C tracestate that says: the process that began this trace exports it, and its root will arrive.
// Without it, a root with a remote parent is taken for the only root that the trace will ever have.
// `root;<experiment>` also says to which experiment of MLflow; see trace-experiment.ts.
const MEMBER = 'turnspan'
const ROOT = 'root'

const made = new Map<string | undefined, TraceState>()

/** The tracestate of a trace that begins here, and goes to `experiment` as trace-experiment.ts writes it. */
export function ownTraceState(experiment?: string): TraceState {
  const known = made.get(experiment)
  if (known !== undefined) return known
  const state = createTraceState(`${MEMBER}=${experiment === undefined ? ROOT : `${ROOT};${experiment}`}`)
  made.set(experiment, state)
  return state
}

/** Whether a tracestate that came in says that turnspan exports the trace's beginning. */
export function isFromTurnspan(state: TraceState | undefined): boolean {
  return state?.get(MEMBER)?.split(';', 1)[0] === ROOT
}

/** What a tracestate that came in says of the experiment; `undefined` when nothing. */
export function experimentIn(state: TraceState | undefined): string | undefined {
  return isFromTurnspan(state) ? state?.get(MEMBER)?.slice(ROOT.length + 1) || undefined : undefined
}
