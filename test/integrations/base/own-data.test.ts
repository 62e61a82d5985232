import { describe, expect, test } from 'vitest'
import {
  dataAt,
  dataOf,
  isPlainData,
  itemsOf,
  overlay,
  settingAt,
} from '../../../src/integrations/base/index.ts'
import { askForUsage } from '../../../src/integrations/base/openai/include-usage.ts'
import { hostilePieces } from '../../support/probing/hostile.mjs'

describe('dataOf', () => {
  test('gives plain data back as it is', () => {
    const shared = { a: 1 }
    const data = { text: 'x', list: [1, null, [shared], shared], deep: { none: undefined, fn: () => 1 } }
    expect(isPlainData(data)).toBe(true)
    expect(dataOf(data)).toBe(data)
    const bare = Object.assign(Object.create(null) as object, { a: 1 })
    expect(dataOf(bare)).toBe(bare)
    expect(dataOf(JSON.parse('{"__proto__":{"a":1}}'))).toEqual(JSON.parse('{"__proto__":{"a":1}}'))
  })

  test('runs nothing of what it copies, and marks what it could not read', () => {
    const { counts, attempt, getter, list, proxy, odd } = hostilePieces()
    const copy = dataOf({
      attempt: attempt(() => 1),
      read: getter({ kept: 1 }, 'own', () => 1),
      list: list('a', { b: 1 }),
      proxied: proxy({ a: 1 }),
      called: proxy(() => 1),
      odd: odd(),
      map: new Map<unknown, unknown>([['a', attempt(() => 1)]]),
      big: 7n,
    })
    expect(counts).toEqual({})
    expect(copy).toMatchObject({
      attempt: '[Attempt]',
      read: { kept: 1, own: '[getter]' },
      list: ['a', { b: 1 }],
      proxied: '[Proxy]',
      called: '[Proxy]',
      odd: { date: new Date(0), bytes: new Uint8Array([1, 2]) },
      map: new Map([['a', '[Attempt]']]),
      big: 7n,
    })
  })

  test('gives no more away than an object does by its own JSON', () => {
    class Credential {
      secret = 'sk-hidden'
      toJSON(): string {
        return '[hidden]'
      }
    }
    expect(JSON.stringify(dataOf({ credential: new Credential() }))).toBe('{"credential":"[Credential]"}')
  })

  test('ends where a value leads back to itself, is deep, or is endless', () => {
    const circle: { self?: unknown; get: number } = Object.defineProperty({ get: 1 }, 'get', { get: () => 1 })
    circle.self = [circle]
    expect(dataOf(circle)).toEqual({ get: '[getter]', self: ['[Circular]'] })
    let deep: unknown = 1
    for (let level = 0; level < 10_000; level += 1) deep = [deep]
    expect(JSON.stringify(dataOf(deep)).length).toBeLessThan(1000)
    const many = {
      get own() {
        return 1
      },
      list: Array.from({ length: 200_000 }, () => 0),
    }
    expect((dataOf(many) as { list: unknown[] }).list.length).toBeLessThan(200_000)
  })

  test('leaves streams, iterators, lazy promises and schemas alone', () => {
    class Lazy {
      // biome-ignore lint/suspicious/noThenProperty: a lazy promise is what it is about
      then(): never {
        throw new Error('started')
      }
    }
    const iterator = [1][Symbol.iterator]()
    expect(dataOf([new Lazy(), iterator, 1n])).toEqual(['[Lazy]', expect.any(String), 1n])
    expect(iterator.next().value).toBe(1)
  })
})

test('reads own data properties alone', () => {
  const { counts, getter, proxy, list } = hostilePieces()
  const body = getter({ a: { b: [1, 2] } }, 'read', () => 1)
  expect([dataAt(body, 'a', 'b'), dataAt(body, 'read'), dataAt(body, 'toString')]).toEqual([
    [1, 2],
    undefined,
    undefined,
  ])
  expect([dataAt(proxy(body), 'a'), dataAt(null, 'a'), dataAt('text', 'length')]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect([settingAt(body, 'a', 'b'), settingAt(body, 'a'), settingAt({ a: list('x') }, 'a')]).toEqual([
    [1, 2],
    undefined,
    ['x'],
  ])
  expect([itemsOf(list(1, 2)), itemsOf(proxy([1])), itemsOf('text')]).toEqual([[1, 2], [], []])
  expect(counts).toEqual({})
})

describe('overlay', () => {
  const over = {
    value: (key: PropertyKey, value: unknown) => (key === 'a' ? [value] : value),
    added: () => 'more',
  }
  const pieces = {
    'a plain object': () => ({ a: 1, b: 2 }),
    'a frozen object': () => Object.freeze({ a: 1, b: 2 }),
    'an object with a getter': ({ getter }: ReturnType<typeof hostilePieces>) =>
      getter({ a: 1 }, 'b', () => 2),
    'a frozen object with a getter': ({ getter }: ReturnType<typeof hostilePieces>) =>
      Object.freeze(getter({ a: 1 }, 'b', () => 2)),
    'an object with a toJSON': ({ attempt }: ReturnType<typeof hostilePieces>) =>
      attempt(() => ({ a: 1, b: 2 })),
    'a proxy': ({ proxy }: ReturnType<typeof hostilePieces>) => proxy({ a: 1, b: 2 }),
  }
  test.each(Object.entries(pieces))('shows other members of %s, which is read as often', (_, make) => {
    const [bare, ours] = [hostilePieces(), hostilePieces()]
    JSON.stringify(make(bare))
    const source = make(ours)
    expect(JSON.parse(JSON.stringify(overlay(source, over)))).toEqual({ a: [1], b: 2 })
    expect(ours.counts).toEqual(bare.counts)
    const adding = {
      ...over,
      value: (key: PropertyKey, value: unknown) => (key === 'more' ? 3 : over.value(key, value)),
    }
    expect(JSON.stringify(overlay(make(hostilePieces()), adding))).toBe('{"a":[1],"b":2,"more":3}')
  })
})

describe('asking for the tokens of a stream', () => {
  const messages = [{ role: 'user', content: 'Hi!' }]
  const asked = (body: object): object => {
    const amended = askForUsage([body])?.args[0] ?? body
    // As the client does: it asks whether to stream, and then makes JSON of the whole.
    void (amended as { stream?: boolean }).stream
    return JSON.parse(JSON.stringify(amended)) as object
  }

  test('adds what is missing, and nothing to a request that says it or does not stream', () => {
    const usage = { stream_options: { include_usage: true } }
    expect(asked({ messages, stream: true })).toEqual({ messages, stream: true, ...usage })
    expect(asked({ messages, stream: true, stream_options: { other: 1 } })).toEqual({
      messages,
      stream: true,
      stream_options: { other: 1, include_usage: true },
    })
    for (const body of [
      { messages },
      { stream: false },
      { stream: true, stream_options: { include_usage: false } },
    ]) {
      expect(asked(body)).toEqual(body)
    }
  })

  test('reads what a request is made of as often as the client does', () => {
    const bare = hostilePieces()
    const ours = hostilePieces()
    const make = ({ getter, attempt }: ReturnType<typeof hostilePieces>): object => {
      const body = getter({ messages: [attempt((n: number) => ({ n }))] }, 'stream', () => true)
      return getter(body, 'model', (n: number) => `model ${n}`)
    }
    const body = make(bare) as { stream?: boolean }
    void body.stream
    const sent = JSON.parse(JSON.stringify(body)) as object
    expect(asked(make(ours))).toEqual({ ...sent, stream_options: { include_usage: true } })
    expect(ours.counts).toEqual(bare.counts)
  })
})
