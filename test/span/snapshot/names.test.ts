import { expect, test } from 'vitest'
import { capture, takeSnapshot } from '../../../src/span/capture/capture.ts'
import { type FieldNames, noNames } from '../../../src/span/snapshot/names.ts'
import { plainOf } from '../../../src/span/snapshot/plain.ts'

const namesOf = (keys: readonly string[]): FieldNames =>
  keys.reduce((names, key) => names.and(key), noNames())
const many = (count: number, name: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => name(i))
const options = {
  limits: {
    maxValueBytes: 1e7,
    maxSpanBytes: 1e7,
    maxDepth: 20,
    maxAttributes: 100,
    maxEvents: 1,
    maxLinks: 1,
  },
} as never

test('objects with the same names in the same order share one list, others do not', () => {
  const rows = [
    { id: 1, title: 'a' },
    { title: 'b', id: 2 },
    { id: 3, title: 'c', score: 1 },
  ]
  const [one, other, more] = rows.map((row) => takeSnapshot(row, options).tape[0])
  expect([one, other, more]).toEqual([
    ['id', 'title'],
    ['title', 'id'],
    ['id', 'title', 'score'],
  ])
  expect(takeSnapshot({ id: 9, title: 'z' }, options).tape[0]).toBe(one)
  expect(takeSnapshot([{ title: 1, id: 2 }], options).tape[2]).toBe(other)
})

test('a field that is left out has no name, and whatever is inside of another has its own', () => {
  const value = { a: 1, gone: undefined, b: { a: undefined, c: [{ a: 2 }] }, f: () => 1, z: null }
  const { tape } = takeSnapshot(value, options)
  expect(tape.filter(Array.isArray)).toEqual([['a', 'b', 'f', 'z'], ['c'], ['a']])
  expect(plainOf({ tape, at: 0 })).toMatchObject({ a: 1, b: { c: [{ a: 2 }] }, z: null })
})

test.each([
  ['many fields', many(500, (i) => `field${i}`)],
  ['long names', [`${'x'.repeat(65)}`, 'after']],
  ['names of every kind', ['', '__proto__', 'toString', 'constructor', '0', '漢字', '\ud800']],
])('objects with %s are as they were', (_, keys) => {
  const value = Object.create(null) as Record<string, number>
  for (const [i, key] of keys.entries()) Object.defineProperty(value, key, { value: i, enumerable: true })
  const expected = JSON.parse(JSON.stringify(value).replaceAll('\\ud800', '\ufffd'))
  for (let round = 0; round < 2; round += 1) {
    const captured = capture(value, options) as object
    expect(Object.entries(captured).sort()).toEqual(Object.entries(expected).sort())
  }
})

test('counts the units of the names, shared or not', () => {
  for (const keys of [['a', 'bcd'], many(80, () => 'x').map((x, i) => x.repeat(i + 1))]) {
    const names = namesOf(keys)
    expect([names.list, names.units]).toEqual([keys, keys.join('').length])
  }
})

test('tables by IDs are not remembered, and take nothing from forms that come again', () => {
  const form = namesOf(['role', 'content'])
  expect(namesOf(['role', 'content'])).toBe(form)
  // As many as are known at most, and several times more, under one beginning.
  for (let i = 0; i < 9_000; i += 1) namesOf(['table', `id-${i}`])
  expect(namesOf(['role', 'content'])).toBe(form)
  const [one, other] = [namesOf(['table', 'id-8999']), namesOf(['table', 'id-8999'])]
  expect(one.list).toEqual(['table', 'id-8999'])
  expect(other).not.toBe(one)
})

test('when too many forms are known, all are forgotten, and those that still come are shared again', () => {
  const form = namesOf(['still', 'comes'])
  for (let i = 0; i < 60; i += 1) namesOf([`table${i}`, ...many(60, (j) => `${i}-${j}`)])
  for (let i = 0; i < 60; i += 1) namesOf([`other${i}`, ...many(60, (j) => `${i}-${j}`)])
  const again = namesOf(['still', 'comes'])
  expect(again).not.toBe(form)
  expect(again.list).toEqual(form.list)
  expect(namesOf(['still', 'comes'])).toBe(again)
})
