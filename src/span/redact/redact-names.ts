/** Ends of names whose values are secrets, in lower case and without separators; each also with an `s`. */
const SECRET_ENDINGS: readonly (readonly [kind: string, endings: string])[] = [
  ['password', 'password passwd passphrase passcode userpw dbpw dbpass'],
  [
    'secret',
    'secret secretkey secretkeybase secretaccesskey secretvalue encryptionkey signingkey masterkey sharedkey sharedaccesskey sharedaccesssignature accountkey storagekey webhookkey recoverycode backupcode seedphrase mnemonic connectionstring',
  ],
  [
    'api-key',
    'apikey accesskey subscriptionkey openaikey anthropickey geminikey azurekey stripekey groqkey mistralkey coherekey functionskey hostkey servicerolekey',
  ],
  ['private-key', 'privatekey privatekeypem sshkey'],
  [
    'token',
    'accesstoken refreshtoken authtoken bearertoken sessiontoken securitytoken idtoken apitoken bottoken githubtoken gitlabtoken slacktoken vaulttoken npmtoken hftoken csrftoken xsrftoken personaltoken deploytoken servicetoken jwttoken oauthtoken usertoken accountsecret githubpat jwt',
  ],
  ['authorization', 'authorization authheader'],
  ['cookie', 'setcookie sessioncookie'],
  ['credentials', 'credential'],
]
const SECRET_NAMES: ReadonlyMap<string, string> = new Map([
  ['pwd', 'password'],
  ['pass', 'password'],
  ['token', 'token'],
  ['xtoken', 'token'],
  ['totp', 'secret'],
  ['otp', 'secret'],
  ['cookie', 'cookie'],
  ['cookies', 'cookie'],
])
/** Ends of variables in capitals, where a word alone would be too common. */
const CAPITALS = /(?:^|_)(?:PASS|PWD|PW|TOKEN|PAT|AUTH)$/
/** What a token may be besides a secret: a place in a list, a mark in a vocabulary. */
const HARMLESS_TOKEN =
  /(?:^|[^a-z])(?:next|page|cursor|continuation|sync|start|end|bos|eos|pad|unk|cls|sep|mask|stop|max|min|image|special|first|last|prev|previous|new|per|num|total)[_-]?tokens?$/i
const PERSONAL_NAMES: ReadonlyMap<string, string> = new Map([
  ['ssn', 'ssn'],
  ['socialsecuritynumber', 'ssn'],
  ['cardnumber', 'card'],
  ['creditcard', 'card'],
  ['creditcardnumber', 'card'],
  ['cvv', 'card'],
  ['cvc', 'card'],
  ['passportnumber', 'passport'],
  ['phone', 'phone'],
  ['phonenumber', 'phone'],
  ['mobile', 'phone'],
  ['mobilenumber', 'phone'],
  ['telephone', 'phone'],
])
const MAX_NAME_LENGTH = 100
const MAX_NAMES = 1000
/** Properties that make an object a description of a parameter (JSON Schema) or of a tool rather than its value. */
const SCHEMA_FIELDS = [
  'type',
  '$ref',
  'anyOf',
  'oneOf',
  'allOf',
  'enum',
  'properties',
  'parameters',
  'inputSchema',
  'input_schema',
] as const
/** Numbers shorter than this under such a name are counts and flags. */
const MIN_SECRET_NUMBER = 100_000

/** Tells the kind of secret in a value of a given name, if any. */
export type NameKinds = (name: string) => string | undefined

/** Kinds of secrets by the name of a property, a variable, a header or a parameter; it knows names from before. */
export const rememberingNames = (): NameKinds => remembering(secretKind)

/** Kinds of data about people by the name of a property. */
export const rememberingPersonalNames = (): NameKinds =>
  remembering((name) => PERSONAL_NAMES.get(plainName(name)))

function remembering(kindOf: NameKinds): NameKinds {
  const known = new Map<string, string | undefined>()
  return (name) => {
    if (name.length < 3 || name.length > MAX_NAME_LENGTH) return undefined
    const before = known.get(name)
    if (before !== undefined || known.has(name)) return before
    if (known.size >= MAX_NAMES) known.clear()
    const kind = kindOf(name)
    known.set(name, kind)
    return kind
  }
}

/** A name without case and separators. */
export const plainName = (name: string): string => name.toLowerCase().replace(/[-_.\s]/g, '')

/** Whether `value`, of a property with such a name, tells about the secret rather than being it: a count, a schema. */
export function describesValue(value: unknown): boolean {
  if (typeof value === 'string') return FETCH_CREDENTIALS.has(value)
  return typeof value === 'number' ? value < MIN_SECRET_NUMBER : isSchema(value)
}

/** What `fetch` takes under `credentials`. */
const FETCH_CREDENTIALS: ReadonlySet<string> = new Set(['include', 'omit', 'same-origin'])

let endings: readonly (readonly [ending: string, kind: string])[] | undefined

function secretKind(name: string): string | undefined {
  const plain = plainName(name)
  const exact = SECRET_NAMES.get(plain)
  if (exact !== undefined) return exact
  endings ??= SECRET_ENDINGS.flatMap(([kind, list]) =>
    list.split(' ').map((ending) => [ending, kind] as const),
  )
  const one = plain.endsWith('s') ? plain.slice(0, -1) : plain
  for (const [ending, kind] of endings) if (plain.endsWith(ending) || one.endsWith(ending)) return kind
  if (HARMLESS_TOKEN.test(name)) return undefined
  const capitals = CAPITALS.exec(name)?.[0]
  if (capitals === undefined) return undefined
  return /TOKEN|PAT|AUTH/.test(capitals) ? 'token' : 'password'
}

function isSchema(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return SCHEMA_FIELDS.some((field) => Object.hasOwn(value, field))
}
