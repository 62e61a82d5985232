// Reading of data that came out of JSON text or out of attributes: plain objects, lists, texts, numbers.

export type Data = Readonly<Record<string, unknown>>

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands in `value` under `path`; `undefined` where there is nothing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Record<string, unknown>)[key]
  }
  return found ?? undefined
}

/** The first of `keys` that `value` has. */
export function firstAt(value: unknown, keys: readonly string[]): unknown {
  for (const key of keys) {
    const found = at(value, key)
    if (found !== undefined) return found
  }
  return undefined
}

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

export const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** What a JSON text of an object, a list or a text says; everything else as it is. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

export const jsonOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null')
