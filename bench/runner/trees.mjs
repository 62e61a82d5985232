import { PARENTS } from '../programs/turn.mjs'

const PLACE = /t(\d+)\.(\d)$/

/**
 * Whether the spans that arrived hang together as they were made: `orphans` say a parent that did not arrive,
 * `wrongParents` hang below another span than their own, or lie in another trace than it.
 */
export function checkTrees(spans) {
  const byId = new Map(spans.map((span) => [span[1], span]))
  const found = { orphans: 0, wrongParents: 0 }
  for (const [traceId, , parentId, name] of spans) {
    const place = PLACE.exec(name)
    if (place === null) continue
    const expected = PARENTS[Number(place[2])]
    const parent = byId.get(parentId)
    if (parentId === '') found.wrongParents += expected === undefined ? 0 : 1
    else if (parent === undefined) found.orphans += 1
    else if (parent[0] !== traceId || !parent[3].endsWith(`t${place[1]}.${expected}`)) found.wrongParents += 1
  }
  return found
}
