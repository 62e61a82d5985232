/** The value that MessagePack bytes hold. Integers of 64 bits become BigInt, maps objects; bytes are left out. */
export function decodeMsgpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0

  const length = (size) => {
    const value = size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at) : view.getUint32(at)
    at += size
    return value
  }
  const text = (size) => {
    at += size
    return bytes.toString('utf8', at - size, at)
  }
  const list = (size) => Array.from({ length: size }, value)
  const map = (size) => {
    const out = {}
    for (let i = 0; i < size; i += 1) {
      const key = value()
      out[key] = value()
    }
    return out
  }
  const number = (name, size) => {
    const read = view[`get${name}`](at)
    at += size
    return read
  }
  const skip = (size) => {
    at += size
    return undefined
  }

  const TYPES = {
    192: () => null,
    194: () => false,
    195: () => true,
    196: () => skip(length(1)),
    197: () => skip(length(2)),
    198: () => skip(length(4)),
    202: () => number('Float32', 4),
    203: () => number('Float64', 8),
    204: () => number('Uint8', 1),
    205: () => number('Uint16', 2),
    206: () => number('Uint32', 4),
    207: () => number('BigUint64', 8),
    208: () => number('Int8', 1),
    209: () => number('Int16', 2),
    210: () => number('Int32', 4),
    211: () => number('BigInt64', 8),
    217: () => text(length(1)),
    218: () => text(length(2)),
    219: () => text(length(4)),
    220: () => list(length(2)),
    221: () => list(length(4)),
    222: () => map(length(2)),
    223: () => map(length(4)),
  }

  function value() {
    const type = bytes[at++]
    if (type < 0x80) return type
    if (type < 0x90) return map(type & 0x0f)
    if (type < 0xa0) return list(type & 0x0f)
    if (type < 0xc0) return text(type & 0x1f)
    if (type >= 0xe0) return type - 0x100
    const read = TYPES[type]
    if (read === undefined) throw new Error(`MessagePack type ${type.toString(16)}`)
    return read()
  }

  return value()
}
