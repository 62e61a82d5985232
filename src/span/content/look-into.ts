import type { Content } from './content.ts'
import { type Reading, readVarint } from './read-content.ts'
import { ARRAY, BOOL, KVLIST, STRING } from './tags.ts'

// A value inside a content has the form of a content itself, so that one can be looked into without being read: what
// is not asked for stays bytes.

/** An object. */
export const isFields = (content: Content | undefined): content is Content => bodyOf(content, KVLIST) !== NONE

/** A list. */
export const isList = (content: Content | undefined): content is Content => bodyOf(content, ARRAY) !== NONE

/** A text. */
export const isText = (content: Content | undefined): content is Content => bodyOf(content, STRING) !== NONE

/** The boolean `true`. */
export function isTrue(content: Content | undefined): boolean {
  const at = bodyOf(content, BOOL)
  return at !== NONE && content?.buffer[at] === 1
}

/** `content` unless it is `null`. */
export const notNull = (content: Content | undefined): Content | undefined =>
  content === undefined || content.buffer[content.start + 1] === 0 ? undefined : content

/** The text that `content` is. */
export function textIn(content: Content | undefined): string | undefined {
  const reading = inside(content, STRING)
  if (reading === undefined) return undefined
  const length = readVarint(reading)
  return reading.buffer.toString('utf8', reading.at, reading.at + length)
}

/** Whether `content` is the text `word`, which is ASCII. */
export function says(content: Content | undefined, word: string): boolean {
  const reading = inside(content, STRING)
  return (
    reading !== undefined && readVarint(reading) === word.length && isAt(reading.buffer, reading.at, word)
  )
}

/** The items of the list that `content` is. */
export function itemsIn(content: Content | undefined): Content[] | undefined {
  const reading = inside(content, ARRAY)
  if (reading === undefined) return undefined
  const length = readVarint(reading)
  const end = reading.at + length
  const items: Content[] = []
  while (reading.at < end) items.push(take(reading))
  return items
}

/** The field `name`, which is ASCII, of the object that `content` is. */
export function fieldIn(content: Content | undefined, name: string): Content | undefined {
  const reading = inside(content, KVLIST)
  if (reading === undefined) return undefined
  const { buffer } = reading
  const length = readVarint(reading)
  const end = reading.at + length
  while (reading.at < end) {
    reading.at += 1
    const pair = readVarint(reading)
    const next = reading.at + pair
    reading.at += 1
    const keyLength = readVarint(reading)
    if (keyLength === name.length && isAt(buffer, reading.at, name)) {
      return { buffer, start: reading.at + keyLength, end: next }
    }
    reading.at = next
  }
  return undefined
}

/** The name of the first field of the object that `content` is. */
export function firstNameIn(content: Content): string | undefined {
  const reading = inside(content, KVLIST)
  if (reading === undefined || readVarint(reading) === 0) return undefined
  reading.at += 1
  readVarint(reading)
  reading.at += 1
  const length = readVarint(reading)
  return reading.buffer.toString('utf8', reading.at, reading.at + length)
}

const NONE = -1

/** Where the body of `content` begins, its length first, if it is of the kind `tag`. */
function bodyOf(content: Content | undefined, tag: number): number {
  if (content === undefined) return NONE
  const { buffer } = content
  let at = content.start + 1
  // Null is a value of no length.
  if (buffer[at] === 0) return NONE
  while ((buffer[at] as number) > 0x7f) at += 1
  return buffer[at + 1] === tag ? at + 2 : NONE
}

function inside(content: Content | undefined, tag: number): Reading | undefined {
  const at = bodyOf(content, tag)
  return at === NONE || content === undefined ? undefined : { buffer: content.buffer, at }
}

/** The field that begins where `reading` stands, which goes on behind it. */
function take(reading: Reading): Content {
  const { buffer, at: start } = reading
  reading.at += 1
  const length = readVarint(reading)
  reading.at += length
  return { buffer, start, end: reading.at }
}

function isAt(buffer: Buffer, at: number, word: string): boolean {
  for (let i = 0; i < word.length; i += 1) if (buffer[at + i] !== word.charCodeAt(i)) return false
  return true
}
