import { fairLevel } from '../span/capture/fit-levels.ts'
import { putVarint, varintBytes } from '../span/snapshot/writer.ts'
import {
  DROPPED,
  type Entry,
  type Message,
  MIN_TEXT,
  type Part,
  type Raw,
  readSpanParts,
  type SpanParts,
  type Text,
} from './cut-parts.ts'
import { bytesMark, cutTextBytes } from './cut-text.ts'
import { SPAN, STRING, VALUE } from './tags.ts'

const COUNTED = ['attributes', 'events', 'links'] as const
const MAX_COUNTED = 2 ** 32 - 1
/** Three counts of what was left out: a tag and a varint of five bytes each. */
const COUNTS_BYTES = 18

/**
 * The encoded OTLP `Span` `span` in at most `maxBytes`, as a message that every decoder takes. The largest texts are
 * cut first, in their middle, with a mark that says how much is gone; JSON text stays JSON text. Only where that is not
 * enough are values replaced by a mark, and only then are attributes, events and links left out, the largest first,
 * and counted as dropped. IDs, times, the kind, the code of the status and the small keys that backends look for stay.
 *
 * @returns `span` itself when it fits, or is no OTLP span; something longer than `maxBytes` when what always stays is
 * longer, which a few kilobytes hold
 */
export function cutSpan(span: Uint8Array, maxBytes: number): Uint8Array {
  if (span.length <= maxBytes) return span
  const parts = readSpanParts(span)
  if (parts === undefined) return span
  cutTexts(parts.texts, span.length - maxBytes)
  let excess = totalBytes(parts) - maxBytes
  if (excess > 0) excess = replaceValues(entriesOf(parts), excess)
  if (excess > 0) leaveOut(entriesOf(parts), excess + COUNTS_BYTES)
  return encode(parts)
}

/** Cuts the largest of `texts` to a common level, so that together they become `excess` bytes shorter. */
function cutTexts(texts: readonly Text[], excess: number): void {
  const sizes = texts.map(({ bytes }) => bytes.length)
  const level = Math.max(MIN_TEXT, fairLevel(sizes, sizes.reduce((sum, size) => sum + size, 0) - excess))
  for (const text of texts) {
    const most = Math.max(level, text.least)
    if (text.bytes.length <= most) continue
    text.bytes = text.binary ? Buffer.from(bytesMark(text.bytes.length)) : cutTextBytes(text.bytes, most)
    if (text.binary) text.tag = STRING
  }
}

/** Puts a mark in the place of whole values of attributes, the largest first. @returns the excess that is left */
function replaceValues(entries: readonly Entry[], excess: number): number {
  let left = excess
  for (const { entry, size } of largestFirst(entries)) {
    if (left <= 0) break
    if (entry.key === undefined || entry.kept) continue
    const mark = bytesMark(size)
    const marked = withMark(entry.key, entry.json ? JSON.stringify(mark) : mark)
    const saved = size - bytesOf(marked)
    if (saved <= 0) continue
    entry.part = marked
    left -= saved
  }
  return left
}

function withMark(key: Raw, mark: string): Message {
  const text: Text = { kind: 'text', binary: false, least: 0, tag: STRING, bytes: Buffer.from(mark) }
  return {
    kind: 'message',
    tag: SPAN.attributes,
    parts: [key, { kind: 'message', tag: VALUE, parts: [text] }],
  }
}

/** Drops attributes, events and links, the largest first, and those that others look for last. */
function leaveOut(entries: readonly Entry[], excess: number): void {
  let left = excess
  const ordered = largestFirst(entries)
  for (const isKept of [false, true]) {
    for (const { entry, size } of ordered) {
      if (left <= 0) return
      if (entry.kept !== isKept) continue
      entry.dropped = true
      left -= size
    }
  }
}

const largestFirst = (entries: readonly Entry[]): { readonly entry: Entry; readonly size: number }[] =>
  entries.map((entry) => ({ entry, size: bytesOf(entry.part) })).sort((a, b) => b.size - a.size)

const entriesOf = ({ fields }: SpanParts): Entry[] => fields.filter((field) => 'counted' in field)

/** What is written of `field`. */
function kept(field: Entry | Part): Part | undefined {
  if (!('counted' in field)) return field
  return field.dropped ? undefined : field.part
}

function totalBytes({ fields }: SpanParts): number {
  let bytes = 0
  for (const field of fields) {
    const part = kept(field)
    if (part !== undefined) bytes += bytesOf(part)
  }
  return bytes
}

function bytesOf(part: Part): number {
  if (part.kind === 'raw') return part.bytes.length
  const body = bodyBytes(part)
  return varintBytes(part.tag) + varintBytes(body) + body
}

function bodyBytes(part: Text | Message): number {
  if (part.kind === 'text') return part.bytes.length
  let bytes = 0
  for (const each of part.parts) bytes += bytesOf(each)
  return bytes
}

function encode(parts: SpanParts): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(totalBytes(parts) + COUNTS_BYTES)
  const dropped = { ...parts.dropped }
  let pos = 0
  for (const field of parts.fields) {
    const part = kept(field)
    if (part !== undefined) pos = put(buffer, pos, part)
    else if ('counted' in field) dropped[field.counted] += 1
  }
  for (const counted of COUNTED) {
    if (dropped[counted] === parts.dropped[counted]) continue
    // Of a number that comes twice, decoders take the last.
    pos = putVarint(buffer, pos, DROPPED[counted])
    pos = putVarint(buffer, pos, Math.min(dropped[counted], MAX_COUNTED))
  }
  return buffer.subarray(0, pos)
}

function put(buffer: Buffer, at: number, part: Part): number {
  let pos = at
  if (part.kind !== 'raw') {
    pos = putVarint(buffer, pos, part.tag)
    pos = putVarint(buffer, pos, bodyBytes(part))
  }
  if (part.kind === 'message') {
    for (const each of part.parts) pos = put(buffer, pos, each)
    return pos
  }
  buffer.set(part.bytes, pos)
  return pos + part.bytes.length
}
