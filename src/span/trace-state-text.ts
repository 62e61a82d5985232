import type { TraceState } from '@opentelemetry/api'
import { stateTextOf } from './clean-fields.ts'

let lastState: TraceState | undefined
let lastText: string | undefined

/** Text of a tracestate, if it has any; all spans of most processes have the same one. */
export function traceStateText(state: TraceState): string | undefined {
  if (state === lastState) return lastText
  lastState = state
  lastText = stateTextOf(state)
  return lastText
}
