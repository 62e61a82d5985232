import { drawTree } from '../span/semconv/draw-tree.ts'
import type { CapturedTrace, SpanNode } from './captured-trace.ts'
import { siblingGroups } from './siblings.ts'
import { describeMatcher, hasName, matchesSpan, type SpanMatcher, type SpanPattern } from './span-matcher.ts'

/**
 * A tree as a test expects it: a span by its name (`'chat'`, or with its type, `'chat [CHAT_MODEL]'`) or a
 * {@link SpanPattern}, alone, or as the first item of a list, followed by its children.
 *
 * @example
 * ['agent:support', ['tool:search', 'rerank'], 'chat [CHAT_MODEL]']
 */
export type TreePattern = string | RegExp | SpanPattern | readonly [TreeNode, ...TreePattern[]]

/** One span in a {@link TreePattern}. */
export type TreeNode = string | RegExp | SpanPattern

/** Whether the trace is exactly this tree. Spans that ran at the same time may stand in either order. */
export function isTree(trace: CapturedTrace, pattern: TreePattern): boolean {
  const [only] = trace.tree
  return only !== undefined && trace.tree.length === 1 && isSubtree(only, pattern)
}

function isSubtree(node: SpanNode, pattern: TreePattern): boolean {
  const [own, ...below] = partsOf(pattern)
  if (!matchesSpan(node.span, matcherOf(own)) || below.length !== node.children.length) return false
  let next = 0
  return siblingGroups(node.children).every((group) => {
    const expected = below.slice(next, next + group.length)
    next += group.length
    return pairUp(group, expected)
  })
}

/** Whether each node can have a pattern of its own. */
function pairUp(nodes: readonly SpanNode[], patterns: readonly TreePattern[]): boolean {
  const fits = nodes.map((node) => patterns.map((pattern) => isSubtree(node, pattern)))
  const takenBy = new Map<number, number>()
  const place = (node: number, tried: Set<number>): boolean =>
    patterns.some((_, pattern) => {
      if (!fits[node]?.[pattern] || tried.has(pattern)) return false
      tried.add(pattern)
      const other = takenBy.get(pattern)
      if (other !== undefined && !place(other, tried)) return false
      takenBy.set(pattern, node)
      return true
    })
  return nodes.every((_, node) => place(node, new Set()))
}

function partsOf(pattern: TreePattern): readonly [TreeNode, ...TreePattern[]] {
  return isList(pattern) ? pattern : [pattern]
}

function isList(pattern: TreePattern): pattern is readonly [TreeNode, ...TreePattern[]] {
  return Array.isArray(pattern)
}

const NAME_AND_TYPE = /^(.*\S)\s*\[([A-Z_]+)\]$/

function matcherOf(node: TreeNode): SpanMatcher {
  const [, name, type] = (typeof node === 'string' && NAME_AND_TYPE.exec(node)) || []
  if (name === undefined || type === undefined) return node
  return (span) => span.type === type && hasName(span, name)
}

/** The pattern as lines, to be shown beside the actual tree. */
export function describePattern(pattern: TreePattern): string {
  return drawTree(
    pattern,
    (node) => partsOf(node).slice(1),
    (node) => [textOf(partsOf(node)[0])],
  ).join('\n')
}

const textOf = (node: TreeNode): string =>
  typeof node === 'string' ? node : describeMatcher(node).replace(/^a span /, '')
