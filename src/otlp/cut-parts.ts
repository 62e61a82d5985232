import { beginsLikeJson } from './cut-text.ts'
import { forEachField } from './reader.ts'
import { ARRAY, BYTES, EVENT, ITEM, KEY, KVLIST, LINK, SPAN, STATUS, STRING, VALUE } from './tags.ts'

/** A stretch of a message that stays as it is, with its tags. */
export interface Raw {
  readonly kind: 'raw'
  readonly bytes: Uint8Array
}

/** A text, or bytes, that may be cut. */
export interface Text {
  readonly kind: 'text'
  /** Bytes that hold no text, which are cut to nothing but a mark. */
  readonly binary: boolean
  /** It is not cut below this. */
  readonly least: number
  tag: number
  bytes: Uint8Array
}

export interface Message {
  readonly kind: 'message'
  readonly tag: number
  parts: readonly Part[]
}

export type Part = Raw | Text | Message

/** A field of a span that may be left out, which the span then counts. */
export interface Entry {
  readonly counted: 'attributes' | 'events' | 'links'
  /** What others look for by this key, so that it goes last. */
  readonly kept: boolean
  /** The key of an attribute, with its tag. */
  readonly key: Raw | undefined
  /** The value of an attribute is text that may be JSON. */
  readonly json: boolean
  part: Part
  dropped: boolean
}

/** A span, as far as it matters for cutting it. */
export interface SpanParts {
  /** In the order of the message; what is not an entry always stays. */
  readonly fields: readonly (Entry | Part)[]
  readonly texts: readonly Text[]
  /** What was left out of it before. */
  readonly dropped: Readonly<Record<Entry['counted'], number>>
}

/** Counts stand under these tags. */
export const DROPPED: Readonly<Record<Entry['counted'], number>> = {
  attributes: SPAN.droppedAttributes,
  events: SPAN.droppedEvents,
  links: SPAN.droppedLinks,
}

const ENTRIES: ReadonlyMap<number, Entry['counted']> = new Map([
  [SPAN.attributes, 'attributes'],
  [SPAN.events, 'events'],
  [SPAN.links, 'links'],
])

/** Shorter texts are not cut: a mark needs as much. */
export const MIN_TEXT = 64
/** A name or an error's message up to this length is no content. */
const MIN_LABEL = 1024
/** Decoders give up at a hundred messages within each other; what lies deeper stays or goes as a whole. */
const MAX_DEPTH = 100

const SMALL_KEYS =
  /^(?:mlflow\.(?:spanType|traceTag\..*|trace\..*|chat\.tokenUsage|llm\..*)|gen_ai\.(?:usage|request|response|operation|provider|agent|conversation)\..*|gen_ai\.system|gen_ai\.tool\.(?:name|type|call\.id)|(?:session|user)\.id|error\.type|openinference\.span\.kind)$/
/** Under such a key; a longer value is content, whatever its key. */
const MAX_SMALL = 8192

/** The parts of the encoded OTLP `Span` `bytes`; `undefined` when they are not a span. */
export function readSpanParts(bytes: Uint8Array): SpanParts | undefined {
  const reader: Reader = { bytes, texts: [], sound: true }
  const fields: (Entry | Part)[] = []
  const dropped = { attributes: 0, events: 0, links: 0 }
  const isSound = forEachField(bytes, 0, bytes.length, (tag, start, from, to) => {
    const counted = ENTRIES.get(tag)
    if (counted !== undefined) fields.push(readEntry(reader, counted, { tag, start, from, to }))
    else if (tag === SPAN.name) fields.push(readText(reader, { tag, start, from, to }, MIN_LABEL))
    else if (tag === SPAN.status) fields.push(readStatus(reader, { tag, start, from, to }))
    else {
      noteDropped(dropped, tag, bytes.subarray(from, to))
      fields.push(raw(bytes, start, to))
    }
  })
  return isSound && reader.sound ? { fields, texts: reader.texts, dropped } : undefined
}

interface Reader {
  readonly bytes: Uint8Array
  /** Those that may be cut, as they are found. */
  readonly texts: Text[]
  sound: boolean
}

interface PartPlace {
  readonly tag: number
  readonly start: number
  readonly from: number
  readonly to: number
}

const raw = (bytes: Uint8Array, start: number, to: number): Raw => ({
  kind: 'raw',
  bytes: bytes.subarray(start, to),
})

function noteDropped(dropped: Record<Entry['counted'], number>, tag: number, body: Uint8Array): void {
  for (const counted of ['attributes', 'events', 'links'] as const) {
    if (DROPPED[counted] !== tag) continue
    let count = 0
    for (let i = body.length - 1; i >= 0; i -= 1) count = count * 128 + ((body[i] as number) & 0x7f)
    dropped[counted] = count
  }
}

