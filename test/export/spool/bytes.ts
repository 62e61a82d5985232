import fc from 'fast-check'
import { frame, RecordKind } from '../../../src/export/spool/record.ts'

/** Records as they stand in a segment, and what is in them. */
export interface Written {
  readonly bytes: Uint8Array
  readonly bodies: readonly Uint8Array[]
  /** Where each record ends. */
  readonly ends: readonly number[]
}

export function written(bodies: readonly Uint8Array[], kind: RecordKind = RecordKind.SPAN): Written {
  const ends: number[] = []
  const parts: Uint8Array[] = []
  let at = 0
  for (const body of bodies) {
    const head = frame(kind, body)
    parts.push(head, body)
    at += head.length + body.length
    ends.push(at)
  }
  return { bytes: Buffer.concat(parts), bodies, ends }
}

/** Any bytes, those that look like the beginning of a record more often than chance has it. */
export const anyBody: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.array(fc.constantFrom(0, 1, 2, 5, 0xf8, 0xf9), { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes)),
  fc.uint8Array({ maxLength: 20 }).map((body) => written([body]).bytes.subarray(0, -1)),
)

export const anyBodies: fc.Arbitrary<Uint8Array[]> = fc.array(anyBody, { minLength: 1, maxLength: 6 })
