import { checkKeys, type KnownKeys, knownKeys } from '../config/known-keys.ts'
import type { Redact, RedactContext } from '../config/limits.ts'
import { describesValue, rememberingNames } from './redact-names.ts'
import { isCardNumber, personalRules } from './redact-personal.ts'
import { assignmentRules, ipRules, type Rule, secretRules } from './redact-rules.ts'

/** What {@link redactSecrets} looks for. */
export interface RedactSecretsOptions {
  /**
   * Keys and tokens of common services, passwords, `Authorization` values, private keys, and properties named as such.
   * @defaultValue `true`
   */
  readonly secrets?: boolean | undefined
  /**
   * E-mail addresses, telephone numbers with a country code, card numbers, IBANs and US social security numbers.
   * @defaultValue `true`
   */
  readonly personalData?: boolean | undefined
  /**
   * IPv4 and IPv6 addresses.
   * @defaultValue `false`
   */
  readonly ipAddresses?: boolean | undefined
  /** Further names of properties whose values are replaced: texts in any case, with or without `-` and `_`. */
  readonly keys?: readonly (string | RegExp)[] | undefined
  /** Further patterns by the kind that their mark names. Every match is replaced. */
  readonly patterns?: Readonly<Record<string, RegExp>> | undefined
  /**
   * What stands for a value of `kind`.
   * @defaultValue ``(kind) => `[redacted: ${kind}]` ``
   */
  readonly mark?: ((kind: string) => string) | undefined
}

const KEYS: Readonly<Record<keyof RedactSecretsOptions, true>> = {
  secrets: true,
  personalData: true,
  ipAddresses: true,
  keys: true,
  patterns: true,
  mark: true,
}
const KNOWN: KnownKeys = knownKeys('redactSecrets()', KEYS, {
  pii: 'personalData',
  names: 'keys',
  ip: 'ipAddresses',
  replacement: 'mark',
})

/** Names of properties are seldom data; those that could be are looked at like texts. */
const DATA_NAME = /[\d@+]|.{20}/

/**
 * A ready-made `redact` hook: replaces common secrets and personal data by marks such as `[redacted: email]`, in texts
 * (also in names of properties), and whole values of properties such as `password` or `apiKey`.
 *
 * It recognises forms, not meanings: names of people, addresses and free-form secrets stay. Give `keys` and `patterns`
 * for what your data has.
 *
 * @example
 * init({ captureContent: true, redact: redactSecrets({ patterns: { 'order number': /\bORD-\d{8}\b/ } }) })
 */
export function redactSecrets(options: RedactSecretsOptions = {}): Redact {
  checkKeys(KNOWN, options)
  const { secrets = true, personalData = true, ipAddresses = false } = options
  const mark = options.mark ?? ((kind: string): string => `[redacted: ${kind}]`)
  const rules: Rule[] = [
    ...patternRules(options.patterns ?? {}),
    ...(secrets ? [...secretRules(), ...assignmentRules()] : []),
    ...(personalData ? personalRules() : []),
    ...(ipAddresses ? ipRules() : []),
  ]
  const ownName = nameMatcher(options.keys ?? [])
  const kindOfName = rememberingNames()
  const scan = (text: string): string => {
    let result = text
    for (const rule of rules) result = rule(result, mark)
    return result
  }
  return (value: unknown, context: RedactContext): unknown => {
    if (isEmpty(value)) return value
    if (ownName(context.key)) return mark(context.key)
    const kind = secrets ? kindOfName(context.key) : undefined
    if (kind !== undefined && !describesValue(value)) return mark(kind)
    if (typeof value === 'string') return scan(value)
    if (typeof value === 'number') return personalData && isCardNumber(value) ? scan(String(value)) : value
    return typeof value === 'object' && !Array.isArray(value) ? withNames(value as object, scan) : value
  }
}

/** Telling whether there is a password gives none away. */
const isEmpty = (value: unknown): boolean => value === null || value === '' || typeof value === 'boolean'

/** `fields` itself, or a copy where a name had to be replaced. */
function withNames(fields: object, scan: (text: string) => string): object {
  let renamed: [string, unknown][] | undefined
  const entries = Object.entries(fields)
  for (const [i, [name, value]] of entries.entries()) {
    const clean = DATA_NAME.test(name) ? scan(name) : name
    if (clean === name) continue
    renamed ??= [...entries]
    renamed[i] = [clean, value]
  }
  return renamed ? Object.fromEntries(renamed) : fields
}

function nameMatcher(keys: readonly (string | RegExp)[]): (name: string) => boolean {
  const names = new Set(keys.filter((key) => typeof key === 'string').map(plainName))
  const patterns = keys.filter((key) => key instanceof RegExp).map((key) => withFlags(key, false))
  if (names.size === 0 && patterns.length === 0) return () => false
  return (name) => names.has(plainName(name)) || patterns.some((pattern) => pattern.test(name))
}

const plainName = (name: string): string => name.toLowerCase().replace(/[-_.\s]/g, '')

function patternRules(patterns: Readonly<Record<string, RegExp>>): Rule[] {
  return Object.entries(patterns).map(([kind, pattern]) => {
    const every = withFlags(pattern, true)
    return (text, mark) => text.replace(every, (found: string) => (found === '' ? '' : mark(kind)))
  })
}

/** A copy that keeps no position between calls. */
const withFlags = (pattern: RegExp, isGlobal: boolean): RegExp =>
  new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '') + (isGlobal ? 'g' : ''))
