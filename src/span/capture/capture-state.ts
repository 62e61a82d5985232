import type { Tape, TapeSlot } from '../snapshot/tape.ts'

/** Most values, containers included, of one snapshot: some milliseconds of walking. */
const MAX_VALUES = 100_000

/** What a longer value has used is given back. */
const MAX_SPARE_SLOTS = 4_096

/** Called with a value inside the snapshot before it is recorded; `undefined` leaves it out. */
export type Visit = (value: unknown, path: readonly (string | number)[]) => unknown

/** One walk over a value. */
export interface Walk {
  /** Where the tape is written: used again for the next value, and copied from when it is as long as it gets. */
  tape: TapeSlot[]
  /** Where the next slot of it is. */
  at: number
  maxDepth: number
  /** How many protobuf messages may lie within each other; see ./nesting.ts. */
  maxMessages: number
  visit: Visit | undefined
  path: (string | number)[]
  /** Objects around the place of the walk. */
  readonly around: object[]
  /** Values that may still be recorded, and how many of them are kept for others. */
  room: number
  reserved: number
  /** UTF-16 units of the texts and names. */
  units: number
  /** Those of them in long texts that take two bytes each in memory. */
  wide: number
  /** Protobuf messages around the place of the walk. */
  messages: number
}

const NO_PATH: (string | number)[] = []

/** The last walk that is over: most values are captured one after the other. */
let spare: Walk | undefined

/** A walk that gives containers nested at most `maxDepth` deep. {@link endWalk} ends it. */
export function startWalk(maxDepth: number, maxMessages: number, visit?: Visit): Walk {
  const walk = spare ?? freshWalk()
  // Code of the application that runs meanwhile may have a value of its own captured.
  spare = undefined
  walk.at = 0
  walk.maxDepth = maxDepth
  walk.maxMessages = maxMessages
  walk.visit = visit
  walk.path = visit === undefined ? NO_PATH : []
  walk.room = MAX_VALUES
  walk.reserved = 0
  walk.units = 0
  walk.wide = 0
  walk.messages = 0
  return walk
}

const freshWalk = (): Walk => ({
  tape: new Array<TapeSlot>(MAX_SPARE_SLOTS).fill(undefined),
  at: 0,
  maxDepth: 0,
  maxMessages: 0,
  visit: undefined,
  path: NO_PATH,
  around: [],
  room: 0,
  reserved: 0,
  units: 0,
  wide: 0,
  messages: 0,
})

/** Takes back what was recorded from `at` on. */
export function rewind(walk: Walk, at: number): void {
  clear(walk.tape, at, walk.at)
  walk.at = at
}

/** `Array.fill` takes longer to be called than most values have slots. */
function clear(tape: TapeSlot[], from: number, to: number): void {
  for (let at = from; at < to; at += 1) tape[at] = undefined
}

/** The tape of `walk`, which is over: what it used serves the next one. */
export function endWalk(walk: Walk): Tape {
  const { tape, at } = walk
  const own = tape.slice(0, at)
  // Nothing of the application's is held until the next value. To set the length of an empty list gives up its memory.
  if (walk.around.length > 0) walk.around.length = 0
  walk.visit = undefined
  if (tape.length > MAX_SPARE_SLOTS) return own
  clear(tape, 0, at)
  spare = walk
  return own
}
