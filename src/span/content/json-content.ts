import { LIST_MESSAGES, OBJECT_MESSAGES, withinNesting } from '../nesting.ts'
import { ARRAY, BOOL, DOUBLE, INT, KVLIST, STRING } from '../otlp/tags.ts'
import { makeRoom, writeByte } from '../otlp/writer.ts'
import type { Content } from './content.ts'
import { type JsonOut, literal, putAscii, putLiteral, putQuoted, putText, readFrom } from './json-out.ts'
import { fieldIn } from './look-into.ts'
import { readContent, readInt, readVarint } from './read-content.ts'

/** From this length on a name may have been cut to it. */
const LONG_NAME = 256
/** U+FFFD, which stands where a name was cleaned, begins with it. */
const BEGINS_REPLACEMENT = 0xef

/** Up to this length a name is written at once. */
const SHORT_NAME = 32

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BRACE = 0x7b
const BRACE_END = 0x7d
const BRACKET = 0x5b
const BRACKET_END = 0x5d
/** No tag: a value of no length. */
const NOTHING = 0

const TRUE = literal('true')
const FALSE = literal('false')
export const NULL: Uint8Array = literal('null')

/**
 * Adds `content` as JSON text: what `toJsonText` makes of it, without reading it. What nests deeper than `room`
 * messages (see ../nesting.ts) is a text of its own in it.
 */
export function putContent(out: JsonOut, content: Content, room: number): void {
  readFrom(out, content.buffer, content.start)
  putValue(out, room)
}

/** Adds the object that `content` is, in which the field `name` is the text `value`. */
export function putObjectWith(
  out: JsonOut,
  content: Content,
  room: number,
  name: string,
  value: string,
): void {
  if (fieldIn(content, name) !== undefined) {
    const fields = { ...(readContent(content) as object), [name]: value }
    putText(out, JSON.stringify(withinNesting(fields, room)))
    return
  }
  putContent(out, content, room)
  const { writer } = out
  writer.pos -= 1
  const isEmpty = writer.buffer[writer.pos - 1] === BRACE
  putText(out, `${isEmpty ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(value)}}`)
}

function putValue(out: JsonOut, room: number): void {
  const start = out.at
  out.at += 1
  const tag = readVarint(out) === 0 ? NOTHING : out.buffer[out.at++]
  switch (tag) {
    case STRING:
      putQuoted(out, readVarint(out))
      break
    case INT:
      putInteger(out)
      break
    case DOUBLE:
      putDouble(out, out.buffer.readDoubleLE(out.at))
      out.at += 8
      break
    case BOOL:
      putLiteral(out, out.buffer[out.at++] === 1 ? TRUE : FALSE)
      break
    case ARRAY:
      if (room < LIST_MESSAGES) putDeep(out, start)
      else putList(out, room - LIST_MESSAGES)
      break
    case KVLIST:
      if (room < OBJECT_MESSAGES) putDeep(out, start)
      else putFields(out, start, room)
      break
    default:
      putLiteral(out, NULL)
      skipTo(out, start)
  }
}

/** Integers below this are written digit by digit. */
const MANY_DIGITS = 1_000_000_000

function putInteger(out: JsonOut): void {
  const value = readInt(out)
  if (value < 0 || value >= MANY_DIGITS) {
    putAscii(out, String(value))
    return
  }
  const { writer } = out
  makeRoom(writer, 9)
  const { buffer } = writer
  let digits = 1
  for (let power = 10; power <= value; power *= 10) digits += 1
  let rest = value | 0
  for (let at = writer.pos + digits - 1; at >= writer.pos; at -= 1) {
    const tenth = (rest / 10) | 0
    buffer[at] = 0x30 + rest - tenth * 10
    rest = tenth
  }
  writer.pos += digits
}

const putDouble = (out: JsonOut, value: number): void =>
  putAscii(out, Number.isFinite(value) ? String(value) : 'null')

/** What nests too deep, which hardly anything does. */
function putDeep(out: JsonOut, start: number): void {
  putText(out, JSON.stringify(JSON.stringify(readContent({ buffer: out.buffer, start, end: start }))))
  skipTo(out, start)
}

function skipTo(out: JsonOut, start: number): void {
  out.at = start + 1
  const length = readVarint(out)
  out.at += length
}

function putList(out: JsonOut, room: number): void {
  const { writer } = out
  const length = readVarint(out)
  const end = out.at + length
  writeByte(writer, BRACKET)
  if (length > 0) putValue(out, room)
  while (out.at < end) {
    writeByte(writer, COMMA)
    putValue(out, room)
  }
  writeByte(writer, BRACKET_END)
}

function putFields(out: JsonOut, start: number, room: number): void {
  const { writer } = out
  const before = writer.pos
  const length = readVarint(out)
  const end = out.at + length
  writeByte(writer, BRACE)
  while (out.at < end) {
    if (writer.pos !== before + 1) writeByte(writer, COMMA)
    // Tag and length of the pair, then the tag of its key.
    out.at += 1
    readVarint(out)
    out.at += 1
    const nameLength = readVarint(out)
    if (!putShortName(out, nameLength)) {
      if (mayRepeat(out.buffer, out.at, nameLength)) {
        writer.pos = before
        putUnique(out, start, room)
        return
      }
      putQuoted(out, nameLength)
      writeByte(writer, COLON)
    }
    putValue(out, room - OBJECT_MESSAGES)
  }
  writeByte(writer, BRACE_END)
}

/** A name and its colon. @returns whether it could: the name is short, and all of it can stay as it is */
function putShortName(out: JsonOut, length: number): boolean {
  if (length > SHORT_NAME) return false
  const { writer, buffer, at } = out
  makeRoom(writer, SHORT_NAME + 3)
  const { buffer: to, pos } = writer
  for (let i = 0; i < length; i += 1) {
    const byte = buffer[at + i] as number
    if (!isPlain(byte)) return false
    to[pos + 1 + i] = byte
  }
  to[pos] = QUOTE
  to[pos + 1 + length] = QUOTE
  to[pos + 2 + length] = COLON
  writer.pos = pos + length + 3
  out.at = at + length
  return true
}

const isPlain = (byte: number): boolean => byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== 0x5c

/** Whether a name may be there twice: names that were cleaned or cut can become one name, of which the last counts. */
function mayRepeat(buffer: Buffer, at: number, length: number): boolean {
  if (length >= LONG_NAME) return true
  for (let i = at; i < at + length; i += 1) if (buffer[i] === BEGINS_REPLACEMENT) return true
  return false
}

function putUnique(out: JsonOut, start: number, room: number): void {
  const fields = readContent({ buffer: out.buffer, start, end: start })
  putText(out, JSON.stringify(withinNesting(fields, room)))
  skipTo(out, start)
}
