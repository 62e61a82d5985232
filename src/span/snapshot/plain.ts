import { setField } from '../capture/capture-marks.ts'
import { cleanText, cutLength } from '../capture/capture-strings.ts'
import type { Captured } from '../capture/captured.ts'
import type { Names } from './names.ts'
import { endOf, HEAD_SLOTS, isNames, LIST, type Tape, type TapeView } from './tape.ts'

/** How a text of a tape is read. */
type ReadText = (text: string) => string

/** The value on the tape, as plain data. */
export const plainOf = ({ tape, at }: TapeView): Captured => plainAt(tape, at, cleanText)

/** The value on the tape, not cleaned yet, in which no text is longer than `maxLength` units. */
export const rawPlain = ({ tape, at }: TapeView, maxLength: number): Captured =>
  plainAt(tape, at, (text) => (text.length > maxLength ? cutLength(text, maxLength) : text))

function plainAt(tape: Tape, at: number, read: ReadText): Captured {
  const slot = tape[at]
  if (typeof slot === 'string') return read(slot)
  if (isNames(slot)) return fieldsAt(tape, at + HEAD_SLOTS, slot, read)
  return slot === LIST ? itemsAt(tape, at, read) : slot
}

function itemsAt(tape: Tape, head: number, read: ReadText): Captured[] {
  const items: Captured[] = []
  const end = endOf(tape, head)
  for (let at = head + HEAD_SLOTS; at < end; at = endOf(tape, at)) items.push(plainAt(tape, at, read))
  return items
}

function fieldsAt(tape: Tape, first: number, names: Names, read: ReadText): Captured {
  const fields: { [key: string]: Captured } = {}
  let at = first
  for (const name of names) {
    setField(fields, read(name), plainAt(tape, at, read))
    at = endOf(tape, at)
  }
  return fields
}
