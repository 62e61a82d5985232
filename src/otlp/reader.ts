import { FIXED32, FIXED64, LENGTH_DELIMITED, MAX_VARINT_LENGTH, VARINT } from '../span/snapshot/wire-types.ts'

const MAX_TAG = 2 ** 32 - 1

/**
 * Takes one field: where it starts with its tag, and where its body stands. The body of a number is its bytes, that of
 * a message or text is what its length counts.
 */
export type TakeField = (tag: number, start: number, from: number, to: number) => void

interface Cursor {
  at: number
}

/** Calls `take` with each field of the message between `from` and `to`. @returns whether the message is sound */
export function forEachField(bytes: Uint8Array, from: number, to: number, take: TakeField): boolean {
  const cursor = { at: from }
  while (cursor.at < to) {
    const start = cursor.at
    const tag = readVarint(bytes, cursor, to)
    if (!(tag >= 8 && tag <= MAX_TAG)) return false
    const length = bodyLength(bytes, cursor, to, tag % 8)
    if (!(length <= to - cursor.at)) return false
    take(tag, start, cursor.at, cursor.at + length)
    cursor.at += length
  }
  return true
}

/** Bytes of the body that begins at the cursor, which moves behind a length; `NaN` for what no message has. */
function bodyLength(bytes: Uint8Array, cursor: Cursor, to: number, wireType: number): number {
  switch (wireType) {
    case VARINT:
      return varintEnd(bytes, cursor.at, to) - cursor.at
    case FIXED64:
      return 8
    case FIXED32:
      return 4
    case LENGTH_DELIMITED:
      return readVarint(bytes, cursor, to)
    default:
      return Number.NaN
  }
}

function varintEnd(bytes: Uint8Array, from: number, to: number): number {
  const most = Math.min(to, from + MAX_VARINT_LENGTH)
  for (let at = from; at < most; at += 1) if ((bytes[at] as number) < 0x80) return at + 1
  return Number.NaN
}

/** The varint at the cursor, `NaN` where there is none; beyond 2^53 it is not exact. */
export function readVarint(bytes: Uint8Array, cursor: Cursor, to: number): number {
  const end = varintEnd(bytes, cursor.at, to)
  let value = 0
  for (let at = end - 1; at >= cursor.at; at -= 1) value = value * 128 + ((bytes[at] as number) & 0x7f)
  if (!(end > cursor.at)) return Number.NaN
  cursor.at = end
  return value
}
