import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../../src/mlflow/json.ts'

test.each([
  ['{"t":1795247534296123456}', { t: '1795247534296123456' }],
  ['[-9007199254740993,9007199254740991,-1]', ['-9007199254740993', 9007199254740991, -1]],
  ['[NaN,Infinity,-Infinity]', ['NaN', 'Infinity', '-Infinity']],
  [
    '{"a":"NaN 1795247534296123456 \\" -Infinity","b":"\\\\"}',
    { a: 'NaN 1795247534296123456 " -Infinity', b: '\\' },
  ],
  ['[1.5e300,1234567890123456.5,1e21]', [1.5e300, 1234567890123456.5, 1e21]],
  ['NaN', 'NaN'],
])('reads %s', (text, value) => {
  expect(parseJson(text)).toEqual(value)
})

test.each(['', '{', '<html>', '"1234567890123456', 'NaN NaN'])('refuses %j', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError)
})

test('reads a string of megabytes beside an exact time', () => {
  const long = 'a"\\'.repeat(2_000_000)
  expect(parseJson(`{"s":${JSON.stringify(long)},"t":1795247534296123456}`)).toEqual({
    s: long,
    t: '1795247534296123456',
  })
})

test('reads whatever JSON.stringify writes as JSON.parse does, where numbers are exact', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(['NaN', value])
      const isExact = (text.match(/\d{16,}/g) ?? []).length === 0
      if (isExact) expect(parseJson(text)).toEqual(JSON.parse(text))
    }),
  )
})
