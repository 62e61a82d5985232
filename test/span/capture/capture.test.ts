import { describe, expect, test } from 'vitest'
import { type CaptureOptions, capture } from '../../../src/span/capture/capture.ts'
import type { Captured } from '../../../src/span/capture/captured.ts'

const options: CaptureOptions = { limits: { maxValueBytes: 1 << 20, maxSpanBytes: 3 << 20, maxDepth: 40 } }
const within = (maxValueBytes: number): CaptureOptions => ({
  limits: { ...options.limits, maxValueBytes },
})
const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

class Point {
  x = 1
  #hidden = 2
  get sum(): number {
    return this.x + this.#hidden
  }
}
class Money {
  toJSON(): unknown {
    return { amount: '5', currency: 'EUR' }
  }
}
class Agent {
  name = 'planner'
  tools = ['search']
}

const nestedArrays = (depth: number): unknown => {
  let value: unknown = 'core'
  for (let i = 0; i < depth; i += 1) value = [value]
  return value
}

const depthOf = (value: Captured): number =>
  value === null || typeof value !== 'object' ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf))

describe('single values', () => {
  const rows: [string, unknown, Captured][] = [
    ['undefined', undefined, null],
    ['null', null, null],
    ['text', 'hello', 'hello'],
    ['a boolean', false, false],
    ['a number', 1.5, 1.5],
    ['minus zero', -0, 0],
    ['NaN', Number.NaN, 'NaN'],
    ['Infinity', Number.POSITIVE_INFINITY, 'Infinity'],
    ['-Infinity', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['an integer beyond', 2 ** 53, '9007199254740992'],
    ['an integer with an exponent', 1e300, '1e+300'],
    ['a bigint', 2n ** 64n, '18446744073709551616'],
    ['a giant bigint', 1n << 5_000_000n, '[bigint of more than 1000 digits]'],
    ['a symbol', Symbol('tag'), 'Symbol(tag)'],
    ['a function', function run() {}, '[Function run]'],
    ['a class', Point, '[Function Point]'],
    [
      'a function without a name',
      (
        () => () =>
          1
      )(),
      '[Function]',
    ],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid date', new Date(Number.NaN), 'Invalid Date'],
    ['a URL', new URL('https://example.org/a?b=1'), 'https://example.org/a?b=1'],
    ['query parameters', new URLSearchParams('a=1&b=2'), 'a=1&b=2'],
    ['a regular expression', /a+/gi, '/a+/gi'],
    ['a Buffer', Buffer.from('abc'), '[Buffer 3 bytes]'],
    ['a typed array', new Float32Array(4), '[Float32Array 16 bytes]'],
    ['an ArrayBuffer', new ArrayBuffer(9), '[ArrayBuffer 9 bytes]'],
    ['a Blob', new Blob(['abcd'], { type: 'image/png' }), '[Blob 4 bytes image/png]'],
    ['a boxed number', Object(7), 7],
    ['a boxed text', Object('t'), 't'],
    ['a boxed bigint', Object(7n), '7'],
    ['a promise', Promise.resolve(1), '[Promise]'],
    ['an AbortSignal', new AbortController().signal, '[AbortSignal]'],
    ['an aborted AbortSignal', AbortSignal.abort(), '[AbortSignal aborted]'],
    ['a WeakRef', new WeakRef({}), '[WeakRef]'],
    ['a web stream', new ReadableStream(), '[ReadableStream]'],
    ['the process', process, '[process]'],
    ['a class instance', new Point(), { x: 1 }],
    ['a class named like a library one', new Agent(), { name: 'planner', tools: ['search'] }],
    ['an object with toJSON', new Money(), { amount: '5', currency: 'EUR' }],
    ['a map with text keys', new Map([['a', 1]]), { a: 1 }],
    ['a map with other keys', new Map([[1, 'a']]), [[1, 'a']]],
    ['a set', new Set(['a', 2]), ['a', 2]],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      'a request',
      new Request('http://localhost/x', { method: 'POST', body: 'b' }),
      { method: 'POST', url: 'http://localhost/x' },
    ],
    ['undefined in a list', [undefined, 1], [null, 1]],
    ['undefined in an object', { a: undefined, b: 1 }, { b: 1 }],
    ['holes of a list', new Array(2), [null, null]],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['a pair of surrogates', '😀', '😀'],
    ['NUL', 'a\0b', 'a\ufffdb'],
    ['names with both', { '\ud800': 1, 'a\0': 2 }, { '\ufffd': 1, 'a\ufffd': 2 }],
  ]

  test.each(rows)('records %s', (_name, value, expected) => {
    expect(capture(value, options)).toStrictEqual(expected)
  })

  test('keeps a property named __proto__ as data', () => {
    const captured = capture(JSON.parse('{"__proto__": {"admin": true}}'), options)
    expect(JSON.stringify(captured)).toBe('{"__proto__":{"admin":true}}')
    expect((captured as { admin?: unknown }).admin).toBeUndefined()
    expect(JSON.stringify(capture(new Map([['__proto__', 1]]), options))).toBe('{"__proto__":1}')
  })

  test('records what an error says, its cause and its plain properties', () => {
    const error = Object.assign(new TypeError('bad', { cause: new Error('inner') }), {
      code: 'E_BAD',
      config: { headers: { authorization: 'Bearer secret' } },
    })
    expect(capture(error, options)).toStrictEqual({
      name: 'TypeError',
      message: 'bad',
      stack: expect.stringContaining('TypeError: bad'),
      cause: { name: 'Error', message: 'inner', stack: expect.any(String) },
      code: 'E_BAD',
    })
  })

  test('leaves credentials out of headers', () => {
    const headers = new Headers({ authorization: 'Bearer x', cookie: 'c', 'x-api-key': 'k', accept: '*/*' })
    expect(capture({ headers }, options)).toStrictEqual({
      headers: { accept: '*/*', authorization: '[removed]', cookie: '[removed]', 'x-api-key': '[removed]' },
    })
  })

  test('does not consume iterators, streams and lazy promises', async () => {
    async function* numbers() {
      yield 1
    }
    const generator = numbers()
    const lazy = new (class Query {
      started = false
      // biome-ignore lint/suspicious/noThenProperty: a lazy promise is what is tested
      then(): void {
        this.started = true
      }
    })()
    expect(capture([generator, [7].values(), lazy], options)).toStrictEqual([
      '[AsyncGenerator]',
      '[Array Iterator]',
      '[Query]',
    ])
    expect(lazy.started).toBe(false)
    expect(await generator.next()).toStrictEqual({ done: false, value: 1 })
  })
})

