import type { Captured } from '../capture/captured.ts'

/**
 * A captured value, flat: its scalars one after the other, as the walk over it met them. Texts are referenced and not
 * copied, for they cannot change.
 *
 * A list or an object is {@link CONTAINER}, then its header, then what is in it: items, or a name before each field.
 * The header says how many slots that takes and which of the two it is. It is relative, so that a stretch of a tape can
 * be moved; and all of it can go to another thread as it is.
 */
export type Tape = readonly TapeSlot[]

export type TapeSlot = string | number | boolean | null | undefined

/** Stands where a list or an object begins: no value that is recorded is `undefined`. */
export const CONTAINER = undefined
const LIST_BIT = 1
/** Before what is in a container: {@link CONTAINER} and the header. */
export const HEAD_SLOTS = 2

/** A value on a tape: the whole of it, or one inside. */
export interface TapeView {
  readonly tape: Tape
  /** Where the value begins. */
  readonly at: number
}

export const headerOf = (slots: number, isList: boolean): number => slots * 2 + (isList ? LIST_BIT : 0)

/** Whether the container with this header is a list. */
export const isListHeader = (header: number): boolean => (header & LIST_BIT) === LIST_BIT

/** How many slots the container with this header has behind it. */
export const slotsOf = (header: number): number => header >>> 1

/** Where what follows the value at `at` begins. */
export function endOf(tape: Tape, at: number): number {
  return tape[at] === CONTAINER ? at + HEAD_SLOTS + slotsOf(tape[at + 1] as number) : at + 1
}

/** The tape of plain data, and the UTF-16 units of its texts. */
export function plainTape(value: Captured): { readonly tape: Tape; readonly units: number } {
  const tape: TapeSlot[] = []
  return { tape, units: putPlain(tape, value) }
}

function putPlain(tape: TapeSlot[], value: Captured): number {
  if (typeof value !== 'object' || value === null) {
    const slot = typeof value === 'number' ? numberSlot(value) : value
    tape.push(slot)
    return typeof slot === 'string' ? slot.length : 0
  }
  const isList = Array.isArray(value)
  const head = openContainer(tape)
  let units = 0
  if (isList) for (const item of value) units += putPlain(tape, item)
  else {
    for (const key of Object.keys(value)) {
      tape.push(key)
      units += key.length + putPlain(tape, value[key] ?? null)
    }
  }
  closeContainer(tape, head, isList)
  return units
}

/** A number as a text where no reader takes it for what it is: beyond 2^53 it is not exact, and JSON has no infinity. */
export function numberSlot(value: number): number | string {
  // What most are; there is no negative zero in JSON, and none here.
  const int = value | 0
  if (int === value) return int
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
    return String(value)
  return value
}

/** Begins a container at the end of `tape`. @returns its place, for {@link closeContainer} */
function openContainer(tape: TapeSlot[]): number {
  const head = tape.length
  tape.push(CONTAINER, 0)
  return head
}

/** Ends the container that was begun at `head`. */
function closeContainer(tape: TapeSlot[], head: number, isList: boolean): void {
  tape[head + 1] = headerOf(tape.length - head - HEAD_SLOTS, isList)
}

/** Shorter texts are never parts of larger ones. */
const MIN_SLICE = 13
const BEYOND_LATIN = /[^\0-\xff]/

/** From this length on it matters how many bytes the characters of a text have. */
export const LONG_TEXT = 64

/**
 * Whether a text has characters that Latin-1 does not have: one of them makes all of them two bytes long in memory. In a text
 * without any, the engine does not look for them at all.
 */
export const isWide = (text: string): boolean => BEYOND_LATIN.test(text)

/** `text` in memory of its own. */
export function flatText(text: string): string {
  if (text.length < MIN_SLICE) return text
  const encoding = isWide(text) ? 'utf16le' : 'latin1'
  return Buffer.from(text, encoding).toString(encoding)
}
