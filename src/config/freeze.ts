/** Properties that hold the user's own objects, which are not ours to freeze. */
const EXTERNAL: ReadonlySet<string> = new Set(['exporters', 'instrumentations', 'redact'])

/** Freezes `value` and what it is made of, but for the user's own objects in it. */
export function freezeDeep<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const [key, inner] of Object.entries(value)) {
    if (!EXTERNAL.has(key)) freezeDeep(inner)
    else if (Array.isArray(inner)) Object.freeze(inner)
  }
  return Object.freeze(value)
}