describe('code of others', () => {
  test('marks getters, toJSON and proxies that throw', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const value = {
      get a() {
        throw new Error('no a')
      },
      b: {
        toJSON() {
          throw new Error('no b')
        },
      },
      c: proxy,
      d: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no keys')
          },
        },
      ),
    }
    expect(capture(value, options)).toStrictEqual({
      a: '[getter threw: no a]',
      b: '[toJSON threw: no b]',
      c: '[revoked Proxy]',
      d: '[Proxy threw: no keys]',
    })
  })

  test('cuts the message of what was thrown', () => {
    const value = {
      get a() {
        throw new Error('x'.repeat(100_000))
      },
    }
    expect(jsonBytes(capture(value, options))).toBeLessThan(500)
  })

  test('reads each place once, in order, as JSON.stringify does', () => {
    const reading = (): { readonly value: object; readonly read: string[] } => {
      const read: string[] = []
      const noted = (what: string): string => {
        read.push(what)
        return `${what} ${read.length}`
      }
      const shared = {
        get a() {
          return noted('getter')
        },
      }
      const dated = { toJSON: () => ({ json: noted('toJSON') }) }
      return { value: { first: shared, second: dated, third: [dated, shared] }, read }
    }
    const ours = reading()
    const json = reading()
    expect(capture(ours.value, options)).toStrictEqual(JSON.parse(JSON.stringify(json.value)))
    expect(ours.read).toEqual(json.read)
  })

  test('ends where toJSON returns its own object, or one that holds it', () => {
    const own = {
      a: 1,
      toJSON() {
        return this
      },
    }
    const holder = {
      toJSON() {
        return { holder }
      },
    }
    expect(capture(own, options)).toStrictEqual({ a: 1, toJSON: '[Function toJSON]' })
    expect(capture(holder, options)).toStrictEqual({ holder: '[Circular]' })
  })

  test('does not show what changes after the call', () => {
    const messages = [{ role: 'user', content: 'before' }]
    const captured = capture({ messages }, options)
    messages[0] = { role: 'user', content: 'after' }
    messages.push({ role: 'user', content: 'more' })
    expect(captured).toStrictEqual({ messages: [{ role: 'user', content: 'before' }] })
  })
})

describe('shape', () => {
  test('marks cycles and copies what only repeats', () => {
    const leaf = { a: 1 }
    const value: Record<string, unknown> = { leaf, again: leaf }
    value.self = value
    expect(capture(value, options)).toStrictEqual({ leaf: { a: 1 }, again: { a: 1 }, self: '[Circular]' })
  })

  test('keeps 40 levels and marks what is deeper', () => {
    expect(capture(nestedArrays(40), options)).toStrictEqual(nestedArrays(40))
    const captured = capture(nestedArrays(41), options)
    expect(depthOf(captured)).toBe(40)
    expect(JSON.stringify(captured)).toContain('[Array(1)]')
    expect(depthOf(capture(nestedArrays(100_000), options))).toBe(40)
    expect(depthOf(capture(nestedArrays(60), { limits: { ...options.limits, maxDepth: 100 } }))).toBe(40)
    expect(capture({ a: { b: { c: 1 } } }, { limits: { ...options.limits, maxDepth: 2 } })).toStrictEqual({
      a: { b: '[Object]' },
    })
  })

  test('does not grow where shared objects double at each level', () => {
    let value: unknown = { text: 'leaf' }
    for (let i = 0; i < 38; i += 1) value = [value, value]
    expect(jsonBytes(capture(value, options))).toBeLessThanOrEqual(options.limits.maxValueBytes)
  })
})

