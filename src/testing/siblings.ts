import type { SpanNode } from './captured-trace.ts'

/**
 * Siblings in the order in which they ran, those that overlapped in time together in one group: within a group the
 * order is a matter of chance.
 */
export function siblingGroups(nodes: readonly SpanNode[]): SpanNode[][] {
  const groups: SpanNode[][] = []
  let end = Number.NEGATIVE_INFINITY
  for (const node of nodes) {
    const group = groups.at(-1)
    if (group === undefined || node.span.startTime >= end) groups.push([node])
    else group.push(node)
    end = Math.max(end, node.span.endTime)
  }
  return groups
}
