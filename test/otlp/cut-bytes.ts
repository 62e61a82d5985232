import { forEachField } from '../../src/otlp/reader.ts'
import type { DecodedSpan } from '../support/decoded-span.ts'
import { decodeTraceRequest } from '../support/otlp-decode.ts'

/** A protobuf field with a length. */
export function field(number: number, body: Uint8Array | string): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

export const number = (at: number, value: number): Buffer => Buffer.concat([varint(at * 8), varint(value)])

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}

export const text = (value: string): Buffer => field(1, value)
export const list = (...items: Uint8Array[]): Buffer =>
  field(5, Buffer.concat(items.map((item) => field(1, item))))
export const kvlist = (...items: Uint8Array[]): Buffer =>
  field(6, Buffer.concat(items.map((item) => field(1, item))))
export const keyValue = (key: string, value: Uint8Array): Buffer =>
  Buffer.concat([field(1, key), field(2, value)])
export const attribute = (key: string, value: Uint8Array): Buffer => field(9, keyValue(key, value))
export const event = (name: string, ...attributes: Uint8Array[]): Buffer =>
  field(11, Buffer.concat([field(2, name), ...attributes.map((each) => field(3, each))]))
export const link = (id: number): Buffer =>
  field(13, Buffer.concat([field(1, Buffer.alloc(16, id)), field(2, Buffer.alloc(8, id))]))

/** An OTLP `Span` with what every span has, and `more`. */
export const spanOf = (...more: Uint8Array[]): Buffer =>
  Buffer.concat([
    field(1, Buffer.alloc(16, 1)),
    field(2, Buffer.alloc(8, 2)),
    field(5, 'step'),
    number(6, 1),
    Buffer.from([0x39, 1, 2, 3, 4, 5, 6, 7, 8]),
    Buffer.from([0x41, 2, 2, 3, 4, 5, 6, 7, 8]),
    field(15, number(3, 1)),
    ...more,
  ])

/** The span as a strict decoder reads it. */
export function decodeSpan(span: Uint8Array): DecodedSpan {
  const [decoded] = decodeTraceRequest(field(1, field(2, field(2, span))))
  if (decoded === undefined) throw new Error('no span')
  return decoded
}

/** The `Span` messages of an export request. */
export function spansOf(request: Uint8Array): Uint8Array[] {
  return within(within([request], 0x0a), 0x12).flatMap((scope) => within([scope], 0x12))
}

function within(messages: readonly Uint8Array[], wanted: number): Uint8Array[] {
  const found: Uint8Array[] = []
  for (const message of messages) {
    forEachField(message, 0, message.length, (tag, _, from, to) => {
      if (tag === wanted) found.push(message.subarray(from, to))
    })
  }
  return found
}
