/**
 * Walks the fields of one protobuf message: `visit(field, value, wire)` gets a slice for length-delimited fields, and
 * nothing it needs for the others. Enough of protobuf to find the spans of an OTLP request.
 */
export function eachField(bytes, visit) {
  let at = 0
  const varint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const wire = tag & 7
    if (wire === 2) {
      const length = varint()
      visit(tag >>> 3, bytes.subarray(at, at + length))
      at += length
    } else if (wire === 0) varint()
    else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else throw new Error(`wire type ${wire}`)
  }
}
