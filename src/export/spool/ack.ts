import { crc32 } from 'node:zlib'

/** A stretch of a segment, from the first byte of a record to the byte behind the last one. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

const ENTRY_BYTES = 12

/** An entry of a segment's `.ack` file: what stands in `stretch` has been delivered. Saying it twice changes nothing. */
export function encodeAck({ from, to }: Stretch): Uint8Array {
  const entry = Buffer.allocUnsafe(ENTRY_BYTES)
  entry.writeUInt32LE(from, 0)
  entry.writeUInt32LE(to, 4)
  entry.writeUInt32LE(crc32(entry.subarray(0, 8)), 8)
  return entry
}

/** The stretches that an `.ack` file names, merged and in order; entries that are torn or damaged say nothing. */
export function decodeAcks(bytes: Uint8Array): Stretch[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Stretch[] = []
  for (let at = 0; at + ENTRY_BYTES <= buffer.length; at += ENTRY_BYTES) {
    if (buffer.readUInt32LE(at + 8) !== crc32(buffer.subarray(at, at + 8))) continue
    found.push({ from: buffer.readUInt32LE(at), to: buffer.readUInt32LE(at + 4) })
  }
  return merge(found)
}

/** `stretches` in order, with those that touch or overlap made one. */
export function merge(stretches: readonly Stretch[]): Stretch[] {
  const merged: Stretch[] = []
  for (const next of [...stretches].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last !== undefined && next.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, next.to) }
    } else merged.push(next)
  }
  return merged
}

/** Whether `stretch` lies within one of `merged`. */
export function covers(merged: readonly Stretch[], stretch: Stretch): boolean {
  return merged.some(({ from, to }) => from <= stretch.from && stretch.to <= to)
}
