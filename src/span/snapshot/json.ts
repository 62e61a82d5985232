import { cleanText } from '../capture/capture-strings.ts'
import type { Captured } from '../capture/captured.ts'
import { LIST_MESSAGES, OBJECT_MESSAGES, withinNesting } from '../capture/nesting.ts'
import { literal, putAscii, putLiteral, putQuoted, putQuotedAscii, putText } from './json-out.ts'
import { fieldIn } from './look.ts'
import type { Names } from './names.ts'
import { plainOf } from './plain.ts'
import { endOf, HEAD_SLOTS, isNames, LIST, type Tape, type TapeView } from './tape.ts'
import { type Writer, writeByte } from './writer.ts'

const COMMA = 0x2c
const COLON = 0x3a
const BRACE = 0x7b
const BRACE_END = 0x7d
const BRACKET = 0x5b
const BRACKET_END = 0x5d

const TRUE = literal('true')
const FALSE = literal('false')
export const NULL: Uint8Array = literal('null')

/** From this length on a name may have been cut to it. */
const LONG_NAME = 256

/**
 * Adds `view` as JSON text: what `toJsonText` makes of it, without reading it. What nests deeper than `room`
 * messages (see ../nesting.ts) is a text of its own in it.
 */
export function putView(writer: Writer, { tape, at }: TapeView, room: number): void {
  putAt(writer, tape, at, room)
}

/** Adds the object that `view` is, in which the field `name` is the text `value`. */
export function putObjectWith(
  writer: Writer,
  view: TapeView,
  room: number,
  name: string,
  value: string,
): void {
  if (fieldIn(view, name) !== undefined) {
    const fields = { ...(plainOf(view) as object), [name]: value }
    putText(writer, JSON.stringify(withinNesting(fields, room)))
    return
  }
  putView(writer, view, room)
  writer.pos -= 1
  const isEmpty = writer.buffer[writer.pos - 1] === BRACE
  putText(writer, `${isEmpty ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}}`)
}

function putAt(writer: Writer, tape: Tape, at: number, room: number): void {
  const slot = tape[at]
  if (typeof slot === 'string') putQuoted(writer, slot)
  else if (slot === LIST) putList(writer, tape, at, room)
  else if (typeof slot === 'number') putAscii(writer, String(slot))
  else if (isNames(slot)) putObject(writer, tape, at, slot, room)
  else putLiteral(writer, slot === null ? NULL : slot ? TRUE : FALSE)
}

function putObject(writer: Writer, tape: Tape, at: number, names: Names, room: number): void {
  const left = room - OBJECT_MESSAGES
  if (left < 0) putDeep(writer, plainOf({ tape, at }))
  else if (!putFields(writer, tape, at + HEAD_SLOTS, names, left))
    putUnique(writer, plainOf({ tape, at }), room)
}

/** What nests too deep, which hardly anything does. */
const putDeep = (writer: Writer, value: Captured): void =>
  putText(writer, JSON.stringify(JSON.stringify(value)))

function putUnique(writer: Writer, value: Captured, room: number): void {
  putText(writer, JSON.stringify(withinNesting(value, room)))
}

function putList(writer: Writer, tape: Tape, head: number, room: number): void {
  const left = room - LIST_MESSAGES
  if (left < 0) {
    putDeep(writer, plainOf({ tape, at: head }))
    return
  }
  writeByte(writer, BRACKET)
  const first = head + HEAD_SLOTS
  const end = endOf(tape, head)
  for (let at = first; at < end; at = endOf(tape, at)) {
    if (at > first) writeByte(writer, COMMA)
    putAt(writer, tape, at, left)
  }
  writeByte(writer, BRACKET_END)
}

/** @returns whether it could: names that were cleaned or cut can become one name, of which the last counts */
function putFields(writer: Writer, tape: Tape, first: number, names: Names, room: number): boolean {
  const start = writer.pos
  writeByte(writer, BRACE)
  let at = first
  for (const name of names) {
    if (at > first) writeByte(writer, COMMA)
    if (!putQuotedAscii(writer, name)) {
      if (name.length >= LONG_NAME || cleanText(name) !== name) {
        writer.pos = start
        return false
      }
      putQuoted(writer, name)
    }
    writeByte(writer, COLON)
    putAt(writer, tape, at, room)
    at = endOf(tape, at)
  }
  writeByte(writer, BRACE_END)
  return true
}