describe('size', () => {
  test('keeps the beginning and the end of a long text', () => {
    const captured = capture(`begin ${'x'.repeat(50_000_000)} end`, within(10_000)) as string
    expect(captured).toMatch(/^begin x+…\[\d+ characters cut\]…x+ end$/)
    expect(jsonBytes(captured)).toBeLessThanOrEqual(10_000)
    const [, cut] = /…\[(\d+) characters cut\]…/.exec(captured) ?? []
    expect(captured.replace(/…\[\d+ characters cut\]…/, '').length + Number(cut)).toBe(50_000_010)
  })

  test('counts bytes, not characters', () => {
    for (const text of [
      'é'.repeat(5000),
      '😀'.repeat(5000),
      '\u0001'.repeat(5000),
      '"'.repeat(5000),
      '\ud800'.repeat(5000),
    ]) {
      expect(jsonBytes(capture(text, within(4000)))).toBeLessThanOrEqual(4000)
      expect(jsonBytes(capture({ text }, within(4000)))).toBeLessThanOrEqual(4000)
      expect(jsonBytes(capture({ text }, within(4000)))).toBeGreaterThan(2000)
    }
  })

  test('cuts the largest texts and keeps the shape of an object', () => {
    const value = {
      id: 'a',
      document: 'd'.repeat(200_000),
      nested: { note: 'n'.repeat(500), other: 'o'.repeat(90_000) },
    }
    const captured = capture(value, within(50_000)) as typeof value
    expect(captured.id).toBe('a')
    expect(captured.nested.note).toBe(value.nested.note)
    expect(captured.document).toContain('characters cut')
    expect(captured.nested.other).toContain('characters cut')
    expect(jsonBytes(captured)).toBeLessThanOrEqual(50_000)
    expect(jsonBytes(captured)).toBeGreaterThan(45_000)
  })

  test('keeps the first and the last message whole and drops messages from the middle', () => {
    const messages = Array.from({ length: 2000 }, (_, i) => ({
      role: i === 0 ? 'system' : 'user',
      content: `${i} ${'w '.repeat(900)}`,
    }))
    messages[0] = { role: 'system', content: 's'.repeat(9000) }
    const captured = capture({ model: 'm', messages }, within(300_000)) as {
      model: string
      messages: unknown[]
    }
    expect(captured.model).toBe('m')
    expect(captured.messages[0]).toStrictEqual(messages[0])
    expect(captured.messages.slice(-50)).toStrictEqual(messages.slice(-50))
    const marks = captured.messages.filter((message) => typeof message === 'string')
    expect(marks).toStrictEqual([`…[${2000 - captured.messages.length + 1} items cut]…`])
    expect(jsonBytes(captured)).toBeLessThanOrEqual(300_000)
  })

  test('cuts one huge message in the middle of a conversation and no other', () => {
    const messages = ['system', 'a', 'h'.repeat(900_000), 'b', 'last '.repeat(2000)].map((content) => ({
      role: 'user',
      content,
    }))
    const captured = capture(messages, within(100_000)) as typeof messages
    expect(captured).toHaveLength(5)
    expect(captured.filter((message, i) => message.content !== messages[i]?.content)).toHaveLength(1)
    expect(captured[2]?.content).toContain('characters cut')
  })

  test('stops early in ten million items and keeps both ends', () => {
    const items = new Array<number>(10_000_000).fill(0).map((_, i) => i)
    const captured = capture({ items, after: 'kept' }, options) as { items: unknown[]; after: string }
    expect(captured.after).toBe('kept')
    expect(captured.items[0]).toBe(0)
    expect(captured.items.at(-1)).toBe(9_999_999)
    expect(captured.items.length).toBeLessThan(100_000)
    expect(jsonBytes(captured)).toBeLessThanOrEqual(options.limits.maxValueBytes)
  })

  test('keeps the newest message where the first ones alone are too many values', () => {
    const messages = Array.from({ length: 40 }, (_, i) => ({ id: i, embedding: new Array(10_000).fill(0.5) }))
    const captured = capture(messages, { limits: { ...options.limits, maxValueBytes: 1 << 24 } }) as {
      id: number
    }[]
    expect(captured[0]?.id).toBe(0)
    expect(captured.at(-1)?.id).toBe(39)
  })

  test.each([
    ['an object', (pairs: [string, number][]) => Object.fromEntries(pairs)],
    ['a map', (pairs: [string, number][]) => new Map(pairs)],
  ])('stops after ten thousand properties of %s', (_name, make) => {
    const pairs = Array.from({ length: 50_000 }, (_, i): [string, number] => [`key${i}`, i])
    const captured = capture(make(pairs), options) as Record<string, unknown>
    expect(Object.keys(captured)).toHaveLength(10_001)
    expect(captured['…']).toBe('[40000 properties cut]')
  })

  test('stays within small limits with many properties', () => {
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key${i}`, `value ${i}`]))
    const captured = capture(wide, within(2000)) as Record<string, unknown>
    expect(jsonBytes(captured)).toBeLessThanOrEqual(2000)
    expect(captured['…']).toMatch(/^\[\d+ properties cut\]$/)
    expect(captured.key0).toBe('value 0')
  })
})
