import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Captured } from '../../../src/span/capture/captured.ts'
import { looksLikeJson, toJsonText } from '../../../src/span/semconv/json-text.ts'

// What MLflow 3.17 makes of a plain string value; each row agrees with `json.loads` of Python 3.11.
const decoded = [
  '{}',
  '{"a":1}',
  ' \n\t\r[1]',
  '"text"',
  '""',
  '[NaN, -Infinity, {"a": Infinity}]',
  '["a \\" NaN", NaN]',
  '["\\ud800"]',
]
const kept = [
  '',
  'hello',
  '42',
  '-1.5',
  'true',
  'null',
  'NaN',
  '{a: 1}',
  "{'a': 1}",
  '[1,]',
  '[01]',
  '[-NaN]',
  '[1NaN]',
  '{"a": undefined}',
  '"tab\tinside"',
  '"a" b',
  '\ufeff{}',
  '\u00a0{}',
  '[markdown](link)',
  '[NaN of them',
]
/** On these the server's parser fails with an error that loses the whole request. */
const poisonous = [
  '['.repeat(5000),
  '{"a":'.repeat(5000),
  `[${'1'.repeat(5000)}]`,
  '7'.repeat(5000),
  `-${'7'.repeat(5000)} apples`,
]

test.each(decoded)('knows that the server decodes %j', (text) => {
  expect(looksLikeJson(text)).toBe(true)
})

test.each(kept)('knows that the server keeps %j', (text) => {
  expect(looksLikeJson(text)).toBe(false)
})

test.each(poisonous.map((text) => [text.slice(0, 12), text]))('guards against %s...', (_start, text) => {
  expect(looksLikeJson(text)).toBe(true)
})

test('says yes to every JSON text of an object, an array or a string, and never to its like of a number', () => {
  fc.assert(
    fc.property(fc.jsonValue() as fc.Arbitrary<Captured>, (value) => {
      const text = toJsonText(value)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(looksLikeJson(text)).toBe(
        typeof value === 'string' || (typeof value === 'object' && value !== null),
      )
    }),
  )
})
