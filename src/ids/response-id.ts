import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import { randomHex } from './random-hex.ts'

const KNOWN: KnownKeys = knownKeys('traceIdFromResponseId()', { strict: true })

const PREFIX = 'resp_'
const TRACE_ID_DIGITS = 32
const HEX = /^[0-9a-f]+$/
const ZERO = '0'.repeat(TRACE_ID_DIGITS)

/** Thrown when a response ID does not give a trace ID; `code` is `ERR_RESPONSE_ID`. */
export class ResponseIdError extends TypeError {
  readonly code = 'ERR_RESPONSE_ID' as const

  constructor(rule: string, actual: unknown) {
    super(`A response ID ${rule}, got ${shown(actual)}.`)
    this.name = 'ResponseIdError'
  }
}

/**
 * The W3C trace ID (32 lower-case hex digits) that belongs to a response ID `resp_<hex>`: its suffix. Upper case
 * becomes lower case; a suffix of fewer than 32 digits is padded with zeros on the right; of a longer one (OpenAI's own
 * response IDs have 48 digits), the first 32 digits are used.
 *
 * @param responseId - `resp_` and hex digits
 * @param options - `strict: true` refuses every suffix that is not exactly 32 digits long
 * @throws ResponseIdError (a `TypeError` with code `ERR_RESPONSE_ID`) for a missing prefix, an empty suffix, other
 *   characters, something that is not a string, and the all-zero ID, which W3C Trace Context forbids
 * @example
 * traceIdFromResponseId('resp_0af7651916cd43dd8448eb211c80319c') // '0af7651916cd43dd8448eb211c80319c'
 */
export function traceIdFromResponseId(
  responseId: string,
  options: { strict?: boolean | undefined } = {},
): string {
  checkKeys(KNOWN, options)
  if (typeof responseId !== 'string') throw new ResponseIdError('is a string', responseId)
  if (!responseId.startsWith(PREFIX)) throw new ResponseIdError(`starts with "${PREFIX}"`, responseId)
  const suffix = responseId.slice(PREFIX.length).toLowerCase()
  if (suffix === '') throw new ResponseIdError(`has hex digits after "${PREFIX}"`, responseId)
  if (!HEX.test(suffix)) throw new ResponseIdError(`has only hex digits after "${PREFIX}"`, responseId)
  if (options.strict && suffix.length !== TRACE_ID_DIGITS) {
    throw new ResponseIdError(
      `has exactly ${TRACE_ID_DIGITS} hex digits after "${PREFIX}" (strict)`,
      responseId,
    )
  }
  const traceId = suffix.slice(0, TRACE_ID_DIGITS).padEnd(TRACE_ID_DIGITS, '0')
  if (traceId === ZERO) throw new ResponseIdError('does not give the all-zero trace ID', responseId)
  return traceId
}

/** A new response ID with 32 random hex digits, in the form that Omnigent's servers use. */
export function newResponseId(): string {
  return PREFIX + randomHex(TRACE_ID_DIGITS / 2)
}

function shown(value: unknown): string {
  if (typeof value !== 'string') return value === null ? 'null' : `a ${typeof value}`
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
}
