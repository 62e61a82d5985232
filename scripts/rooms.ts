/**
 * The rooms of `src`, highest first: a room may import those of later lines and itself, never those of its own
 * line or an earlier one. docs/ARCHITECTURE.md says what each owns.
 */
const LEVELS: readonly (readonly string[])[] = [
  ['edge'],
  ['index'],
  ['next'],
  ['otel', 'register', 'testing', 'instrument', 'bundler'],
  ['setup'],
  ['integrations'],
  ['mlflow'],
  ['tracing'],
  ['context'],
  ['bridge'],
  ['tracer'],
  ['export'],
  ['translate'],
  ['otlp'],
  ['metrics'],
  ['span'],
  ['ids'],
  ['config'],
  ['modules'],
  ['runtime'],
]

/** Entries that an integration may use although they lie above or are none of its business inside. */
const PUBLIC: ReadonlySet<string> = new Set(['index', 'otel', 'mlflow'])
/** Rooms that an integration may not use: it is switched on and sets nothing up, and knows no receiver. */
const CLOSED: ReadonlySet<string> = new Set(['setup', 'mlflow'])

/** One import, both ends as paths below `src`. */
export interface Import {
  readonly from: string
  readonly to: string
}

/** Why `found` is not allowed, or `undefined` if it is. */
export function objection({ from, to }: Import): string | undefined {
  const [room, other] = [roomOf(from), roomOf(to)]
  if (room === 'integrations') return integrationObjection(from, to)
  if (room === other) return undefined
  const [level, otherLevel] = [levelOf(room), levelOf(other)]
  if (level < 0) return `the room "${room}" is not in the list of scripts/rooms.ts`
  if (otherLevel < 0) return `the room "${other}" is not in the list of scripts/rooms.ts`
  if (level < otherLevel) return undefined
  return `"${room}" lies ${level === otherLevel ? 'beside' : 'below'} "${other}" and must not import from it`
}

function integrationObjection(from: string, to: string): string | undefined {
  const other = roomOf(to)
  if (other !== 'integrations') {
    const entry = to === 'index.ts' || to === `${other}/index.ts`
    if (entry && PUBLIC.has(other)) return undefined
    if (levelOf(other) > levelOf('integrations') && !CLOSED.has(other)) return undefined
    return 'an integration uses the rooms of tracing and below, and the public entries of the package'
  }
  const [own, theirs] = [from.split('/')[1], to.split('/')[1]]
  if (own === theirs || theirs === 'base') return undefined
  return `the integration "${own}" must not import from the integration "${theirs}"`
}

const roomOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : 'index')

const levelOf = (room: string): number => LEVELS.findIndex((level) => level.includes(room))
