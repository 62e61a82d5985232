import type { CapturedSpan } from './captured-span.ts'
import type { CapturedTrace } from './captured-trace.ts'
import { describeMatcher, matchesSpan, type SpanMatcher } from './span-matcher.ts'
import { describePattern, isTree, type TreePattern } from './tree-pattern.ts'
import { treeSnapshot } from './tree-snapshot.ts'
import { counted, type Verdict } from './verdict.ts'

/** Exclusive upper bounds for the tokens of a trace. A number limits the total. */
export type TokenBounds =
  | number
  | {
      readonly input?: number | undefined
      readonly output?: number | undefined
      readonly total?: number | undefined
    }

/** What an error must be: a text in its message or its type, a pattern for the message, or both by name. */
export type ErrorMatcher =
  | string
  | RegExp
  | { readonly type?: string | undefined; readonly message?: string | RegExp | undefined }

/** Whether there are spans that `matcher` picks. */
export function checkSpan(
  trace: CapturedTrace,
  matcher: SpanMatcher,
  { times }: { readonly times?: number | undefined } = {},
): Verdict {
  const found = trace.spans.filter((span) => matchesSpan(span, matcher)).length
  const what =
    times === undefined ? describeMatcher(matcher) : `exactly ${times} times ${describeMatcher(matcher)}`
  return {
    pass: times === undefined ? found > 0 : found === times,
    failed: `Expected ${what}, but found ${found === 0 ? 'none' : counted(found, 'such span')}`,
    passed: `Did not expect ${what}, but found ${counted(found, 'such span')}`,
  }
}

/** Whether the trace used fewer tokens. */
export function checkTokens(trace: CapturedTrace, bounds: TokenBounds): Verdict {
  const { tokens } = trace
  const text = `tokens below ${typeof bounds === 'number' ? bounds : JSON.stringify(bounds)}`
  if (tokens === undefined) {
    const failed = `Expected ${text}, but no span of the trace says how many tokens it used (span.setTokenUsage)`
    return { pass: false, failed, passed: failed, impossible: true }
  }
  const { input, output, total } = typeof bounds === 'number' ? { total: bounds } : bounds
  const used = `${tokens.inputTokens} input, ${tokens.outputTokens} output, ${tokens.totalTokens} in total`
  return {
    pass:
      (input === undefined || tokens.inputTokens < input) &&
      (output === undefined || tokens.outputTokens < output) &&
      (total === undefined || tokens.totalTokens < total),
    failed: `Expected ${text}, but the trace used ${used}`,
    passed: `Expected no ${text}, but the trace used ${used}`,
  }
}

/** Whether the trace took less time than this. */
export function checkDuration(trace: CapturedTrace, ms: number): Verdict {
  const took = `it took ${trace.durationMs.toFixed(1)} ms`
  return {
    pass: trace.durationMs < ms,
    failed: `Expected the trace to take less than ${ms} ms, but ${took}`,
    passed: `Expected the trace to take ${ms} ms or more, but ${took}`,
  }
}

/** Whether no span failed, and no exception was recorded. */
export function checkNoErrors(trace: CapturedTrace): Verdict {
  const failed = trace.spans.filter((span) => span.error !== undefined)
  const list = failed.map((span) => `  ${span.name}: ${errorText(span)}`).join('\n')
  return {
    pass: failed.length === 0,
    failed: `Expected no errors, but ${counted(failed.length, 'span')} failed:\n${list}`,
    passed: 'Expected an error in some span, but there is none',
  }
}

/** Whether the trace as a whole failed. */
export function checkFailed(trace: CapturedTrace, matcher?: ErrorMatcher): Verdict {
  const { root, state } = trace
  const how = matcher === undefined ? '' : ` with ${errorMatcherText(matcher)}`
  const is = state === 'OK' ? 'succeeded' : `failed with ${errorText(root)}`
  return {
    pass: state === 'ERROR' && (matcher === undefined || isError(root, matcher)),
    failed: `Expected the trace to fail${how}, but it ${is}`,
    passed: `Expected the trace not to fail${how}, but it ${is}`,
  }
}

/** Whether the trace has exactly this tree. */
export function checkTree(trace: CapturedTrace, pattern: TreePattern): Verdict {
  const expected = describePattern(pattern)
  return {
    pass: isTree(trace, pattern),
    failed: `Expected the tree\n\n${expected}`,
    passed: `Did not expect the tree\n\n${expected}`,
    actual: treeSnapshot(trace),
    expected,
  }
}

function errorText({ error, status }: CapturedSpan): string {
  const message = error?.message ?? status.message
  return message ? `${error?.type ?? 'Error'}: ${message}` : (error?.type ?? 'no error of its own')
}

function isError(span: CapturedSpan, matcher: ErrorMatcher): boolean {
  const { type, message = '' } = span.error ?? { type: '' }
  if (typeof matcher === 'string') return type === matcher || message.includes(matcher)
  if (matcher instanceof RegExp) return message.search(matcher) >= 0
  if (matcher.type !== undefined && matcher.type !== type) return false
  if (matcher.message === undefined) return true
  return typeof matcher.message === 'string'
    ? message.includes(matcher.message)
    : message.search(matcher.message) >= 0
}

function errorMatcherText(matcher: ErrorMatcher): string {
  if (typeof matcher === 'string') return JSON.stringify(matcher)
  if (matcher instanceof RegExp) return String(matcher)
  const { type = 'an error', message } = matcher
  return message === undefined ? type : `${type}: ${message}`
}
