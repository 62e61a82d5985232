/**
 * A captured value as it goes on the wire: the `value` field (tag, length, body) of an OTLP `KeyValue`, at
 * `start` to `end` of `buffer`. Values are written once, when they are captured, and copied from then on.
 */
export interface Content {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}

/** `content` that came from another thread, where a `Buffer` arrives as a plain `Uint8Array`. */
export function arrivedContent({ buffer, start, end }: Content): Content {
  return { buffer: Buffer.from(buffer.buffer, buffer.byteOffset, buffer.byteLength), start, end }
}

/** Bytes of `content`. */
export const contentBytes = (content: Content): number => content.end - content.start
