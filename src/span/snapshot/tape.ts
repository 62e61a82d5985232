import type { Captured } from '../capture/captured.ts'
import type { Names } from './names.ts'

/**
 * A captured value, flat: its scalars one after the other, as the walk over it met them. Texts are referenced and not
 * copied, for they cannot change.
 *
 * A list is {@link LIST}, then how many slots its items take, then these. An object is the names of its fields, then how many
 * slots their values take, then these. No place is named by its number, so that a stretch of a tape can be moved; and all of
 * it can go to another thread as it is.
 */
export type Tape = readonly TapeSlot[]

export type TapeSlot = string | number | boolean | null | undefined | Names

/** Stands where a list begins: no value that is recorded is `undefined`. */
export const LIST = undefined
/** Before what is in a list or an object. */
export const HEAD_SLOTS = 2

/** Whether an object begins with `slot`. */
export const isNames = (slot: TapeSlot): slot is Names => typeof slot === 'object' && slot !== null

/** A value on a tape: the whole of it, or one inside. */
export interface TapeView {
  readonly tape: Tape
  /** Where the value begins. */
  readonly at: number
}

/** Where what follows the value at `at` begins. */
export function endOf(tape: Tape, at: number): number {
  const slot = tape[at]
  return slot === LIST || isNames(slot) ? at + HEAD_SLOTS + (tape[at + 1] as number) : at + 1
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
  const head = tape.length
  let units = 0
  if (Array.isArray(value)) {
    tape.push(LIST, 0)
    for (const item of value) units += putPlain(tape, item)
  } else {
    const names = Object.keys(value)
    tape.push(names, 0)
    for (const name of names) units += name.length + putPlain(tape, value[name] ?? null)
  }
  tape[head + 1] = tape.length - head - HEAD_SLOTS
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
