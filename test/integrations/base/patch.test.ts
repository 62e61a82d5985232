import { expect, test, vi } from 'vitest'
import { createPatches, type Method } from '../../../src/integrations/base/index.ts'

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

test('a wrapped method is of the kind that it was: async, a method of a class, a function', () => {
  class Kinds {
    async later(): Promise<number> {
      return 1
    }
    *several(): Generator<number> {
      yield 1
    }
    static made = function (this: unknown): number {
      return 1
    }
  }
  const patches = createPatches('kinds')
  const pass = (original: Method): Method =>
    function (...args) {
      return Reflect.apply(original, this, args)
    }
  const facts = (): unknown[] =>
    [Kinds.prototype.later, Kinds.prototype.several, Kinds.made].map((fn) => [
      Object.prototype.toString.call(fn),
      Reflect.ownKeys(fn).map(String).sort(),
      fn.constructor.name,
    ])
  const before = facts()
  patches.wrap(Kinds.prototype, 'later', pass)
  patches.wrap(Kinds.prototype, 'several', pass)
  patches.wrap(Kinds, 'made', pass)
  expect(facts()).toEqual(before)
  expect(() => Reflect.construct(Kinds.prototype.later, [])).toThrow(TypeError)
  patches.undo()
  expect(facts()).toEqual(before)
})

test('a mock that is wrapped stays one: its calls are seen, and what it is told is done', () => {
  const target = { call: vi.fn((value: number) => value + 1), calls: 0 }
  const counting = Object.assign((): number => ++counting.count, { count: 0 })
  const other = { counting }
  const patches = createPatches('mocks')
  const pass = (original: Method): Method =>
    function (...args) {
      return Reflect.apply(original, this, args)
    }
  patches.wrap(target, 'call', pass)
  patches.wrap(other, 'counting', pass)
  target.call.mockReturnValueOnce(7)
  expect([target.call(1), target.call(1)]).toEqual([7, 2])
  expect(target.call).toHaveBeenCalledTimes(2)
  expect(target.call.mock.calls).toEqual([[1], [1]])
  other.counting()
  expect(other.counting.count).toBe(1)
  other.counting.count = 5
  expect(other.counting()).toBe(6)
  patches.undo()
})

test('a spy over a wrapped method is put there and taken away as over any other', () => {
  const target = { call: (value: number): number => value + 1 }
  const patches = createPatches('spies')
  patches.wrap(
    target,
    'call',
    (original) =>
      function (...args) {
        return Reflect.apply(original, this, args) * 10
      },
  )
  const wrapped = target.call
  const spy = vi.spyOn(target, 'call')
  expect(target.call(1)).toBe(20)
  spy.mockReturnValue(0)
  expect(target.call(1)).toBe(0)
  spy.mockRestore()
  expect(target.call).toBe(wrapped)
  patches.undo()
  expect(target.call(1)).toBe(2)
})
