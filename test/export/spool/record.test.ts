import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FRAME_BYTES, RecordKind, scan } from '../../../src/export/spool/record.ts'
import { anyBodies, written } from './bytes.ts'

const bodiesOf = (bytes: Uint8Array): string[] =>
  scan(bytes).records.map(({ body }) => Buffer.from(body).toString('hex'))
const hex = (bodies: readonly Uint8Array[]): string[] =>
  bodies.map((body) => Buffer.from(body).toString('hex'))

test('any bytes come back as they were, whatever they look like', () => {
  fc.assert(
    fc.property(anyBodies, (bodies) => {
      const { bytes, ends } = written(bodies)
      const { records, damaged, torn } = scan(bytes)
      expect(records.map(({ to }) => to)).toEqual(ends)
      expect(hex(records.map(({ body }) => body))).toEqual(hex(bodies))
      expect({ damaged, torn }).toEqual({ damaged: 0, torn: 0 })
    }),
    { numRuns: 500 },
  )
})

test('the kind of a record comes back', () => {
  const bytes = Buffer.concat([
    written([Buffer.from('a')]).bytes,
    written([Buffer.from('{}')], RecordKind.COMPLETION).bytes,
  ])
  expect(scan(bytes).records.map(({ kind }) => kind)).toEqual([RecordKind.SPAN, RecordKind.COMPLETION])
})

test('torn at any byte, every record before the tear is there', () => {
  fc.assert(
    fc.property(anyBodies, (bodies) => {
      const { bytes, ends } = written(bodies)
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const { records, damaged, torn } = scan(bytes.subarray(0, cut))
        const whole = ends.filter((end) => end <= cut)
        expect(hex(records.slice(0, whole.length).map(({ body }) => body))).toEqual(
          hex(bodies.slice(0, whole.length)),
        )
        expect(damaged + torn > 0).toBe(cut !== (whole.at(-1) ?? 0))
      }
    }),
    { numRuns: 60 },
  )
})

test('a tear is told from damage', () => {
  const { bytes, ends } = written([Buffer.from('one'), Buffer.from('two')])
  for (let cut = (ends[0] ?? 0) + 1; cut < bytes.length; cut += 1) {
    expect(scan(bytes.subarray(0, cut))).toMatchObject({ damaged: 0, torn: cut - (ends[0] ?? 0) })
  }
})

test('with any byte changed, the record that it is in is skipped and the others are kept', () => {
  const texts = fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 255 }), (values, change) => {
      const bodies = values.map((text) => Buffer.from(text))
      const { bytes, ends } = written(bodies)
      for (let at = 0; at < bytes.length; at += 1) {
        const hurt = Buffer.from(bytes)
        hurt[at] = (hurt[at] ?? 0) ^ change
        const lost = ends.findIndex((end) => at < end)
        expect(bodiesOf(hurt)).toEqual(hex(bodies.filter((_, index) => index !== lost)))
        const { damaged, torn } = scan(hurt)
        expect(damaged + (torn > 0 ? 1 : 0)).toBe(1)
      }
    }),
    { numRuns: 60 },
  )
})

test('a stretch that was zeroed is skipped, and what is behind it found', () => {
  const { bytes, ends } = written(['one', 'two', 'three', 'four'].map((text) => Buffer.from(text)))
  const hurt = Buffer.from(bytes)
  hurt.fill(0, (ends[0] ?? 0) - 1, (ends[1] ?? 0) + 2)
  expect(bodiesOf(hurt)).toEqual(hex([Buffer.from('four')]))
  expect(scan(hurt).damaged).toBe(1)
})

test('damage does not make looking for the next record expensive', () => {
  // Every byte could be the beginning of a record of two megabytes; only the checksum says that it is none.
  const size = 4 * 1024 * 1024
  const hurt = Buffer.alloc(size, Buffer.from([0, 0, 0x20, 0, 0, 0, 0, 0, 0xf8]))
  const began = performance.now()
  expect(scan(hurt)).toMatchObject({ records: [], damaged: 1 })
  expect(performance.now() - began).toBeLessThan(3000)
})

test('a length that is nonsense is damage', () => {
  const { bytes } = written([Buffer.from('body')])
  const zero = Buffer.from(bytes)
  zero.writeUInt32LE(0, 0)
  expect(scan(zero)).toMatchObject({ records: [], damaged: 1 })
  expect(scan(Buffer.alloc(FRAME_BYTES))).toMatchObject({ records: [], damaged: 1 })
})
