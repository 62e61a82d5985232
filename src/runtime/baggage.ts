import type { BaggageEntry } from '@opentelemetry/api'

// https://www.w3.org/TR/baggage/, and the limits of OpenTelemetry's own propagator.
const MAX_CHARACTERS = 8192
const MAX_MEMBERS = 180
const MAX_OF_MEMBER = 4096

/** The text of a `baggage` header; what goes beyond its limits is left out. */
export function baggageText(entries: readonly (readonly [string, BaggageEntry])[]): string {
  let text = ''
  for (const entry of entries.slice(0, MAX_MEMBERS)) {
    const member = memberOf(entry)
    const longer = text === '' ? member : `${text},${member}`
    if (member !== '' && member.length <= MAX_OF_MEMBER && longer.length <= MAX_CHARACTERS) text = longer
  }
  return text
}

/** Nothing of what has no form on the way, such as half a surrogate pair. */
function memberOf([key, { value, metadata }]: readonly [string, BaggageEntry]): string {
  try {
    const extra = metadata === undefined ? '' : `;${metadata.toString()}`
    return `${encodeURIComponent(key)}=${encodeURIComponent(value)}${extra}`
  } catch {
    return ''
  }
}

/** What a `baggage` header holds; members that cannot be read are left out. */
export function readBaggage(header: string | undefined): Record<string, BaggageEntry> {
  const found: [string, BaggageEntry][] = []
  for (const member of (header ?? '').slice(0, MAX_CHARACTERS).split(',').slice(0, MAX_MEMBERS)) {
    const [pair = '', ...properties] = member.split(';')
    const at = pair.indexOf('=')
    const key = decoded(pair.slice(0, Math.max(at, 0)).trim())
    const value = decoded(pair.slice(at + 1).trim())
    if (at < 1 || !key || value === undefined) continue
    const metadata = properties.join(';').trim()
    found.push([key, { value, ...(metadata !== '' && { metadata: textAsMetadata(metadata) }) }])
  }
  return Object.fromEntries(found)
}

/** Nobody reads more of it than its text, and the mark that the API puts there cannot be had without the API. */
const textAsMetadata = (text: string): NonNullable<BaggageEntry['metadata']> =>
  ({ toString: () => text }) as NonNullable<BaggageEntry['metadata']>

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
