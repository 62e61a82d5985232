import { crc32 } from 'node:zlib'

/** What a segment says of itself in its first bytes. This layout is for ever: versions differ in what follows it. */
export interface SegmentHeader {
  readonly version: number
  /** Whom the records are for; see `targetKey`. */
  readonly key: string
  /** Epoch milliseconds. */
  readonly createdMs: number
}

export const HEADER_BYTES = 40
export const VERSION = 1
export const KEY_LENGTH = 16

const MAGIC = 'TSSPOOL'
const VERSION_AT = 7
const KEY_AT = 8
const CREATED_AT = KEY_AT + KEY_LENGTH
const CHECKSUM_AT = HEADER_BYTES - 4

export function encodeHeader({ version, key, createdMs }: SegmentHeader): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes.write(MAGIC, 0, 'latin1')
  bytes[VERSION_AT] = version
  bytes.write(key, KEY_AT, KEY_LENGTH, 'latin1')
  bytes.writeDoubleLE(createdMs, CREATED_AT)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CHECKSUM_AT)), CHECKSUM_AT)
  return bytes
}

/** The header in `bytes`; `undefined` where it is damaged or was never written whole. */
export function decodeHeader(bytes: Uint8Array): SegmentHeader | undefined {
  if (bytes.length < HEADER_BYTES) return undefined
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  if (buffer.readUInt32LE(CHECKSUM_AT) !== crc32(buffer.subarray(0, CHECKSUM_AT))) return undefined
  if (buffer.toString('latin1', 0, VERSION_AT) !== MAGIC) return undefined
  return {
    version: buffer[VERSION_AT] ?? 0,
    key: buffer.toString('latin1', KEY_AT, KEY_AT + KEY_LENGTH),
    createdMs: buffer.readDoubleLE(CREATED_AT),
  }
}
