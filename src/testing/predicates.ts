import type { CapturedTrace } from './captured-trace.ts'
import { checkCalled, checkOnly, checkOrder } from './check-calls.ts'
import {
  checkDuration,
  checkFailed,
  checkNoErrors,
  checkSpan,
  checkTokens,
  checkTree,
  type ErrorMatcher,
  type TokenBounds,
} from './check-trace.ts'
import type { CallOptions } from './options.ts'
import type { SpanMatcher } from './span-matcher.ts'
import type { TreePattern } from './tree-pattern.ts'

/** Whether the tool was called; as {@link TraceExpectation.toHaveCalled}. */
export function hasCalled(trace: CapturedTrace, tool: string, options?: CallOptions): boolean {
  return checkCalled(trace, tool, options).pass
}

/** Whether the tools were called in this order; as {@link TraceExpectation.toHaveCalledInOrder}. */
export function hasCalledInOrder(trace: CapturedTrace, tools: readonly string[]): boolean {
  return checkOrder(trace, tools).pass
}

/** Whether no other tools were called; as {@link TraceExpectation.toHaveCalledOnly}. */
export function hasCalledOnly(trace: CapturedTrace, tools: readonly string[]): boolean {
  return checkOnly(trace, tools).pass
}

/** Whether the trace has such a span; as {@link TraceExpectation.toHaveSpan}. */
export function hasSpan(
  trace: CapturedTrace,
  matcher: SpanMatcher,
  options?: { readonly times?: number | undefined },
): boolean {
  return checkSpan(trace, matcher, options).pass
}

/** Whether the trace used fewer tokens, false when no span has token counts; as {@link TraceExpectation.toUseTokensBelow}. */
export function usesTokensBelow(trace: CapturedTrace, bounds: TokenBounds): boolean {
  return checkTokens(trace, bounds).pass
}

/** Whether the trace took less time; as {@link TraceExpectation.toTakeLessThan}. */
export function takesLessThan(trace: CapturedTrace, ms: number): boolean {
  return checkDuration(trace, ms).pass
}

/** Whether nothing failed; as {@link TraceExpectation.toHaveNoErrors}. */
export function hasNoErrors(trace: CapturedTrace): boolean {
  return checkNoErrors(trace).pass
}

/** Whether the trace as a whole failed; as {@link TraceExpectation.toHaveFailed}. */
export function hasFailed(trace: CapturedTrace, error?: ErrorMatcher): boolean {
  return checkFailed(trace, error).pass
}

/** Whether the trace is exactly this tree; as {@link TraceExpectation.toMatchTree}. */
export function matchesTree(trace: CapturedTrace, pattern: TreePattern): boolean {
  return checkTree(trace, pattern).pass
}
