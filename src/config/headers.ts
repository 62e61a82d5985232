import { isToken, parsePairs } from './pairs.ts'
import { type Reader, type SourceName, subject } from './reader.ts'

/** Header names in lower case, with their values. */
export type Headers = Readonly<Record<string, string>>

const FROM_ENVIRONMENT = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'] as const
// Visible characters, spaces, tabs and Latin-1: what Node sends in a header.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** The headers from the variables, the ones for traces over the general ones. */
export function headersFromEnvironment(reader: Reader): Headers {
  const headers = new Map<string, string>()
  for (const name of FROM_ENVIRONMENT) {
    const text = reader.raw(name)
    if (typeof text !== 'string') continue
    const { pairs, bad } = parsePairs(text)
    for (const [key, value] of pairs) {
      if (VALUE.test(value)) headers.set(key.toLowerCase(), value)
      else leaveOut(reader, name, `the value of "${key}"`)
    }
    for (const pair of bad) leaveOut(reader, name, pair)
  }
  return Object.fromEntries(headers)
}

/** The headers from the option. */
export function headersFromOption(reader: Reader): Headers {
  const given = reader.raw('headers')
  if (given === undefined) return {}
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    reader.problem(
      'headers',
      'Option "headers" accepts an object of header names and string values; it is ignored.',
    )
    return {}
  }
  const headers = new Map<string, string>()
  for (const [index, [key, value]] of Object.entries(given).entries()) {
    if (value === undefined) continue
    if (!isToken(key)) leaveOut(reader, 'headers', `the name of header ${index + 1}`)
    else if (typeof value !== 'string' || !VALUE.test(value))
      leaveOut(reader, 'headers', `the value of "${key}"`)
    else headers.set(key.toLowerCase(), value)
  }
  return Object.fromEntries(headers)
}

function leaveOut(reader: Reader, name: SourceName, what: string): void {
  reader.problem(
    name,
    `${subject(name)} has a pair that cannot be sent: ${what}; this header is left out, and the others are sent.`,
  )
}
