import { checkKeys, type KnownKeys, knownKeys } from '../../config/known-keys.ts'
import type { Redact, RedactContext } from '../../config/limits.ts'
import { assignmentFinder } from './redact-assignments.ts'
import { contextFinders } from './redact-contexts.ts'
import { formFinder } from './redact-forms.ts'
import {
  describesValue,
  type NameKinds,
  plainName,
  rememberingNames,
  rememberingPersonalNames,
} from './redact-names.ts'
import { privateKeys } from './redact-pem.ts'
import { isCardNumber, personalFinders } from './redact-personal.ts'
import { type Finder, findAll, ipFinders, patternFinder, withMarks } from './redact-rules.ts'
import { cleanFields, cleanList, type Fields, type Structure } from './redact-structures.ts'

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
  /** Additional names of properties whose values are replaced, in any case, with or without `-` and `_`. */
  readonly keys?: readonly (string | RegExp)[] | undefined
  /** Additional patterns, keyed by the kind that their mark names. Every match is replaced. */
  readonly patterns?: Readonly<Record<string, RegExp>> | undefined
  /**
   * Returns the text that replaces a value of `kind`.
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
 * It recognises formats, not meanings: names of people, addresses and free-form secrets are not replaced. Use `keys`
 * and `patterns` for what is specific to your data.
 *
 * @example
 * init({ captureContent: true, redact: redactSecrets({ patterns: { 'order number': /\bORD-\d{8}\b/ } }) })
 */
export function redactSecrets(options: RedactSecretsOptions = {}): Redact {
  checkKeys(KNOWN, options)
  const { secrets = true, personalData = true, ipAddresses = false } = options
  const mark = options.mark ?? ((kind: string): string => `[redacted: ${kind}]`)
  const kindOfName = secrets ? rememberingNames() : noKind
  const personalKindOf = personalData ? rememberingPersonalNames() : noKind
  const ofSecrets: Finder[] = [
    ...patternFinders(options.patterns ?? {}),
    ...(secrets
      ? [privateKeys, formFinder(), assignmentFinder(kindOfName), ...contextFinders(kindOfName)]
      : []),
  ]
  const all: Finder[] = [
    ...ofSecrets,
    ...(personalData ? personalFinders() : []),
    ...(ipAddresses ? ipFinders() : []),
  ]
  const ownName = nameMatcher(options.keys ?? [])
  const shortest = options.patterns === undefined ? MIN_LENGTH : 1
  const scan = (text: string): string =>
    text.length < shortest ? text : withMarks(text, findAll(all, text), mark)
  const structure: Structure = {
    kindOfName,
    mark,
    findInChunks: (text, isRunning) => findAll(isRunning ? all : ofSecrets, text),
  }
  return (value: unknown, context: RedactContext): unknown => {
    if (isEmpty(value)) return value
    if (ownName(context.key)) return mark(context.key)
    const kind = kindOfName(context.key)
    if (kind !== undefined && !describesValue(value) && !isWordOfModel(context)) return mark(kind)
    const personal = personalKindOf(context.key)
    if (personal !== undefined && isPersonal(value)) return mark(personal)
    if (typeof value === 'string') return scan(value)
    if (typeof value === 'number') return personalData && isCardNumber(value) ? scan(String(value)) : value
    if (Array.isArray(value)) return cleanList(value, structure)
    return typeof value === 'object' ? withNames(cleanFields(value as Fields, structure), scan) : value
  }
}

/** A text that can hold something which its form gives away: `a@b.co`, `pwd=x123`. */
const MIN_LENGTH = 6

const noKind: NameKinds = () => undefined

/** Words of a model's answer, each with its probability, are called `token` too. */
const isWordOfModel = ({ key, path }: RedactContext): boolean =>
  key === 'token' && path.some((name) => typeof name === 'string' && name.endsWith('logprobs'))

/** What stands under `phone` may be the name of one; numbers are of people. */
const isPersonal = (value: unknown): boolean =>
  typeof value === 'number'
    ? value >= 100
    : typeof value === 'string' && (value.match(/\d/g) ?? []).length >= 3

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

function patternFinders(patterns: Readonly<Record<string, RegExp>>): Finder[] {
  return Object.entries(patterns).map(([kind, pattern]) => patternFinder(kind, [], withFlags(pattern, true)))
}

/** A copy that keeps no position between calls. */
const withFlags = (pattern: RegExp, isGlobal: boolean): RegExp =>
  new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '') + (isGlobal ? 'g' : ''))
