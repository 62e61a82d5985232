/** What {@link parsePairs} makes of a list of pairs. */
export interface Pairs {
  readonly pairs: readonly (readonly [key: string, value: string])[]
  /** The ones that could not be read, named by place, and by key where that is surely no secret. */
  readonly bad: readonly string[]
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i

/**
 * Reads `key=value,key=value` with percent-encoded values: the format of W3C baggage, which OpenTelemetry
 * uses for headers and resource attributes, without baggage's properties.
 */
export function parsePairs(text: string): Pairs {
  const pairs: [string, string][] = []
  const bad: string[] = []
  for (const [index, part] of text.split(',').entries()) {
    if (part.trim() === '') continue
    const at = part.indexOf('=')
    const key = at < 0 ? '' : decoded(part.slice(0, at).trim())
    if (key === undefined || !TOKEN.test(key)) {
      bad.push(at < 0 ? `pair ${index + 1} (without "=")` : `pair ${index + 1} (its key)`)
      continue
    }
    const value = decoded(part.slice(at + 1).trim())
    if (value === undefined) bad.push(`pair ${index + 1} (percent-encoding of "${key}")`)
    else pairs.push([key, value])
  }
  return { pairs, bad }
}

/** Whether `name` can be the name of a header. */
export function isToken(name: string): boolean {
  return TOKEN.test(name)
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
