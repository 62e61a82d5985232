import type { SpanType } from '../span/semconv/span-type.ts'
import type { CapturedSpan } from './captured-span.ts'
import { matchesPartly } from './partial-match.ts'
import { valueText } from './value-text.ts'

/** What a span must have; what is left out does not matter. Values match partially, as with `toMatchObject`. */
export interface SpanPattern {
  readonly name?: string | RegExp | undefined
  readonly type?: SpanType | undefined
  readonly status?: 'UNSET' | 'OK' | 'ERROR' | undefined
  readonly model?: string | RegExp | undefined
  readonly inputs?: unknown
  readonly outputs?: unknown
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
}

/**
 * Picks spans: by name (also the bare name of an agent or a tool: `search` for `tool:search`), a regular expression
 * on the name, a {@link SpanPattern}, or a function that decides.
 */
export type SpanMatcher = string | RegExp | SpanPattern | ((span: CapturedSpan) => boolean)

/** Whether `matcher` picks `span`. */
export function matchesSpan(span: CapturedSpan, matcher: SpanMatcher): boolean {
  if (typeof matcher === 'function') return matcher(span) === true
  if (typeof matcher === 'string' || matcher instanceof RegExp) return hasName(span, matcher)
  const { name, status, ...rest } = matcher
  if (name !== undefined && !hasName(span, name)) return false
  if (status !== undefined && span.status.code !== status) return false
  // What is undefined was left out.
  const asked = Object.entries(rest).filter(([, value]) => value !== undefined)
  return matchesPartly(span, Object.fromEntries(asked))
}

/** Whether `name` is the span's own name, or that of its tool or agent. */
export function hasName(span: CapturedSpan, name: string | RegExp): boolean {
  const names = [span.name, span.toolName, span.agentName].filter((one) => one !== undefined)
  return names.some((one) => (typeof name === 'string' ? one === name : one.search(name) >= 0))
}

/** The calls of tools, in the order in which they began. */
export function toolCalls(spans: readonly CapturedSpan[]): CapturedSpan[] {
  return spans.filter((span) => span.type === 'TOOL')
}

/** Name of a tool as the model knows it. */
export function toolNameOf(span: CapturedSpan): string {
  return span.toolName ?? span.name.replace(/^tool:/, '')
}

/** A matcher as a message names it. */
export function describeMatcher(matcher: SpanMatcher): string {
  if (typeof matcher === 'function') return 'a span for which the function is true'
  if (typeof matcher === 'string') return `a span named ${JSON.stringify(matcher)}`
  if (matcher instanceof RegExp) return `a span whose name matches ${matcher}`
  return `a span with ${valueText(matcher)}`
}
