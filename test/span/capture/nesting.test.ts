import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Captured } from '../../../src/span/capture/captured.ts'
import { nestsDeep, withinNesting } from '../../../src/span/capture/nesting.ts'
import { toJsonText } from '../../../src/span/semconv/json-text.ts'

const lists = (depth: number): Captured => (depth === 0 ? 'core' : [lists(depth - 1)])
const objects = (depth: number): Captured => (depth === 0 ? 'core' : { a: objects(depth - 1) })
/** Protobuf messages within each other that a value comes to. */
const messages = (value: Captured): number => {
  if (typeof value !== 'object' || value === null) return 0
  return (Array.isArray(value) ? 2 : 3) + Math.max(0, ...Object.values(value).map(messages))
}
const anyDepth: fc.Arbitrary<Captured> = fc
  .tuple(fc.array(fc.boolean(), { maxLength: 40 }), fc.jsonValue())
  .map(([shapes, core]) =>
    shapes.reduce<Captured>((inner, list) => (list ? [1, inner] : { a: inner, b: 2 }), core as Captured),
  )

// What MLflow 3.17 was seen to take and to read back, and the first of each kind that it does not.
test('keeps what MLflow takes, and nothing that it refuses', () => {
  for (const fine of [lists(46), objects(30)]) expect(withinNesting(fine)).toBe(fine)
  for (const deep of [lists(48), objects(32)]) expect(messages(withinNesting(deep))).toBeLessThanOrEqual(92)
})

test('knows the JSON text that MLflow cannot read back', () => {
  for (const fine of [lists(48), objects(32)]) expect(nestsDeep(JSON.stringify(fine))).toBe(false)
  for (const deep of [lists(49), objects(33)]) expect(nestsDeep(JSON.stringify(deep))).toBe(true)
})

test('does not count brackets within strings', () => {
  expect(nestsDeep(JSON.stringify(['[{'.repeat(500), '\\"['.repeat(500)]))).toBe(false)
})

test('loses nothing: what is too deep is there as its JSON text', () => {
  const grown = (value: Captured): Captured => {
    if (typeof value === 'string' && /^[[{]/.test(value)) return grown(JSON.parse(value) as Captured)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(grown)
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, grown(field)]))
  }
  const deep: Captured = { first: 1, deep: objects(39), second: [lists(39), null] }
  expect(messages(withinNesting(deep))).toBeLessThanOrEqual(92)
  expect(grown(withinNesting(deep))).toEqual(deep)
})

test('bounds any value, and leaves the given one as it is', () => {
  fc.assert(
    fc.property(anyDepth, (value) => {
      const before = JSON.stringify(value)
      const kept = withinNesting(value)
      expect(messages(kept)).toBeLessThanOrEqual(92)
      expect(nestsDeep(toJsonText(value))).toBe(false)
      expect(JSON.stringify(value)).toBe(before)
      if (messages(value) <= 92) expect(kept).toBe(value)
    }),
  )
})
