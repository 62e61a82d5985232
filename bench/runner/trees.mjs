import { PARENTS } from '../programs/turn.mjs'

// Some SDKs put the kind of span before or after the name that they are given.
const PLACE = /\bt(\d+)\.(\d)\b/

/**
 * Whether the spans that arrived hang together as they were made: `orphans` say a parent that did not arrive,
 * `wrongParents` hang below another span than their own, or lie in another trace than it.
 */
export function checkTrees(spans) {
  const byId = new Map(spans.map((span) => [span[1], span]))
  const found = { orphans: 0, wrongParents: 0 }
  for (const [traceId, , parentId, name] of spans) {
    const [, turn, place] = PLACE.exec(name) ?? []
    if (place === undefined) continue
    const expected = PARENTS[Number(place)]
    const parent = byId.get(parentId)
    if (parentId === '') found.wrongParents += expected === undefined ? 0 : 1
    else if (parent === undefined) found.orphans += 1
    else if (parent[0] !== traceId || !isPlace(parent[3], turn, expected)) found.wrongParents += 1
  }
  return found
}

function isPlace(name, turn, place) {
  const [, itsTurn, itsPlace] = PLACE.exec(name) ?? []
  return itsTurn === turn && itsPlace === String(place)
}
