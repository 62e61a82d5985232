import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Captured } from '../../../src/span/capture/captured.ts'
import { capturedBytes, fitTo } from '../../../src/span/capture/fit-value.ts'

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))
const captured = fc.jsonValue({ stringUnit: 'grapheme' }) as fc.Arbitrary<Captured>

test('counts the bytes of JSON text, but for escapes', () => {
  fc.assert(
    fc.property(captured, (value) => {
      const withoutEscapes = JSON.stringify(value).replace(/\\(?:u[0-9a-f]{4}|.)/g, '_')
      expect(capturedBytes(value)).toBe(Buffer.byteLength(withoutEscapes))
    }),
  )
})

test('gives back the value itself where it fits', () => {
  fc.assert(
    fc.property(captured, (value) => {
      expect(fitTo(value, jsonBytes(value))).toBe(value)
    }),
  )
})

test('comes within any bound and leaves the given value as it was', () => {
  fc.assert(
    fc.property(captured, fc.integer({ min: 16, max: 1000 }), (value, maxBytes) => {
      const before = JSON.stringify(value)
      expect(jsonBytes(fitTo(value, maxBytes))).toBeLessThanOrEqual(maxBytes)
      expect(JSON.stringify(value)).toBe(before)
    }),
    { numRuns: 2000 },
  )
})

test('adds up when it cuts again what was cut', () => {
  const text = 'word '.repeat(20_000)
  const twice = fitTo(fitTo(text, 10_000), 1000) as string
  const [mark = '', cut] = /…\[(\d+) characters cut\]…/.exec(twice) ?? []
  expect(twice.replace(mark, '').length + Number(cut)).toBe(100_000)
  expect(twice.match(/characters cut/g)).toHaveLength(1)

  const items = Array.from({ length: 5000 }, (_, i) => i)
  const again = fitTo(fitTo(items, 4000), 500) as Captured[]
  const [, count] =
    /…\[(\d+) items cut\]…/.exec(again.find((item) => typeof item === 'string') as string) ?? []
  expect(again.length - 1 + Number(count)).toBe(5000)
  expect([again[0], again.at(-1)]).toStrictEqual([0, 4999])
})

test('cuts between words', () => {
  const fitted = fitTo('abcdefg '.repeat(1000), 1000) as string
  expect(fitted).toMatch(/^(abcdefg )+…\[\d+ characters cut\]…( abcdefg)+ $/)
})
