import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hrTimeOfMs } from '../../../src/runtime/clock.ts'
import {
  closeMessage,
  createWriter,
  openMessage,
  varintBytes,
  type Writer,
  writeByte,
  writeDouble,
  writeFixed32,
  writeHex,
  writeInt64,
  writeText,
  writeTime,
  writeTimeOfMs,
  writeVarint,
} from '../../../src/span/snapshot/writer.ts'
import { anyText } from '../../otlp/arbitrary-span.ts'

/** What `write` writes, from a buffer that has room for nothing. */
function written(write: (writer: Writer) => void): Buffer {
  const writer = createWriter(0)
  write(writer)
  return writer.buffer.subarray(0, writer.pos)
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

const withLength = (body: Uint8Array): Buffer => Buffer.concat([varint(BigInt(body.length)), body])

test('lengths are varints of the number of bytes that is told beforehand', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.nat(31), (value, shift) => {
      for (const length of [value >>> shift, 2 ** shift, 2 ** shift - 1]) {
        const bytes = written((writer) => writeVarint(writer, length))
        expect(bytes).toEqual(varint(BigInt(length)))
        expect(bytes).toHaveLength(varintBytes(length))
      }
    }),
  )
})

test("integers are the varints of their two's complement", () => {
  const integer = fc.oneof(
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1025n }).map(Number),
    fc.constantFrom(-1, -(2 ** 31), -(2 ** 32), 2 ** 32, -(2 ** 53), 2 ** 62, -(2 ** 63)),
  )
  fc.assert(
    fc.property(integer, (value) => {
      expect(written((writer) => writeInt64(writer, value))).toEqual(varint(BigInt(value)))
    }),
  )
})

test('times are exact to the nanosecond up to the end of uint64', () => {
  const seconds = fc.oneof(
    fc.integer({ min: 0, max: 18_446_744_072 }),
    fc.constantFrom(0, 1, 3, 4, 4_294_967_295, 4_294_967_296, 9_223_372_036, 18_446_744_072),
  )
  const nanos = fc.oneof(fc.integer({ min: 0, max: 999_999_999 }), fc.constantFrom(0, 1, 999_999_999))
  fc.assert(
    fc.property(seconds, nanos, (s, n) => {
      const expected = Buffer.alloc(8)
      expected.writeBigUInt64LE(BigInt(s) * 1_000_000_000n + BigInt(n))
      expect(written((writer) => writeTime(writer, [s, n]))).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})

test('milliseconds are written as the time that they stand for', () => {
  const ms = fc.oneof(
    fc.double({ min: 0, max: 9_223_372_036_000, noNaN: true }),
    fc.constantFrom(0, 999.999_999_9, 1_764_426_000_000.25, 1_764_426_000_999.75),
  )
  fc.assert(
    fc.property(ms, (value) => {
      const expected = written((writer) => writeTime(writer, hrTimeOfMs(value)))
      expect(written((writer) => writeTimeOfMs(writer, value))).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})

test('texts are what TextEncoder makes of them', () => {
  const utf8 = new TextEncoder()
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 4 }), (texts) => {
      const bytes = written((writer) => {
        for (const text of texts) writeText(writer, text)
      })
      const expected = Buffer.concat(texts.map((text) => withLength(utf8.encode(text))))
      expect(Buffer.compare(bytes, expected)).toBe(0)
    }),
    { numRuns: 1000 },
  )
})

test('IDs are read in either case', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 16 }), (id) => {
      const digits = Buffer.from(id).toString('hex')
      for (const text of [digits, digits.toUpperCase()]) {
        expect(written((writer) => writeHex(writer, text))).toEqual(withLength(id))
      }
    }),
  )
})

test('fixed numbers are little-endian', () => {
  fc.assert(
    fc.property(fc.double(), fc.nat(0xffffffff), (double, fixed) => {
      const expected = Buffer.alloc(12)
      expected.writeDoubleLE(double)
      expected.writeUInt32LE(fixed, 8)
      const bytes = written((writer) => {
        writeDouble(writer, double)
        writeFixed32(writer, fixed)
      })
      expect(bytes).toEqual(expected)
    }),
  )
})

describe('a message', () => {
  const sizes = fc.constantFrom(0, 1, 127, 128, 300, 16_383, 16_384, 70_000, 2_097_152)

  test('has its length before it, whatever length was expected', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.nat(255), (expected, actual, fill) => {
        const body = Buffer.alloc(actual, fill)
        const bytes = written((writer) => {
          writeByte(writer, 7)
          const start = openMessage(writer, expected)
          for (const byte of body) writeByte(writer, byte)
          closeMessage(writer, start, expected)
          writeByte(writer, 9)
        })
        expect(Buffer.compare(bytes, Buffer.concat([Buffer.of(7), withLength(body), Buffer.of(9)]))).toBe(0)
      }),
      { numRuns: 40 },
    )
  })

  test('holds messages whose lengths were expected wrong at every level', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sizes, anyText), { minLength: 1, maxLength: 5 }), (levels) => {
        const nest = (writer: Writer, depth: number): void => {
          const level = levels[depth]
          if (level === undefined) return
          const start = openMessage(writer, level[0])
          writeText(writer, level[1])
          nest(writer, depth + 1)
          closeMessage(writer, start, level[0])
        }
        const expected = levels.reduceRight<Buffer>(
          (inner, [, text]) => withLength(Buffer.concat([withLength(Buffer.from(text)), inner])),
          Buffer.alloc(0),
        )
        expect(
          Buffer.compare(
            written((writer) => nest(writer, 0)),
            expected,
          ),
        ).toBe(0)
      }),
    )
  })
})
