const MAX = 200

/** A value on one line of a message, cut where it would fill the screen. */
export function valueText(value: unknown, most: number = MAX): string {
  const text = sortedJson(value).replace(/\s+/g, ' ')
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

/** JSON text with the properties of objects in alphabetical order; what JSON does not have is described. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, sorted) ?? String(value)
}

function sorted(this: unknown, _key: string, value: unknown): unknown {
  if (value instanceof RegExp) return String(value)
  if (typeof value === 'function') return `[Function ${value.name || 'anonymous'}]`
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  // A matcher of the runner describes itself.
  if ('asymmetricMatch' in value) return String(value)
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
