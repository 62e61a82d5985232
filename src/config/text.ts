const SHOWN = 80
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i

/**
 * `value` as a problem may show it: short, on one line, and without what can be a secret. Of a text that could
 * be a URL the user information and the query are hidden; of an object nothing is shown but that it is one.
 */
export function preview(value: unknown): string {
  if (typeof value === 'string') {
    const safe = maskUrl(value)
    return JSON.stringify(safe.length > SHOWN ? `${safe.slice(0, SHOWN)}…` : safe)
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** `text` with everything hidden that could be the credentials or the query of a URL, well formed or not. */
export function maskUrl(text: string): string {
  const scheme = SCHEME.exec(text)?.[0] ?? ''
  const rest = text.slice(scheme.length)
  const at = rest.lastIndexOf('@')
  const host = at < 0 ? rest : `***${rest.slice(at)}`
  const query = host.search(/[?#]/)
  return scheme + (query < 0 ? host : `${host.slice(0, query)}?***`)
}

/** The one of `names` that `name` was probably meant to be. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  const wanted = plain(name).slice(0, SHOWN)
  let best: string | undefined
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of names) {
    const steps = distance(wanted, plain(candidate))
    if (steps < least) [best, least] = [candidate, steps]
  }
  return best
}

/** Edits (insert, delete, replace) that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
