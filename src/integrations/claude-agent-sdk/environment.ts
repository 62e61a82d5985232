import { environment } from '../../config/environment.ts'
import { injectTrace } from '../../context/propagation.ts'
import type { Turn } from '../base/harness/index.ts'
import { dataAt, isPlainObject } from '../base/index.ts'

/**
 * The environment of the child process, which continues the trace: the program's own with `TRACEPARENT`, unless it has one.
 * The program's environment is what the SDK would take by itself.
 */
export function tracedEnvironment(given: unknown, turn: Turn): unknown {
  // What cannot be copied stays the program's.
  if (given !== undefined && given !== environment() && !isPlainObject(given)) return given
  const { traceparent, tracestate } = turn.run(() => injectTrace<Record<string, string>>({}))
  if (traceparent === undefined) return given
  if (given !== environment() && dataAt(given, 'TRACEPARENT') !== undefined) return given
  // Without an environment of the program's the SDK takes that of the process.
  return {
    ...(given ?? environment()),
    TRACEPARENT: traceparent,
    ...(tracestate !== undefined && { TRACESTATE: tracestate }),
  }
}
