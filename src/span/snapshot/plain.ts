import { setField } from '../capture/capture-marks.ts'
import { cleanText, cutLength } from '../capture/capture-strings.ts'
import type { Captured } from '../capture/captured.ts'
import { CONTAINER, endOf, HEAD_SLOTS, isListHeader, slotsOf, type Tape, type TapeView } from './tape.ts'

/** How a text of a tape is read. */
type ReadText = (text: string) => string

/** The value on the tape, as plain data. */
export const plainOf = ({ tape, at }: TapeView): Captured => plainAt(tape, at, cleanText)

/** The value on the tape, not cleaned yet, in which no text is longer than `maxLength` units. */
export const rawPlain = ({ tape, at }: TapeView, maxLength: number): Captured =>
  plainAt(tape, at, (text) => (text.length > maxLength ? cutLength(text, maxLength) : text))

function plainAt(tape: Tape, at: number, read: ReadText): Captured {
  const slot = tape[at]
  if (slot !== CONTAINER) return typeof slot === 'string' ? read(slot) : slot
  const header = tape[at + 1] as number
  const first = at + HEAD_SLOTS
  const end = first + slotsOf(header)
  return isListHeader(header) ? itemsAt(tape, first, end, read) : fieldsAt(tape, first, end, read)
}

function itemsAt(tape: Tape, first: number, end: number, read: ReadText): Captured[] {
  const items: Captured[] = []
  for (let at = first; at < end; at = endOf(tape, at)) items.push(plainAt(tape, at, read))
  return items
}

function fieldsAt(tape: Tape, first: number, end: number, read: ReadText): Captured {
  const fields: { [key: string]: Captured } = {}
  for (let at = first; at < end; at = endOf(tape, at + 1)) {
    setField(fields, read(tape[at] as string), plainAt(tape, at + 1, read))
  }
  return fields
}
