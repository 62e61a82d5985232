import { crc32 } from 'node:zlib'

/**
 * Events in the binary framing in which Bedrock streams: each is JSON, in base64, in a `chunk` event. AWS's own decoder,
 * which every client under test brings, checks lengths and checksums.
 *
 * @see https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html
 */
export function eventStream(events: readonly unknown[]): Uint8Array {
  return Buffer.concat(events.map((event) => eventFrame('chunk', { bytes: base64(JSON.stringify(event)) })))
}

/** Bytes as they stand in JSON. */
export const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** One event of a stream. */
export const eventFrame = (type: string, payload: object): Uint8Array =>
  frame(payload, [
    [':event-type', type],
    [':content-type', 'application/json'],
    [':message-type', 'event'],
  ])

/** What says in the middle of a stream that it failed. */
export const exceptionFrame = (type: string, message: string): Uint8Array =>
  frame({ message }, [
    [':exception-type', type],
    [':content-type', 'application/json'],
    [':message-type', 'exception'],
  ])

function frame(payload: object, headers: readonly (readonly [name: string, value: string])[]): Buffer {
  const body = Buffer.from(JSON.stringify(payload))
  const head = Buffer.concat(headers.map(([name, value]) => header(name, value)))
  const prelude = Buffer.alloc(8)
  prelude.writeUInt32BE(16 + head.length + body.length, 0)
  prelude.writeUInt32BE(head.length, 4)
  const whole = Buffer.concat([prelude, checksum(prelude), head, body])
  return Buffer.concat([whole, checksum(whole)])
}

const TEXT = 7

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([TEXT]),
    length,
    Buffer.from(value),
  ])
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(bytes))
  return sum
}
