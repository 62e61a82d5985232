import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Captured } from '../../../src/span/capture/captured.ts'
import {
  fieldIn,
  firstNameIn,
  isFields,
  isList,
  isText,
  isTrue,
  itemsIn,
  notNull,
  says,
  textIn,
} from '../../../src/span/snapshot/look.ts'
import { plainOf } from '../../../src/span/snapshot/plain.ts'
import { snapshotOf } from '../../../src/span/snapshot/snapshot.ts'
import type { TapeView } from '../../../src/span/snapshot/tape.ts'

const names = ['role', 'content', 'a', 'b']
const anyValue = fc.letrec<{ value: Captured }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('x'.repeat(127), 'x'.repeat(20_000), '', 'role'),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom(...names), tie('value')),
  ),
})).value

const read = (content: TapeView | undefined): Captured | undefined => content && plainOf(content)

test('a content shows what is in it without being read', () => {
  fc.assert(
    fc.property(anyValue, (given) => {
      const content = snapshotOf(given)
      const value = plainOf(content)
      const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
      expect(isFields(content)).toBe(fields !== undefined)
      expect(isList(content)).toBe(Array.isArray(value))
      expect(isText(content)).toBe(typeof value === 'string')
      expect(isTrue(content)).toBe(value === true)
      expect(notNull(content)).toBe(value === null ? undefined : content)
      expect(textIn(content)).toBe(typeof value === 'string' ? value : undefined)
      expect(says(content, 'role')).toBe(value === 'role')
      expect(itemsIn(content)?.map(plainOf)).toEqual(Array.isArray(value) ? value : undefined)
      expect(firstNameIn(content)).toBe(fields && Object.keys(fields)[0])
      for (const name of [...names, 'rol', 'roles'])
        expect(read(fieldIn(content, name))).toEqual(fields?.[name])
    }),
    { numRuns: 500 },
  )
})

test('there is nothing in what is not there', () => {
  for (const look of [isFields, isList, isText, isTrue]) expect(look(undefined)).toBe(false)
  for (const look of [notNull, textIn, itemsIn]) expect(look(undefined)).toBeUndefined()
  expect(fieldIn(undefined, 'role')).toBeUndefined()
  expect(says(undefined, '')).toBe(false)
})