function readEntry(reader: Reader, counted: Entry['counted'], place: PartPlace): Entry {
  if (counted === 'attributes') return readAttribute(reader, place)
  const inner = counted === 'events' ? EVENT.attributes : LINK.attributes
  const part = readMessage(reader, place, (field) =>
    field.tag === inner ? readKeyValue(reader, field, 0) : raw(reader.bytes, field.start, field.to),
  )
  return { counted, kept: false, key: undefined, json: false, part, dropped: false }
}

function readAttribute(reader: Reader, place: PartPlace): Entry {
  const { bytes } = reader
  let key: Raw | undefined
  let json = false
  forEachField(bytes, place.from, place.to, (tag, start, from, to) => {
    if (tag === KEY) key = raw(bytes, start, to)
    else if (tag === VALUE) json = isJsonText(bytes, from, to)
  })
  const kept = place.to - place.from <= MAX_SMALL && isSmallKey(key)
  const part = kept ? checkedRaw(reader, place) : readKeyValue(reader, place, 0)
  return { counted: 'attributes', kept, key, json, part, dropped: false }
}

function isJsonText(bytes: Uint8Array, from: number, to: number): boolean {
  let json = false
  forEachField(bytes, from, to, (tag, _, start, end) => {
    if (tag === STRING)
      json = beginsLikeJson(Buffer.from(bytes.subarray(start, end).subarray(0, 64)).toString('latin1'))
  })
  return json
}

/** A key that is longer than any of ours is not one of them. */
const isSmallKey = (key: Raw | undefined): boolean =>
  key !== undefined &&
  key.bytes.length <= 300 &&
  SMALL_KEYS.test(Buffer.from(key.bytes).toString('utf8', key.bytes.length > 129 ? 3 : 2))

function checkedRaw(reader: Reader, place: PartPlace): Raw {
  const texts = reader.texts.length
  readKeyValue(reader, place, 0)
  reader.texts.length = texts
  return raw(reader.bytes, place.start, place.to)
}

function readStatus(reader: Reader, place: PartPlace): Part {
  return readMessage(reader, place, (field) =>
    field.tag === STATUS.message
      ? readText(reader, field, MIN_LABEL)
      : raw(reader.bytes, field.start, field.to),
  )
}

function readKeyValue(reader: Reader, place: PartPlace, depth: number): Part {
  return readMessage(reader, place, (field) =>
    field.tag === VALUE ? readAnyValue(reader, field, depth + 1) : raw(reader.bytes, field.start, field.to),
  )
}

function readAnyValue(reader: Reader, place: PartPlace, depth: number): Part {
  if (depth > MAX_DEPTH) return raw(reader.bytes, place.start, place.to)
  return readMessage(reader, place, (field) => {
    if (field.tag === STRING || field.tag === BYTES) return readText(reader, field, MIN_TEXT)
    if (field.tag === ARRAY) {
      return readMessage(reader, field, (item) =>
        item.tag === ITEM ? readAnyValue(reader, item, depth + 2) : raw(reader.bytes, item.start, item.to),
      )
    }
    if (field.tag === KVLIST) {
      return readMessage(reader, field, (item) =>
        item.tag === ITEM ? readKeyValue(reader, item, depth + 2) : raw(reader.bytes, item.start, item.to),
      )
    }
    return raw(reader.bytes, field.start, field.to)
  })
}

function readText(reader: Reader, { tag, start, from, to }: PartPlace, least: number): Part {
  if (to - from <= least) return raw(reader.bytes, start, to)
  const text: Text = {
    kind: 'text',
    binary: tag === BYTES,
    least,
    tag,
    bytes: reader.bytes.subarray(from, to),
  }
  reader.texts.push(text)
  return text
}

/** A message that holds nothing to cut is one stretch, and so is what lies between two that do. */
function readMessage(reader: Reader, place: PartPlace, read: (field: PartPlace) => Part): Part {
  const { bytes } = reader
  const parts: Part[] = []
  let rawFrom = place.from
  const isSound = forEachField(bytes, place.from, place.to, (tag, start, from, to) => {
    const part = read({ tag, start, from, to })
    if (part.kind === 'raw') return
    if (start > rawFrom) parts.push(raw(bytes, rawFrom, start))
    parts.push(part)
    rawFrom = to
  })
  if (!isSound) reader.sound = false
  if (parts.length === 0) return raw(bytes, place.start, place.to)
  if (place.to > rawFrom) parts.push(raw(bytes, rawFrom, place.to))
  return { kind: 'message', tag: place.tag, parts }
}
