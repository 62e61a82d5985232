import { TraceAssertionError } from './assertion-error.ts'
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
import { describeTrace } from './tree-snapshot.ts'
import type { Verdict } from './verdict.ts'

/** Assertions on one trace. Each returns the same object, so they can be chained; each throws {@link TraceAssertionError}. */
export interface TraceExpectation {
  /** Negates the next assertion. */
  readonly not: TraceExpectation
  /** The tool was called: at least once or exactly `times` times, with the given arguments and the given result. */
  toHaveCalled(tool: string, options?: CallOptions): TraceExpectation
  /** The tools were called in this order. Other calls may come in between; what counts is when a call began. */
  toHaveCalledInOrder(tools: readonly string[]): TraceExpectation
  /** No tools other than these were called. */
  toHaveCalledOnly(tools: readonly string[]): TraceExpectation
  /** The trace has a matching span: at least one, or exactly the given number. */
  toHaveSpan(matcher: SpanMatcher, options?: { readonly times?: number | undefined }): TraceExpectation
  /** The whole trace used fewer tokens. Fails if no span has token counts. */
  toUseTokensBelow(bounds: TokenBounds): TraceExpectation
  /** The root took less time than this, in milliseconds. */
  toTakeLessThan(ms: number): TraceExpectation
  /** No span failed, and no exception was recorded. */
  toHaveNoErrors(): TraceExpectation
  /** The trace as a whole failed, with a matching error of its root. */
  toHaveFailed(error?: ErrorMatcher): TraceExpectation
  /** The trace is exactly this tree. Spans that ran at the same time may appear in either order. */
  toMatchTree(pattern: TreePattern): TraceExpectation
}

/**
 * Assertions on `trace`, for any test runner: an assertion that fails throws an error that shows the trace.
 *
 * @throws TraceAssertionError when there is no trace, or an assertion fails
 * @example
 * expectTrace(traces.last).toHaveCalledInOrder(['search', 'book']).toUseTokensBelow(500).toHaveNoErrors()
 */
export function expectTrace(trace: CapturedTrace | undefined): TraceExpectation {
  if (trace === undefined) {
    throw new TraceAssertionError(
      'There is no trace to look at: nothing was traced, or its root is still open ("await traces.settled()" waits for it).',
      expectTrace,
    )
  }
  return expectation(trace, false)
}

function expectation(trace: CapturedTrace, negated: boolean): TraceExpectation {
  // biome-ignore lint/complexity/noBannedTypes: only the function's identity counts, for the stack.
  const assert = (method: Function, verdict: Verdict): TraceExpectation => {
    if (verdict.impossible || verdict.pass === negated) throw failure(trace, verdict, negated, method)
    return negated ? expectation(trace, false) : self
  }
  const self: TraceExpectation = {
    get not() {
      return expectation(trace, !negated)
    },
    toHaveCalled: (tool, options) => assert(self.toHaveCalled, checkCalled(trace, tool, options)),
    toHaveCalledInOrder: (tools) => assert(self.toHaveCalledInOrder, checkOrder(trace, tools)),
    toHaveCalledOnly: (tools) => assert(self.toHaveCalledOnly, checkOnly(trace, tools)),
    toHaveSpan: (matcher, options) => assert(self.toHaveSpan, checkSpan(trace, matcher, options)),
    toUseTokensBelow: (bounds) => assert(self.toUseTokensBelow, checkTokens(trace, bounds)),
    toTakeLessThan: (ms) => assert(self.toTakeLessThan, checkDuration(trace, ms)),
    toHaveNoErrors: () => assert(self.toHaveNoErrors, checkNoErrors(trace)),
    toHaveFailed: (error) => assert(self.toHaveFailed, checkFailed(trace, error)),
    toMatchTree: (pattern) => assert(self.toMatchTree, checkTree(trace, pattern)),
  }
  return self
}

// biome-ignore lint/complexity/noBannedTypes: only the function's identity counts, for the stack.
function failure(trace: CapturedTrace, verdict: Verdict, negated: boolean, method: Function): Error {
  const said = negated ? verdict.passed : verdict.failed
  return new TraceAssertionError(`${said}\n\nThe trace is\n\n${describeTrace(trace)}\n`, method, verdict)
}
