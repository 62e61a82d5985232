import fc from 'fast-check'
import { expect, test } from 'vitest'
import { capture } from '../../../src/span/capture/capture.ts'
import type { Captured } from '../../../src/span/capture/captured.ts'
import { anything as valuesOf } from '../anything.ts'

const limits = { maxValueBytes: 1 << 20, maxSpanBytes: 3 << 20, maxDepth: 40 }
/** What the mark of a cut takes where hardly anything fits. */
const SLACK = 16

const anything = valuesOf('binary')

const throwing = fc.anything().map((message) => {
  const fail = (): never => {
    throw message
  }
  const trap = new Proxy({}, {})
  return [
    {
      get a() {
        return fail()
      },
    },
    { toJSON: fail },
    new Proxy({}, { get: fail }),
    new Proxy([], { get: fail }),
    new Proxy({}, { getPrototypeOf: fail }),
    new Proxy({ a: 1 }, { ownKeys: fail }),
    new Proxy({ a: 1 }, { getOwnPropertyDescriptor: fail, has: fail }),
    Object.create({
      get constructor() {
        return fail()
      },
    }),
    Object.create(trap),
    Object.defineProperty(() => 1, 'name', { get: fail }),
    Object.defineProperty(new Error('e'), 'message', { get: fail }),
    Object.defineProperty(Object.create(Date.prototype), Symbol.toStringTag, { value: 'Headers' }),
  ]
})

const depthOf = (value: Captured): number =>
  value === null || typeof value !== 'object' ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf))

const texts = (value: Captured): string[] => {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...texts(inner)])
}

test('gives bounded, clean data for any value and any limits', () => {
  fc.assert(
    fc.property(
      fc.oneof(anything, throwing),
      fc.integer({ min: 16, max: 2000 }),
      fc.integer({ min: 1, max: 45 }),
      (value, maxValueBytes, maxDepth) => {
        const captured = capture(value, { limits: { ...limits, maxValueBytes, maxDepth } })
        const json = JSON.stringify(captured)
        expect(JSON.parse(json)).toEqual(captured)
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(maxValueBytes + SLACK)
        expect(depthOf(captured)).toBeLessThanOrEqual(Math.min(40, maxDepth))
        for (const text of texts(captured)) expect(/[\0]|\p{Cs}/u.test(text)).toBe(false)
      },
    ),
    { numRuns: 3000 },
  )
})

test('agrees with JSON on plain data within the limits', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 20, stringUnit: 'grapheme' }), (value) => {
      const expected = JSON.parse(
        JSON.stringify(value, (_key, inner: unknown) =>
          typeof inner === 'number' && Number.isInteger(inner) && !Number.isSafeInteger(inner)
            ? String(inner)
            : inner,
        ),
      )
      expect(capture(value, { limits })).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})

/** The object stands in so many places of what is captured. */
const PLACES = 3

test('leaves the value as it was and reads a getter once for each place', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), anything),
      fc.integer({ min: 16, max: 3000 }),
      (fields, maxValueBytes) => {
        const reads = new Map<string, number>()
        const value = {}
        for (const [key, inner] of Object.entries(fields)) {
          const get = (): unknown => {
            reads.set(key, (reads.get(key) ?? 0) + 1)
            return inner
          }
          Object.defineProperty(value, key, { get, enumerable: true })
        }
        Object.freeze(value)
        capture([value, { value }, value], { limits: { ...limits, maxValueBytes }, redact: (inner) => inner })
        expect([...reads.values()].filter((count) => count !== PLACES)).toEqual([])
        expect(Object.keys(value)).toEqual(Object.keys(fields))
      },
    ),
    { numRuns: 500 },
  )
})

test('does not change frozen or unfrozen input', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const before = structuredClone(value)
      capture(value, { limits: { ...limits, maxValueBytes: 100 }, redact: () => 'x' })
      expect(value).toEqual(before)
    }),
  )
})
