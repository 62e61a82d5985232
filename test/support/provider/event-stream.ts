import { crc32 } from 'node:zlib'

/**
 * Events in the binary framing in which Bedrock streams: each is JSON, in base64, in a `chunk` event.
 *
 * @see https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html
 */
export function eventStream(events: readonly unknown[]): Uint8Array {
  return Buffer.concat(
    events.map((event) =>
      frame({ bytes: Buffer.from(JSON.stringify(event)).toString('base64') }, [
        [':event-type', 'chunk'],
        [':content-type', 'application/json'],
        [':message-type', 'event'],
      ]),
    ),
  )
}

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
