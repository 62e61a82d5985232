import { withoutSecrets } from '../../runtime/secrets.ts'

const MAX_SHOWN = 200
/** A shorter header is no secret, and may stand anywhere in a text. */
const MIN_SECRET = 8

/**
 * The start of what a server said, for a message: one line, without markup, and without `headers` of ours that it
 * gives back.
 */
export function describeAnswer(text: string, headers: Readonly<Record<string, string>> = {}): string {
  const known = secretsIn(headers)
  const withoutHeaders = (said: string): string =>
    known.reduce((left, secret) => left.replaceAll(secret, '[header]'), said)
  const line = withoutSecrets(withoutHeaders(text))
    .slice(0, 20 * MAX_SHOWN)
    .replace(/<[^>]{0,200}>/g, ' ')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would obey them
    .replace(/[\s\x00-\x1f\x7f-\x9f]+/g, ' ')
    .trim()
  // Once more, for what was in several lines.
  const told = withoutSecrets(withoutHeaders(line))
  return told.length > MAX_SHOWN ? `${told.slice(0, MAX_SHOWN)}…` : told
}

function secretsIn(headers: Readonly<Record<string, string>>): string[] {
  const values = Object.values(headers).flatMap((value) => [value, value.slice(value.indexOf(' ') + 1)])
  return values.filter((value) => value.length >= MIN_SECRET).sort((a, b) => b.length - a.length)
}
