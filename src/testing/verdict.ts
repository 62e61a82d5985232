import type { CapturedTrace } from './captured-trace.ts'
import { toolCalls, toolNameOf } from './span-matcher.ts'

/** What a check found. The sentences say what was expected and what is there instead. */
export interface Verdict {
  readonly pass: boolean
  /** Said when it was expected to pass and did not. */
  readonly failed: string
  /** Said when it was expected not to pass and did. */
  readonly passed: string
  /** Neither can be said: the trace lacks what the check is about. */
  readonly impossible?: boolean
  /** Texts that a runner can show as a difference. */
  readonly actual?: string
  readonly expected?: string
}

/** `1 call`, `2 calls`. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** The tools that were called, in order, for a message. */
export function calledTools(trace: CapturedTrace): string {
  const names = toolCalls(trace.spans).map(toolNameOf)
  return names.length === 0 ? 'no tool was called' : `the tools called were: ${names.join(', ')}`
}
