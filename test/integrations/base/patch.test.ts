import { expect, test } from 'vitest'
import { createPatches } from '../../../src/integrations/base/index.ts'

class Base {
  plain(value: number): number {
    return value + 1
  }
}
class Derived extends Base {
  #secret = 40
  own(_a: unknown, _b?: unknown): number {
    return this.#secret
  }
}

const snapshot = (target: object): object => Object.getOwnPropertyDescriptors(target)

test('a wrapped method keeps name, length, flags and place, and reaches private fields', () => {
  const patches = createPatches('looks')
  const before = Object.getOwnPropertyDescriptor(Derived.prototype, 'own')
  expect(
    patches.wrap(
      Derived.prototype,
      'own',
      (original) =>
        function (...args) {
          return Reflect.apply(original, this, args) + 2
        },
    ),
  ).toBe(true)
  const after = Object.getOwnPropertyDescriptor(Derived.prototype, 'own')
  expect([Derived.prototype.own.name, Derived.prototype.own.length]).toEqual(['own', 2])
  expect({ ...after, value: undefined }).toEqual({ ...before, value: undefined })
  expect(new Derived().own(1)).toBe(42)
  expect(Object.keys(new Derived())).toEqual([])
  patches.undo()
})

test('an inherited method is wrapped where it stands, for all who inherit it', () => {
  const patches = createPatches('inherited')
  patches.wrap(
    Derived.prototype,
    'plain',
    (original) =>
      function (...args) {
        return Reflect.apply(original, this, args) * 10
      },
  )
  expect(Object.hasOwn(Derived.prototype, 'plain')).toBe(false)
  expect(new Base().plain(1)).toBe(20)
  patches.undo()
  expect(new Base().plain(1)).toBe(2)
})

test('undo puts back exactly what was there', () => {
  const before = snapshot(Base.prototype)
  const patches = createPatches('exact')
  patches.wrap(Base.prototype, 'plain', () => () => 0)
  expect(snapshot(Base.prototype)).not.toEqual(before)
  patches.undo()
  expect(snapshot(Base.prototype)).toEqual(before)
  expect(Object.getOwnPropertyDescriptor(Base.prototype, 'plain')?.value).toBe(
    (before as Record<string, PropertyDescriptor>).plain?.value,
  )
})

test('the same integration wraps a method once, whoever asks', () => {
  const [one, other] = [createPatches('once'), createPatches('once')]
  const wrap = (): ReturnType<typeof one.wrap> =>
    one.wrap(
      Base.prototype,
      'plain',
      (original) =>
        function (...args) {
          return Reflect.apply(original, this, args) + 100
        },
    )
  expect([wrap(), wrap(), other.wrap(Base.prototype, 'plain', () => () => 0)]).toEqual([true, true, true])
  expect(new Base().plain(1)).toBe(102)
  other.undo()
  expect(new Base().plain(1)).toBe(102)
  one.undo()
  expect(new Base().plain(1)).toBe(2)
})

test('what others wrapped over ours stays, and ours goes quiet below it', () => {
  const patches = createPatches('below')
  patches.wrap(Base.prototype, 'plain', () => () => 0)
  const ours = Base.prototype.plain
  Base.prototype.plain = function (value) {
    return ours.call(this, value) + 1000
  }
  expect(new Base().plain(1)).toBe(1000)
  patches.undo()
  expect(new Base().plain(1)).toBe(1002)
  delete (Base.prototype as { plain?: unknown }).plain
  Base.prototype.plain = (value) => value + 1
})

test.each([
  ['a member that is missing', {}, 'gone'],
  ['a member that is no function', { gone: 1 }, 'gone'],
  ['nothing at all', undefined, 'gone'],
  ['a frozen object', Object.freeze({ gone: () => 1 }), 'gone'],
  [
    'a proxy that refuses',
    new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error('no')
        },
      },
    ),
    'gone',
  ],
])('%s is left alone', (_what, target, key) => {
  expect(createPatches('left').wrap(target, key, () => () => 0)).toBe(false)
})
