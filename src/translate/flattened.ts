/** So many attributes are looked through for messages that stand in attributes of their own. */
const MAX_INDEX = 10_000

/**
 * Attributes below `prefix` as the object that they were made of: `a.0.b` and `a.1.b` are a list of two. `undefined`
 * where there is none.
 *
 * @param rename - what a piece of a key is called in what comes out; `''` leaves it out
 */
export function unflattened(
  attributes: Readonly<Record<string, unknown>>,
  prefix: string,
  rename: (piece: string) => string = (piece) => piece,
): unknown {
  const start = `${prefix}.`
  const root: Tree = new Map()
  for (const key of Object.keys(attributes)) {
    if (!key.startsWith(start)) continue
    const path = key.slice(start.length).split('.').map(rename).filter(Boolean)
    put(root, path, attributes[key])
  }
  return root.size === 0 ? undefined : plain(root)
}

type Tree = Map<string, unknown>

function put(root: Tree, path: readonly string[], value: unknown): void {
  let node = root
  for (const piece of path.slice(0, -1)) {
    const below = node.get(piece)
    const next: Tree = below instanceof Map ? (below as Tree) : new Map()
    node.set(piece, next)
    node = next
  }
  const last = path.at(-1)
  if (last !== undefined) node.set(last, value)
}

function plain(value: unknown): unknown {
  if (!(value instanceof Map)) return value
  const keys = [...(value as Tree).keys()]
  if (!keys.every((key) => /^\d+$/.test(key) && Number(key) < MAX_INDEX))
    return Object.fromEntries([...(value as Tree)].map(([key, one]) => [key, plain(one)]))
  return keys.toSorted((a, b) => Number(a) - Number(b)).map((key) => plain((value as Tree).get(key)))
}
