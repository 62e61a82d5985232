import { crc32 } from 'node:zlib'

/**
 * What a record holds. Both numbers are bytes that valid UTF-8 never has, so that the text of a prompt is not taken
 * for the beginning of a record when one is looked for behind damage.
 */
export const RecordKind = { SPAN: 0xf8, COMPLETION: 0xf9 } as const
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind]

/** A record in a segment: `[u32 length][u32 crc32][kind, body]`, little endian; the checksum covers the length too. */
export interface SpoolRecord {
  readonly kind: RecordKind
  /** A view into the bytes that were scanned. */
  readonly body: Uint8Array
  /** Where the record begins and ends. */
  readonly from: number
  readonly to: number
}

/** What was found in the bytes of a segment. */
export interface Scan {
  readonly records: readonly SpoolRecord[]
  /** Stretches that are no records and stand between records, or are no beginning of one. */
  readonly damaged: number
  /** Bytes at the end that are the beginning of a record: the writer died in the middle of it. */
  readonly torn: number
}

/** Bytes before the body: length, checksum, kind. */
export const FRAME_BYTES = 9
const LENGTH_BYTES = 4
const CHECKED_FROM = 8

/** A span as it is kept. */
export interface SpoolSpan {
  /** A complete `resource_spans` entry of an OTLP request. */
  readonly record: Uint8Array
  /** What follows the span by other means, as JSON text. */
  readonly traceInfo?: Uint8Array | undefined
}

/** What is written of a span, one after the other. */
export function partsOf({ record, traceInfo }: SpoolSpan): readonly Uint8Array[] {
  const parts = [frame(RecordKind.SPAN, record), record]
  if (traceInfo !== undefined) parts.push(frame(RecordKind.COMPLETION, traceInfo), traceInfo)
  return parts
}

/** What stands before `body` in the segment. */
export function frame(kind: RecordKind, body: Uint8Array): Uint8Array {
  const head = Buffer.allocUnsafe(FRAME_BYTES)
  head.writeUInt32LE(body.length + 1, 0)
  head[CHECKED_FROM] = kind
  head.writeUInt32LE(checksum(head, 0, body), LENGTH_BYTES)
  return head
}

function checksum(head: Uint8Array, at: number, body: Uint8Array): number {
  const length = crc32(head.subarray(at, at + LENGTH_BYTES))
  return crc32(body, crc32(head.subarray(at + CHECKED_FROM, at + FRAME_BYTES), length))
}

// How much is checked in search of the next record behind damage, before the rest of the segment is given up.
const MAX_CHECKED_BYTES = 64 * 1024 * 1024

/**
 * The records in `bytes` from `start` on. What is damaged is skipped: the next record is looked for byte by byte,
 * since the damage may have hit the length.
 */
export function scan(bytes: Uint8Array, start = 0): Scan {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: SpoolRecord[] = []
  let damaged = 0
  let checked = 0
  let at = start
  while (at < bytes.length) {
    const found = recordAt(bytes, view, at)
    if (found !== undefined) {
      records.push(found)
      at = found.to
      continue
    }
    const lost = at
    let next: SpoolRecord | undefined
    for (at += 1; at < bytes.length && next === undefined && checked < MAX_CHECKED_BYTES; at += 1) {
      if (!isPlausible(bytes, view, at)) continue
      checked += view.getUint32(at, true)
      next = recordAt(bytes, view, at)
    }
    if (next === undefined) {
      const torn = isTorn(bytes, view, lost)
      return { records, damaged: damaged + (torn ? 0 : 1), torn: torn ? bytes.length - lost : 0 }
    }
    damaged += 1
    records.push(next)
    at = next.to
  }
  return { records, damaged, torn: 0 }
}

function isPlausible(bytes: Uint8Array, view: DataView, at: number): boolean {
  if (at + FRAME_BYTES > bytes.length) return false
  const kind = bytes[at + CHECKED_FROM]
  if (kind !== RecordKind.SPAN && kind !== RecordKind.COMPLETION) return false
  const length = view.getUint32(at, true)
  return length > 0 && at + CHECKED_FROM + length <= bytes.length
}

function recordAt(bytes: Uint8Array, view: DataView, at: number): SpoolRecord | undefined {
  if (!isPlausible(bytes, view, at)) return undefined
  const to = at + CHECKED_FROM + view.getUint32(at, true)
  const body = bytes.subarray(at + FRAME_BYTES, to)
  if (view.getUint32(at + LENGTH_BYTES, true) !== checksum(bytes, at, body)) return undefined
  return { kind: bytes[at + CHECKED_FROM] as RecordKind, body, from: at, to }
}

/** Whether a record that begins at `at` would go beyond the end. */
function isTorn(bytes: Uint8Array, view: DataView, at: number): boolean {
  if (at + LENGTH_BYTES > bytes.length) return true
  return at + CHECKED_FROM + view.getUint32(at, true) > bytes.length
}
