/** Ends of names whose values are secrets, in lower case and without separators. */
const SECRET_ENDINGS: readonly (readonly [ending: string, kind: string])[] = [
  ['password', 'password'],
  ['passwd', 'password'],
  ['passphrase', 'password'],
  ['apikey', 'api-key'],
  ['accesskey', 'api-key'],
  ['secretkey', 'secret'],
  ['clientsecret', 'secret'],
  ['secret', 'secret'],
  ['privatekey', 'private-key'],
  ['accesstoken', 'token'],
  ['refreshtoken', 'token'],
  ['authtoken', 'token'],
  ['bearertoken', 'token'],
  ['sessiontoken', 'token'],
  ['securitytoken', 'token'],
  ['idtoken', 'token'],
  ['apitoken', 'token'],
  ['authorization', 'authorization'],
  ['setcookie', 'cookie'],
  ['credentials', 'credentials'],
]
const SECRET_NAMES: ReadonlyMap<string, string> = new Map([
  ['pwd', 'password'],
  ['token', 'token'],
  ['cookie', 'cookie'],
  ['cookies', 'cookie'],
  ['awssecretaccesskey', 'secret'],
])
const LONGEST_NAME = 100
const MOST_NAMES = 1000
/** Properties that make an object a description of a parameter rather than its value (JSON Schema). */
const SCHEMA_FIELDS = ['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'properties'] as const
/** Numbers shorter than this under such a name are counts and flags. */
const LEAST_SECRET_NUMBER = 100_000

/** A function that tells the kind of secret in a property of a given name, if any; it knows names from before. */
export function rememberingNames(): (name: string) => string | undefined {
  const known = new Map<string, string | undefined>()
  return (name) => {
    if (name.length < 3 || name.length > LONGEST_NAME) return undefined
    if (known.has(name)) return known.get(name)
    if (known.size >= MOST_NAMES) known.clear()
    const kind = kindOfName(name.toLowerCase().replace(/[-_.\s]/g, ''))
    known.set(name, kind)
    return kind
  }
}

/** Whether `value`, of a property with such a name, tells about the secret rather than being it: a count, a schema. */
export function describesValue(value: unknown): boolean {
  return typeof value === 'number' ? value < LEAST_SECRET_NUMBER : isSchema(value)
}

function kindOfName(plain: string): string | undefined {
  const exact = SECRET_NAMES.get(plain)
  if (exact !== undefined) return exact
  for (const [ending, kind] of SECRET_ENDINGS) if (plain.endsWith(ending)) return kind
  return undefined
}

function isSchema(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return SCHEMA_FIELDS.some((field) => Object.hasOwn(value, field))
}
