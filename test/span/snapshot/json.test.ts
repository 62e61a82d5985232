import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { takeSnapshot } from '../../../src/span/capture/capture.ts'
import type { Captured } from '../../../src/span/capture/captured.ts'
import { toJsonText } from '../../../src/span/semconv/json-text.ts'
import { jsonText } from '../../../src/span/semconv/message-json.ts'
import { plainOf } from '../../../src/span/snapshot/plain.ts'
import { snapshotOf } from '../../../src/span/snapshot/snapshot.ts'

const limits = { maxValueBytes: 1 << 20, maxSpanBytes: 3 << 20, maxDepth: 60 }

/** Lengths around those at which a varint grows or a text is written another way. */
const EDGES = [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 126, 127, 128, 255, 256, 2047, 2048, 2049, 5000, 16_384]
const unit = fc.constantFrom(
  ...['"', '\\', '/', '\b', '\t', '\n', '\f', '\r', '\u0001', '\u001f', ' ', '!', '#', '[', ']', '\u007f'],
  ...['a', 'é', '\u2028', '漢', '\ufffd', '😀', '\0', '\ud800', '\udc00'],
)
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.array(unit, { maxLength: 80 }).map((units) => units.join('')),
  fc
    .tuple(unit, fc.constantFrom(...EDGES), fc.nat(3))
    .map(([one, length, more]) => one.repeat(length + more)),
)
const numbers = fc.oneof(
  fc.double(),
  fc.maxSafeInteger(),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(-0, 9, 10, 99, 100, 999_999_999, 1e9, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1),
  fc.constantFrom(1 - 2 ** 53, 2 ** 53, 1e21, 1e300, 1e-7, 5e-324),
)
/** Cleaned or cut, two names can become one. */
const names = fc.oneof(
  texts,
  fc.constantFrom('__proto__', 'constructor', '', '7', '10', 'n\0', 'n\ud800', 'n\udc00'),
  fc.constantFrom('k', 'l').map((end) => `${'k'.repeat(400)}${end}${'k'.repeat(400)}`),
)
const data = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.oneof(texts, numbers, fc.boolean(), fc.constantFrom(null, undefined)),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(names, tie('value'), { maxKeys: 6 }),
  ),
})).value
const deep = fc
  .tuple(fc.array(fc.boolean(), { maxLength: 55 }), data)
  .map(([shapes, core]) =>
    shapes.reduce<unknown>((inner, list) => (list ? [1, inner] : { a: inner, b: 2 }), core),
  )

describe('JSON text of captured content', () => {
  test('is that of the value, for any data at any depth', () => {
    fc.assert(
      fc.property(fc.oneof(data, deep), (value) => {
        const content = takeSnapshot(value, { limits })
        expect(jsonText(content)).toBe(toJsonText(plainOf(content)))
      }),
      { numRuns: 1500 },
    )
  })

  test('is that of the value, for anything that was captured', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, stringUnit: 'binary' }),
        (value) => {
          const content = takeSnapshot(value, { limits })
          expect(jsonText(content)).toBe(toJsonText(plainOf(content)))
        },
      ),
    )
  })

  test.each<[string, Captured, string]>([
    ['escapes', '"\\/\b\t\n\f\r\u0001\u001f', String.raw`"\"\\/\b\t\n\f\r\u0001\u001f"`],
    ['what needs no escape', '\u007f\u2028é漢😀', '"\u007f\u2028é漢😀"'],
    ['escapes side by side', '""""""""""""""""', `"${'\\"'.repeat(16)}"`],
    [
      'numbers',
      [0, -0, 7, 10, -1, 2 ** 53 - 1, 0.1, 1e21, 5e-324],
      '[0,0,7,10,-1,9007199254740991,0.1,"1e+21",5e-324]',
    ],
    ['emptiness', ['', [], {}, { '': null }], '["",[],{},{"":null}]'],
    ['booleans', { yes: true, no: false }, '{"yes":true,"no":false}'],
    ['the name __proto__', JSON.parse('{"__proto__":{"a":1}}') as Captured, '{"__proto__":{"a":1}}'],
    ['names with escapes', { 'a"b\n': 1 }, String.raw`{"a\"b\n":1}`],
  ])('has %s as JSON has them', (_what, value, text) => {
    expect(jsonText(takeSnapshot(value, { limits }))).toBe(text)
  })

  test('has a name once, and its last value, where two names became one', () => {
    const content = takeSnapshot({ list: [{ 'n\0': 1, other: 2, 'n\ud800': 3 }], after: 4 }, { limits })
    expect(jsonText(content)).toBe('{"list":[{"n\ufffd":3,"other":2}],"after":4}')
  })

  test('has what nests too deep for MLflow as a text', () => {
    let value: Captured = 'core'
    for (let i = 0; i < 34; i += 1) value = { a: value }
    const text = jsonText(snapshotOf(value))
    expect(text).toBe(toJsonText(value))
    expect(text).toContain(String.raw`"{\"a\":`)
  })

  test('grows with what has to be escaped', () => {
    const value = '\u0001'.repeat(100_000)
    expect(jsonText(snapshotOf(value))).toBe(JSON.stringify(value))
  })
})
