/** A property of whatever was given; `undefined` when reading it throws. */
export function readProperty(given: unknown, key: string): unknown {
  try {
    return (given as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

/** Own keys of whatever was given; none when it will not tell. */
export function ownKeys(given: object): string[] {
  try {
    return Object.keys(given)
  } catch {
    return []
  }
}
