/** The bytes are not the message they claim to be; the text says where. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

/** One field of a message. Reading it as another wire type than it has is an error. */
export interface ProtobufField {
  bytes(): Uint8Array
  /** Strict UTF-8: what MLflow's server refuses is refused here. */
  text(): string
  bool(): boolean
  /** uint32 and enums. */
  uint(): number
  int64(): bigint
  fixed64(): bigint
  fixed32(): number
  double(): number
}

/** What to do with each field, by number. */
export type ProtobufFields = Readonly<Record<number, (field: ProtobufField) => void>>

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Walks the fields of one protobuf message, strictly: a field the schema does not have, a wrong wire type, a
 * cut message and broken UTF-8 are errors, where a lenient reader would hide a mistake of the writer.
 */
export function walkMessage(message: string, bytes: Uint8Array, fields: ProtobufFields): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const cursor = { at: 0 }
  while (cursor.at < bytes.length) {
    const tag = Number(readVarint(message, bytes, cursor))
    const number = tag >>> 3
    const take = fields[number]
    if (take === undefined) throw new ProtobufError(`${message} has no field ${number}`)
    take(readField(`${message}.${number}`, tag & 7, view, bytes, cursor))
  }
}

function readField(
  where: string,
  wireType: number,
  view: DataView,
  bytes: Uint8Array,
  cursor: { at: number },
): ProtobufField {
  const expect = (wanted: number): void => {
    if (wireType !== wanted)
      throw new ProtobufError(`${where} has wire type ${wireType} instead of ${wanted}`)
  }
  const skip = (length: number): number => {
    const start = cursor.at
    if (start + length > bytes.length) throw new ProtobufError(`${where} is cut off`)
    cursor.at += length
    return start
  }
  const varint = (): bigint => {
    expect(0)
    return readVarint(where, bytes, cursor)
  }
  const fixed = (wireOf: number, length: number): number => {
    expect(wireOf)
    return skip(length)
  }
  const take = (): Uint8Array => {
    expect(2)
    const length = Number(readVarint(where, bytes, cursor))
    const start = skip(length)
    return bytes.subarray(start, start + length)
  }
  return {
    bytes: take,
    text: () => decodeText(where, take()),
    bool: () => varint() !== 0n,
    uint: () => Number(varint()),
    int64: () => BigInt.asIntN(64, varint()),
    fixed64: () => view.getBigUint64(fixed(1, 8), true),
    fixed32: () => view.getUint32(fixed(5, 4), true),
    double: () => view.getFloat64(fixed(1, 8), true),
  }
}

function decodeText(where: string, bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new ProtobufError(`${where} is not valid UTF-8`, { cause })
  }
}

function readVarint(where: string, bytes: Uint8Array, cursor: { at: number }): bigint {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[cursor.at++]
    if (byte === undefined) throw new ProtobufError(`${where} is cut off`)
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return value
  }
  throw new ProtobufError(`${where} has a varint of more than ten bytes`)
}
