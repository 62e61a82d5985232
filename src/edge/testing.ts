/**
 * `turnspan/testing` where there is no Node: a capture that sees nothing and says why. Assertions work on any trace.
 *
 * @packageDocumentation
 */
import { type Diagnostic, onDiagnostic, resetDiagnosed } from '../runtime/diagnostics.ts'
import { TraceAssertionError } from '../testing/assertion-error.ts'
import type { CapturedTraces } from '../testing/capture-traces.ts'
import type { CaptureTracesOptions } from '../testing/options.ts'
import { describeMatcher } from '../testing/span-matcher.ts'
import { REASON, sayNotHere } from './runtime.ts'

export { TraceAssertionError } from '../testing/assertion-error.ts'
export { expectTrace } from '../testing/expect-trace.ts'
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
} from '../testing/predicates.ts'
export { treeSnapshot } from '../testing/tree-snapshot.ts'

export function captureTraces(_options?: CaptureTracesOptions): CapturedTraces {
  const diagnostics: Diagnostic[] = []
  const stop = onDiagnostic((diagnostic) => diagnostics.push(diagnostic))
  resetDiagnosed()
  sayNotHere('captureTraces()')
  return {
    spans: [],
    all: [],
    last: undefined,
    diagnostics,
    find: () => undefined,
    findAll: () => [],
    get(matcher) {
      throw new TraceAssertionError(`Expected ${describeMatcher(matcher)}, but ${REASON}.`, this.get)
    },
    snapshot: () => '',
    settled: async () => {},
    clear() {
      diagnostics.length = 0
    },
    stop,
    [Symbol.dispose]: stop,
    async [Symbol.asyncDispose]() {
      stop()
    },
  }
}
