import { BOOL, DOUBLE, INT } from '../otlp/tags.ts'
import { putInt64 } from '../otlp/writer.ts'
import { HEAD_BYTES } from './put-text.ts'
import { reserve, type Scratch } from './scratch.ts'

/** OTLP's null as the field `tag`: a message without a field. */
export function putNull(scratch: Scratch, tag: number): void {
  reserve(scratch, HEAD_BYTES)
  scratch.buffer[scratch.at] = tag
  scratch.buffer[scratch.at + 1] = 0
  scratch.at += 2
}

/** `value` as the field `tag`, an `AnyValue`. */
export function putBoolean(scratch: Scratch, tag: number, value: boolean): void {
  reserve(scratch, HEAD_BYTES)
  const { buffer, at } = scratch
  buffer[at] = tag
  buffer[at + 1] = 2
  buffer[at + 2] = BOOL
  buffer[at + 3] = value ? 1 : 0
  scratch.at = at + 4
}

/** `value`, a safe integer, as the field `tag`, an `AnyValue`. */
export function putInteger(scratch: Scratch, tag: number, value: number): void {
  reserve(scratch, HEAD_BYTES)
  const { buffer, at } = scratch
  buffer[at] = tag
  buffer[at + 2] = INT
  const end = putInt64(buffer, at + 3, value)
  buffer[at + 1] = end - at - 2
  scratch.at = end
}

// Every machine that runs Node is little-endian, as protobuf is.
const DOUBLES = new Float64Array(1)
const DOUBLE_BYTES = new Uint8Array(DOUBLES.buffer)

/** `value` as the field `tag`, an `AnyValue`. */
export function putDouble(scratch: Scratch, tag: number, value: number): void {
  reserve(scratch, HEAD_BYTES)
  const { buffer, at } = scratch
  buffer[at] = tag
  buffer[at + 1] = 9
  buffer[at + 2] = DOUBLE
  DOUBLES[0] = value
  for (let i = 0; i < 8; i += 1) buffer[at + 3 + i] = DOUBLE_BYTES[i] as number
  scratch.at = at + 11
}
