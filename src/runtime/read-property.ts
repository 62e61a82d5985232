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

/** What of `given` can be read, of these properties: for when reading all of them at once has thrown. */
export function readEach<T extends object>(given: T, keys: readonly (keyof T & string)[]): Partial<T> {
  return Object.fromEntries(keys.map((key) => [key, readProperty(given, key)])) as Partial<T>
}
