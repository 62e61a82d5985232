import { ARRAY, BOOL, KVLIST, STRING } from '../otlp/tags.ts'
import type { Content } from './content.ts'

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
  const at = bodyOf(content, STRING)
  return at === NONE || content === undefined ? undefined : textAt(content.buffer, at)
}

/** Whether `content` is the text `word`, which is ASCII. */
export function says(content: Content | undefined, word: string): boolean {
  const at = bodyOf(content, STRING)
  return at !== NONE && content !== undefined && isAt(content.buffer, at, word)
}

/** The items of the list that `content` is. */
export function itemsIn(content: Content | undefined): Content[] | undefined {
  const body = bodyOf(content, ARRAY)
  if (body === NONE || content === undefined) return undefined
  const { buffer } = content
  const items: Content[] = []
  const last = endOf(buffer, body)
  for (let start = pastLength(buffer, body); start < last; ) {
    const end = endOf(buffer, start + 1)
    items.push({ buffer, start, end })
    start = end
  }
  return items
}

/** The field `name`, which is ASCII, of the object that `content` is. */
export function fieldIn(content: Content | undefined, name: string): Content | undefined {
  const body = bodyOf(content, KVLIST)
  if (body === NONE || content === undefined) return undefined
  const { buffer } = content
  const last = endOf(buffer, body)
  for (let pair = pastLength(buffer, body); pair < last; ) {
    const end = endOf(buffer, pair + 1)
    const key = keyOf(buffer, pair)
    if (isAt(buffer, key, name)) return { buffer, start: endOf(buffer, key), end }
    pair = end
  }
  return undefined
}

/** The name of the first field of the object that `content` is. */
export function firstNameIn(content: Content): string | undefined {
  const { buffer } = content
  const body = bodyOf(content, KVLIST)
  if (body === NONE) return undefined
  const first = pastLength(buffer, body)
  return first === endOf(buffer, body) ? undefined : textAt(buffer, keyOf(buffer, first))
}

const NONE = -1

/** Where the body of `content` begins, its length first, if it is of the kind `tag`. */
function bodyOf(content: Content | undefined, tag: number): number {
  if (content === undefined) return NONE
  const { buffer, start } = content
  const at = pastLength(buffer, start + 1)
  // Null is a value of no length.
  return buffer[at] === tag && buffer[start + 1] !== 0 ? at + 1 : NONE
}

/** Where the name of the pair at `at` begins, its length first. */
const keyOf = (buffer: Buffer, at: number): number => pastLength(buffer, at + 1) + 1

/** Where what follows the length at `at` begins. */
function pastLength(buffer: Buffer, at: number): number {
  let past = at
  while ((buffer[past] as number) > 0x7f) past += 1
  return past + 1
}

/** Where what follows the length at `at` ends. */
function endOf(buffer: Buffer, at: number): number {
  const first = buffer[at] as number
  if (first < 0x80) return at + 1 + first
  let length = first & 0x7f
  let scale = 0x80
  for (let next = at + 1; ; next += 1) {
    const byte = buffer[next] as number
    length += (byte & 0x7f) * scale
    if (byte < 0x80) return next + 1 + length
    scale *= 0x80
  }
}

const textAt = (buffer: Buffer, at: number): string =>
  buffer.toString('utf8', pastLength(buffer, at), endOf(buffer, at))

/** Whether the text whose length stands at `at` is `word`, which is short. */
function isAt(buffer: Buffer, at: number, word: string): boolean {
  const { length } = word
  if (buffer[at] !== length) return false
  for (let i = 0; i < length; i += 1) if (buffer[at + 1 + i] !== word.charCodeAt(i)) return false
  return true
}
