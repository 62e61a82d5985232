/**
 * A tree as lines of text.
 *
 * @param linesOf - the lines of one node: first its own, then details that are set in below it
 */
export function drawTree<T>(
  top: T,
  childrenOf: (node: T) => readonly T[],
  linesOf: (node: T) => readonly [string, ...string[]],
): string[] {
  const lines: string[] = []
  const walk = (node: T, lead: string, branch: string, below: string): void => {
    const [headline, ...details] = linesOf(node)
    lines.push(`${lead}${branch}${headline}`)
    for (const detail of details) lines.push(`${lead}${below}    ${detail}`)
    const children = childrenOf(node)
    for (const [i, child] of children.entries()) {
      const last = i === children.length - 1
      walk(child, lead + below, last ? '└─ ' : '├─ ', last ? '   ' : '│  ')
    }
  }
  walk(top, '', '', '')
  return lines
}
