/**
 * Traces in unit tests of agents, with any test runner: `import { captureTraces, expectTrace } from 'turnspan/testing'`.
 *
 * @packageDocumentation
 */
export type { Diagnostic, DiagnosticLevel } from '../runtime/diagnostics.ts'
export type { CountedUsage } from '../span/token-usage.ts'
export { TraceAssertionError } from './assertion-error.ts'
export { type CapturedTraces, captureTraces } from './capture-traces.ts'
export type { CapturedEvent, CapturedLink, CapturedSpan } from './captured-span.ts'
export type { CapturedTrace, SpanNode } from './captured-trace.ts'
export type { ErrorMatcher, TokenBounds } from './check-trace.ts'
export { expectTrace, type TraceExpectation } from './expect-trace.ts'
export type { CallOptions, CaptureTracesOptions, SnapshotOptions } from './options.ts'
export {
  hasCalled,
  hasCalledInOrder,
  hasCalledOnly,
  hasFailed,
  hasNoErrors,
  hasSpan,
  matchesTree,
  takesLessThan,
  usesTokensBelow,
} from './predicates.ts'
export type { SpanMatcher, SpanPattern } from './span-matcher.ts'
export type { TreeNode, TreePattern } from './tree-pattern.ts'
export { treeSnapshot } from './tree-snapshot.ts'
