import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { getCurrentActiveSpan, SpanType, trace, withSpan } from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'

let traces: CapturedTraces
beforeEach(() => {
  traces = captureTraces()
})
afterEach(() => traces.stop())

const only = () => {
  expect(traces.spans).toHaveLength(1)
  return traces.get(() => true)
}

describe('trace as a wrapper', () => {
  test('records name, inputs by parameter name, and the result', () => {
    const callAdd = trace(function add(a: number, b = 2, ...rest: number[]) {
      return a + b + rest.length
    })
    expect(callAdd(1)).toBe(3)
    expect(only()).toMatchObject({
      name: 'add',
      type: 'UNKNOWN',
      inputs: { a: 1 },
      outputs: 3,
      status: { code: 'OK' },
    })
    traces.clear()
    expect(callAdd(1, 2, 3, 4)).toBe(5)
    expect(only().inputs).toEqual({ a: 1, b: 2, rest: [3, 4] })
  })

  test.each([
    [
      'function first',
      (fn: () => number) => trace(fn, { name: 'n', spanType: SpanType.PARSER, attributes: { k: 1 } }),
    ],
    [
      'options first',
      (fn: () => number) => trace({ name: 'n', spanType: SpanType.PARSER, attributes: { k: 1 } }, fn),
    ],
  ])('takes its arguments in both orders: %s', (_, wrap) => {
    expect(wrap(() => 7)()).toBe(7)
    expect(only()).toMatchObject({ name: 'n', type: 'PARSER', attributes: { k: 1 }, outputs: 7, inputs: {} })
  })

  test('is named anonymous without a name, and leaves "bound" out', () => {
    trace(
      (
        () => () =>
          1
      )(),
    )()
    const named = function act(this: unknown) {
      return this
    }
    const self = {}
    expect(trace(named.bind(self))()).toBe(self)
    expect(traces.spans.map((span) => span.name)).toEqual(['anonymous', 'act'])
  })

  test('keeps this, name, length, own properties and the prototype of functions', () => {
    const inner = Object.assign(
      async function look(this: { base: number }, a: number, _b: number) {
        return this.base + a
      },
      { schema: { type: 'object' }, [Symbol.for('tag')]: 1 },
    )
    Object.defineProperty(inner, 'hidden', { value: 'h', enumerable: false })
    const traced = trace(inner)
    expect(traced.name).toBe('look')
    expect(traced.length).toBe(2)
    expect(traced.schema).toBe(inner.schema)
    expect(Reflect.ownKeys(traced)).toEqual(expect.arrayContaining(['schema', 'hidden', Symbol.for('tag')]))
    expect(Object.getOwnPropertyDescriptor(traced, 'hidden')?.enumerable).toBe(false)
    expect(Object.getPrototypeOf(traced)).toBe(Object.getPrototypeOf(inner))
    expect(traced).not.toBe(inner)
    return expect(traced.call({ base: 1 }, 2, 3)).resolves.toBe(3)
  })

  test('does not need apply or call of the function', () => {
    const odd = Object.setPrototypeOf((a: number) => a, null) as (a: number) => number
    expect(trace(odd)(4)).toBe(4)
    const own = Object.assign((a: number) => a, { apply: () => 'wrong' })
    expect(trace(own)(4)).toBe(4)
  })

  test('leaves inputs or outputs out when told so', () => {
    trace((a: number) => a, { captureInputs: false })(1)
    trace((a: number) => a, { captureOutputs: false })(2)
    const [first, second] = traces.spans
    expect(first).toMatchObject({ outputs: 1 })
    expect(first).not.toHaveProperty('inputs')
    expect(second).toMatchObject({ inputs: { a: 2 } })
    expect(second).not.toHaveProperty('outputs')
  })

  test('records arguments as they are at the call', () => {
    const list = [1]
    trace((given: number[]) => given.push(2))(list)
    expect(only().inputs).toEqual({ given: [1] })
  })

  test('lets outputs that were set win over the result', () => {
    trace(() => {
      getCurrentActiveSpan()?.setOutputs('set')
      return 'returned'
    })()
    expect(only().outputs).toBe('set')
  })

  test('is sampled for itself', () => {
    trace(() => 1, { sampleRatio: 0 })()
    expect(traces.spans).toEqual([])
  })

  test('nests calls', async () => {
    const callInner = trace(async function inner() {
      return 1
    })
    const callOuter = trace(async function outer() {
      return (await callInner()) + (await callInner())
    })
    expect(await callOuter()).toBe(2)
    expect(traces.snapshot()).toBe('outer [UNKNOWN]\n├─ inner [UNKNOWN]\n└─ inner [UNKNOWN]')
  })

  test('wraps twice into two spans', () => {
    const twice = trace(
      trace(() => 1, { name: 'inner' }),
      { name: 'outer' },
    )
    expect(twice()).toBe(1)
    expect(traces.snapshot()).toBe('outer [UNKNOWN]\n└─ inner [UNKNOWN]')
  })

  test('follows a generator to its end', () => {
    const callCount = trace(function* count(to: number) {
      for (let i = 1; i <= to; i += 1) yield i
      return 'done'
    })
    expect([...callCount(3)]).toEqual([1, 2, 3])
    expect(only()).toMatchObject({ name: 'count', inputs: { to: 3 }, outputs: [1, 2, 3] })
  })

  test('follows an async generator to its end, with what it does inside the span', async () => {
    const callStream = trace(
      async function* stream() {
        yield 'a'
        withSpan(() => 1, { name: 'inside' })
        yield 'b'
      },
      { outputReducer: (items: string[]) => items.join('') },
    )
    const seen: string[] = []
    for await (const item of callStream()) {
      seen.push(item)
      expect(getCurrentActiveSpan()).toBeUndefined()
    }
    expect(seen).toEqual(['a', 'b'])
    expect(traces.get('stream').outputs).toBe('ab')
    expect(traces.snapshot()).toBe('stream [UNKNOWN]\n└─ inside [UNKNOWN]')
  })

  test('ends with the break of the consumer, with the items so far', async () => {
    let cleaned = 0
    const callStream = trace(async function* stream() {
      try {
        yield 1
        yield 2
      } finally {
        cleaned += 1
      }
    })
    for await (const _ of callStream()) break
    expect(cleaned).toBe(1)
    expect(only()).toMatchObject({ outputs: [1], status: { code: 'OK' } })
  })

  test.each([
    ['a class', class Agent {}],
    ['an anonymous class', class {}],
  ])('refuses %s', (_, given) => {
    expect(() => trace(given)).toThrow(TypeError)
  })
})

