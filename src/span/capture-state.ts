import type { Captured } from './captured.ts'

/** Most values, containers included, of one snapshot: some milliseconds of walking. */
const MAX_VALUES = 100_000
/** So many times the allowed bytes are looked at in full; strings beyond are cleaned after cutting. */
const CLEAN_FACTOR = 24
/** Beyond this many containers they are looked up by hash. */
const LINEAR_SEARCH = 24

/** Called with a value inside the snapshot before it is copied; `undefined` leaves it out. */
export type Visit = (value: unknown, path: readonly (string | number)[]) => unknown

/** What is known about an object that was met. */
export interface Met {
  readonly source: object
  /** It is not being copied right now. */
  isDone: boolean
  copy: Captured | undefined
  values: number
  bytes: number
  height: number
}

/** One walk over a value. */
export interface Walk {
  readonly maxDepth: number
  readonly maxLength: number
  readonly cleanBelow: number
  readonly visit: Visit | undefined
  readonly path: (string | number)[]
  readonly met: Met[]
  index: Map<object, Met> | undefined
  /** Values that may still be copied, and how many of them are kept for others. */
  room: number
  reserved: number
  /** At least as many bytes as the JSON text of what was copied. */
  bytes: number
  /** Some strings were left as they are, to be cleaned after cutting. */
  isUnclean: boolean
  height: number
}

/** A walk that gives containers nested at most `maxDepth` deep and strings of at most `maxLength` units. */
export function startWalk(maxDepth: number, maxLength: number, visit?: Visit): Walk {
  return {
    maxDepth,
    maxLength,
    cleanBelow: maxLength * CLEAN_FACTOR,
    visit,
    path: [],
    met: [],
    index: undefined,
    room: MAX_VALUES,
    reserved: 0,
    bytes: 0,
    isUnclean: false,
    height: 0,
  }
}

/** What is known about `source` from earlier in this walk. */
export function findMet(walk: Walk, source: object): Met | undefined {
  if (walk.index) return walk.index.get(source)
  for (const met of walk.met) if (met.source === source) return met
  return undefined
}

/** Notes that `source` is being copied. */
export function remember(walk: Walk, source: object): Met {
  const met: Met = { source, isDone: false, copy: undefined, values: 0, bytes: 0, height: 0 }
  if (walk.index) walk.index.set(source, met)
  else if (walk.met.push(met) > LINEAR_SEARCH) {
    walk.index = new Map(walk.met.map((each) => [each.source, each]))
  }
  return met
}
