import { msOfHrTime } from '../../runtime/clock.ts'
import type { Captured } from '../capture/captured.ts'
import { type EndedSpan, StatusCode } from '../ended-span.ts'
import { plainOf } from '../snapshot/plain.ts'
import { drawTree } from './draw-tree.ts'
import { toJsonText } from './json-text.ts'
import * as keys from './keys.ts'

const MAX_VALUE = 72

/** A trace as a tree for a terminal: type, name, time, tokens, content and errors, one line a span and value. */
export function treeText(spans: readonly EndedSpan[]): string {
  const byStart = [...spans].sort((a, b) => msOfHrTime(a.startTime) - msOfHrTime(b.startTime))
  const ids = new Set(byStart.map((span) => span.spanId))
  const isTop = (span: EndedSpan): boolean => span.parentSpanId === undefined || !ids.has(span.parentSpanId)
  const childrenOf = (span: EndedSpan): EndedSpan[] =>
    byStart.filter((other) => other.parentSpanId === span.spanId && !isTop(other))
  const lines = byStart
    .filter(isTop)
    .flatMap((top) => [
      `trace ${top.traceId}${about(top)}`,
      ...drawTree(top, childrenOf, (span) => [headline(span), ...details(span)]),
    ])
  // What a model or a server said must not look like a line of ours.
  return lines.map((line) => line.replace(/[\r\n]+/g, ' ')).join('\n')
}

function about({ trace }: EndedSpan): string {
  const said = [
    trace.sessionId && `session ${trace.sessionId}`,
    trace.userId && `user ${trace.userId}`,
  ].filter(Boolean)
  return said.length > 0 ? `  (${said.join(', ')})` : ''
}

function headline(span: EndedSpan): string {
  const ms = msOfHrTime(span.endTime) - msOfHrTime(span.startTime)
  const type = span.agent?.spanType ?? span.attributes[keys.SPAN_TYPE] ?? 'UNKNOWN'
  const usage = span.agent?.usage
  const tokens = usage ? `  ${usage.inputTokens} + ${usage.outputTokens} tokens${cached(usage)}` : ''
  const failed = span.status.code === StatusCode.ERROR ? '  ERROR' : ''
  return `${span.name}  [${type}]  ${duration(ms)}${span.agent?.model ? `  ${span.agent.model}` : ''}${tokens}${failed}`
}

const cached = (usage: { cacheReadInputTokens?: number }): string =>
  usage.cacheReadInputTokens ? ` (${usage.cacheReadInputTokens} cached)` : ''

function duration(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`
}

function details(span: EndedSpan): string[] {
  const lines: string[] = []
  if (span.agent?.inputs !== undefined) lines.push(`in   ${shown(plainOf(span.agent.inputs))}`)
  if (span.agent?.outputs !== undefined) lines.push(`out  ${shown(plainOf(span.agent.outputs))}`)
  if (span.status.code === StatusCode.ERROR) lines.push(`!    ${span.status.message ?? errorType(span)}`)
  return lines
}

const errorType = (span: EndedSpan): string => String(span.attributes[keys.ERROR_TYPE] ?? 'failed')

function shown(value: Captured): string {
  const text = (typeof value === 'string' ? value : toJsonText(value)).replace(/\s+/g, ' ')
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text
}
