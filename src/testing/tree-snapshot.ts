import { checkKeys } from '../config/known-keys.ts'
import { drawTree } from '../span/semconv/draw-tree.ts'
import type { CapturedSpan } from './captured-span.ts'
import type { CapturedTrace, SpanNode } from './captured-trace.ts'
import { SNAPSHOT_KEYS } from './known-keys.ts'
import type { SnapshotOptions } from './options.ts'
import { siblingGroups } from './siblings.ts'
import { sortedJson, valueText } from './value-text.ts'

/**
 * A trace as text that is the same in every run: names, types and failures, but no IDs and no times. Spans appear in
 * the order in which they ran; those that ran at the same time in alphabetical order.
 *
 * @example
 * expect(treeSnapshot(trace)).toMatchInlineSnapshot()
 */
export function treeSnapshot(trace: CapturedTrace, options: SnapshotOptions = {}): string {
  checkKeys(SNAPSHOT_KEYS, options)
  const lines = trace.tree.map((top) => ordered(top, options)).flatMap((drawn) => drawn.lines)
  if (options.traceData) lines.unshift(replaced(traceLine(trace), options))
  return lines.join('\n')
}

/** `trace` as messages show it: with times, tokens, inputs and outputs, cut to fit a line. */
export function describeTrace(trace: CapturedTrace): string {
  const linesOf = ({ span }: SpanNode): [string, ...string[]] => [
    `${headline(span, { models: true, tokens: true, errorMessages: true })}  ${duration(span.durationMs)}`,
    ...(span.inputs === undefined ? [] : [`in   ${valueText(span.inputs, MAX_VALUE)}`]),
    ...(span.outputs === undefined ? [] : [`out  ${valueText(span.outputs, MAX_VALUE)}`]),
  ]
  return trace.tree.flatMap((top) => drawTree(top, ({ children }) => children, linesOf)).join('\n')
}

const MAX_VALUE = 100

/** A node whose children have their final order, with the text that decides their order. */
interface Ordered {
  readonly lines: string[]
  readonly text: string
}

interface Sorted {
  readonly node: SpanNode
  readonly children: readonly Sorted[]
}

function ordered(top: SpanNode, options: SnapshotOptions): Ordered {
  return drawn(sorted(top, options), options)
}

function sorted(node: SpanNode, options: SnapshotOptions): Sorted {
  const groups = options.sortSiblings ? [node.children] : siblingGroups(node.children)
  const children = groups.flatMap((group) =>
    group
      .map((child) => sorted(child, options))
      .map((child) => ({ child, text: drawn(child, options).text }))
      .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
      .map(({ child }) => child),
  )
  return { node, children }
}

function drawn(top: Sorted, options: SnapshotOptions): Ordered {
  const lines = drawTree(
    top,
    ({ children }) => children,
    ({ node }) => linesOf(node.span, options),
  )
  return { lines, text: lines.join('\n') }
}

function linesOf(span: CapturedSpan, options: SnapshotOptions): [string, ...string[]] {
  const line = (text: string): string => replaced(text, options)
  const attributes = (options.attributes ?? []).filter((key) => span.attributes[key] !== undefined)
  return [
    line(headline(span, options)),
    ...(options.inputs && span.inputs !== undefined ? [line(`in   ${sortedJson(span.inputs)}`)] : []),
    ...(options.outputs && span.outputs !== undefined ? [line(`out  ${sortedJson(span.outputs)}`)] : []),
    ...attributes.map((key) => line(`${key} = ${sortedJson(span.attributes[key])}`)),
  ]
}

const replaced = (line: string, { replace }: SnapshotOptions): string => replace?.(line) ?? line

function headline(span: CapturedSpan, options: SnapshotOptions): string {
  const { tokens, model, error } = span
  const parts = [`${span.name} [${span.type}]`]
  if (options.models && model !== undefined) parts.push(model)
  if (options.tokens && tokens !== undefined)
    parts.push(`${tokens.inputTokens} + ${tokens.outputTokens} tokens`)
  if (span.status.code === 'ERROR') parts.push(`ERROR ${error?.type ?? ''}`.trim() + messageOf(span, options))
  return parts.join('  ')
}

function messageOf({ error, status }: CapturedSpan, options: SnapshotOptions): string {
  const message = error?.message ?? status.message
  return options.errorMessages && message ? `: ${message.replace(/\s+/g, ' ')}` : ''
}

function traceLine({ sessionId, user, tags, metadata, state }: CapturedTrace): string {
  return sortedJson({ sessionId, user, tags, metadata, state })
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`
}