describe('trace as a standard decorator', () => {
  test('traces methods: instance, static, private, async, generator, symbol', async () => {
    const key = Symbol('key')
    class Agent {
      readonly base: number = 10
      #hidden = 1

      @trace()
      plain(a: number) {
        return this.base + a
      }

      @trace({ name: 'named', spanType: SpanType.AGENT })
      async later(a: number) {
        await Promise.resolve()
        return this.plain(a)
      }

      @trace
      static make(this: unknown) {
        // biome-ignore lint/complexity/noThisInStatic: it is what is tested
        return this === Agent
      }

      @trace()
      #secret(a: number) {
        return a + this.#hidden
      }

      @trace()
      *items(n: number) {
        for (let i = 0; i < n; i += 1) yield i + this.base
      }

      @trace()
      async *stream() {
        yield this.base
      }

      @trace()
      [key]() {
        return this.base
      }

      callSecret() {
        return this.#secret(1)
      }
    }
    const agent = new Agent()
    expect(await agent.later(1)).toBe(11)
    expect(Agent.make()).toBe(true)
    expect(agent.callSecret()).toBe(2)
    expect([...agent.items(2)]).toEqual([10, 11])
    for await (const item of agent.stream()) expect(item).toBe(10)
    expect(agent[key]()).toBe(10)
    expect(agent.plain.name).toBe('plain')
    expect(agent.plain.length).toBe(1)
    expect(Object.keys(agent)).not.toContain('plain')
    expect(Agent.prototype.plain).toBe(agent.plain)
    expect(traces.findAll({ type: 'AGENT' }).map((span) => span.name)).toEqual(['named'])
    expect(traces.get('named').inputs).toEqual({ a: 1 })
    expect(traces.get('plain').parentSpanId).toBe(traces.get('named').spanId)
    expect(traces.spans.map((span) => span.name)).toEqual([
      'named',
      'plain',
      'make',
      '#secret',
      'items',
      'stream',
      '[key]',
    ])
    expect(traces.get('items').outputs).toEqual([10, 11])
  })

  test('works in subclasses with super', () => {
    class Base {
      @trace()
      act(): string {
        return 'base'
      }
    }
    class Derived extends Base {
      @trace()
      override act(): string {
        return `derived ${super.act()}`
      }
    }
    expect(new Derived().act()).toBe('derived base')
    expect(traces.snapshot()).toBe('act [UNKNOWN]\n└─ act [UNKNOWN]')
  })
})

describe('trace as a legacy decorator', () => {
  const decorateLegacy = trace as unknown as (
    target: object,
    key: string | symbol,
    descriptor: PropertyDescriptor,
  ) => PropertyDescriptor
  const withOptions = trace({ spanType: SpanType.TOOL }) as unknown as typeof decorateLegacy

  test.each([
    ['bare', decorateLegacy, 'UNKNOWN'],
    ['with options', withOptions, 'TOOL'],
  ])('keeps the descriptor and this: %s', (_, decorate, type) => {
    class Agent {
      base = 5
      act(a: number) {
        return this.base + a
      }
    }
    const before = Object.getOwnPropertyDescriptor(Agent.prototype, 'act') as PropertyDescriptor
    const after = decorate(Agent.prototype, 'act', before)
    Object.defineProperty(Agent.prototype, 'act', after)
    expect(after).toMatchObject({ enumerable: false, configurable: true, writable: true })
    expect(new Agent().act(1)).toBe(6)
    expect(only()).toMatchObject({ name: 'act', type, inputs: { a: 1 }, outputs: 6 })
  })

  test('names a method after its symbol', () => {
    const key = Symbol('key')
    const descriptor = { value: () => 1, configurable: true }
    const after = decorateLegacy({}, key, descriptor)
    expect((after.value as () => number)()).toBe(1)
    expect(only().name).toBe('key')
  })
})
