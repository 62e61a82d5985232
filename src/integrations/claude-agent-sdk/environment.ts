import { environment } from '../../config/environment.ts'
import { injectHeaders } from '../../context/propagation.ts'
import type { Turn } from '../base/harness/index.ts'

/**
 * The environment of the child process, which continues the trace: the program's own with `TRACEPARENT`, unless it has one.
 * The program's environment is what the SDK would take by itself.
 */
export function tracedEnvironment(given: unknown, turn: Turn): unknown {
  if (given !== undefined && (typeof given !== 'object' || given === null)) return given
  const { traceparent, tracestate } = turn.run(() => injectHeaders<Record<string, string>>({}))
  if (traceparent === undefined) return given
  if ((given as Record<string, unknown> | undefined)?.TRACEPARENT !== undefined) return given
  // Without an environment of the program's the SDK takes that of the process.
  return {
    ...(given ?? environment()),
    TRACEPARENT: traceparent,
    ...(tracestate !== undefined && { TRACESTATE: tracestate }),
  }
}
