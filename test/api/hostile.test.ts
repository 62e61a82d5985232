import { types } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  flushTraces,
  getCurrentActiveSpan,
  getLastActiveTraceId,
  injectHeaders,
  type Span,
  shutdown,
  startSpan,
  stats,
  trace,
  tracingContext,
  updateCurrentTrace,
  withActiveSpan,
  withAgent,
  withRemoteContext,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'

let traces: CapturedTraces
beforeEach(() => {
  traces = captureTraces()
})
afterEach(async () => {
  traces.stop()
  await shutdown({ timeoutMs: 0 })
})

/** Values that break whoever looks at them carelessly. */
const HOSTILE: readonly (readonly [string, () => unknown])[] = [
  ['null', () => null],
  ['undefined', () => undefined],
  ['a symbol', () => Symbol('s')],
  ['a bigint', () => 10n ** 40n],
  ['NaN', () => Number.NaN],
  ['-Infinity', () => Number.NEGATIVE_INFINITY],
  ['an empty string', () => ''],
  ['a lone surrogate with NUL', () => '\ud800\0'],
  ['a long string', () => 'x'.repeat(100_000)],
  ['a function', () => () => 1],
  [
    'a throwing function',
    () => () => {
      throw new Error('called')
    },
  ],
  ['a class', () => class Hostile {}],
  ['an array', () => [null, Symbol('in'), [[]]]],
  ['an object without a prototype', () => Object.create(null)],
  ['a frozen object', () => Object.freeze({ a: 1 })],
  [
    'a cycle',
    () => {
      const a: Record<string, unknown> = {}
      a.a = a
      return a
    },
  ],
  [
    'a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
  ],
  [
    'a revoked function',
    () => {
      const { proxy, revoke } = Proxy.revocable(() => 1, {})
      revoke()
      return proxy
    },
  ],
  ['a proxy that throws for everything', () => throwing({})],
  [
    'a getter that throws',
    () => ({
      get name() {
        throw new Error('got')
      },
      get agent() {
        throw new Error('got')
      },
      get tool() {
        throw new Error('got')
      },
    }),
  ],
  [
    'a toString that throws',
    () => ({
      toString() {
        throw new Error('text')
      },
      [Symbol.toPrimitive]() {
        throw new Error('text')
      },
    }),
  ],
  [
    'a toJSON that throws',
    () => ({
      toJSON() {
        throw new Error('json')
      },
    }),
  ],
  [
    'a foreign span',
    () => ({
      spanContext: () => {
        throw new Error('no context')
      },
    }),
  ],
  ['a foreign span without a context', () => ({ spanContext: () => undefined })],
  ['a date of nothing', () => new Date(Number.NaN)],
  ['a Map with a symbol', () => new Map([[Symbol('k'), 1]])],
  [
    'a rejected promise',
    () => {
      const p = Promise.reject(new Error('rejected'))
      p.catch(() => {})
      return p
    },
  ],
]

function throwing(target: object): unknown {
  const fail = () => {
    throw new Error('trap')
  }
  const traps = [
    'get',
    'set',
    'has',
    'ownKeys',
    'getOwnPropertyDescriptor',
    'getPrototypeOf',
    'defineProperty',
    'deleteProperty',
    'isExtensible',
    'preventExtensions',
    'setPrototypeOf',
  ]
  return new Proxy(target, Object.fromEntries(traps.map((trap) => [trap, fail])))
}

/** Made anew for each use, and named: a counterexample that cannot be looked at cannot be printed either. */
const all = new WeakSet<object>()

class Made {
  readonly name: string
  readonly make: () => unknown
  constructor(name: string, make: () => unknown) {
    this.name = name
    this.make = make
    all.add(this)
  }
  [fc.toStringMethod](): string {
    return this.name
  }
}

const made = (value: unknown): unknown => {
  // `instanceof` would look at it.
  if (all.has(value as object)) return (value as Made).make()
  return value
}

const hostile: fc.Arbitrary<unknown> = fc.constantFrom(...HOSTILE).map(([name, make]) => new Made(name, make))
const anything: fc.Arbitrary<unknown> = fc.oneof(
  hostile,
  fc
    .anything({ withNullPrototype: true, withBigInt: true })
    .map((value) => new Made(fc.stringify(value), () => value)),
)

/** Hostile by itself, or in the properties that are read. */
const withFields = (...names: string[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    anything,
    fc
      .record(Object.fromEntries(names.map((name) => [name, anything])), { requiredKeys: [] })
      .map((fields) => {
        const shown = Object.entries(fields).map(([key, field]) => `${key}: ${(field as Made).name}`)
        const make = () =>
          Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, made(field)]))
        return new Made(`{ ${shown.join(', ')} }`, make)
      }),
  )

/** `fn` with any arguments, which are made now. */
const loosely =
  <F>(fn: F) =>
  (...args: unknown[]): unknown =>
    (fn as unknown as (...args: unknown[]) => unknown)(...args.map(made))

/** Whatever is passed, the work runs once, and its result comes back. */
function runsOnce(call: (work: () => object) => unknown): void {
  const result = { result: true }
  let runs = 0
  const got = call(() => {
    runs += 1
    return result
  })
  expect(got).toBe(result)
  expect(runs).toBe(1)
}

const SPAN_OPTIONS = [
  'name',
  'spanType',
  'inputs',
  'attributes',
  'sampleRatio',
  'links',
  'captureOutputs',
  'outputReducer',
  'parent',
  'startTime',
]

describe.each(['inside of a trace', 'outside of a trace'])('hostile arguments, %s', (where) => {
  const place = (work: () => void): void => {
    if (where === 'inside of a trace') withSpan(work, { name: 'around' })
    else work()
  }

  test('withSpan runs its function once and gives its result', () => {
    fc.assert(
      fc.property(withFields(...SPAN_OPTIONS), (options) => {
        place(() => runsOnce((work) => loosely(withSpan)(work, options)))
      }),
    )
  })

  test('trace runs its function once and gives its result', () => {
    fc.assert(
      fc.property(
        withFields(...SPAN_OPTIONS, 'captureInputs'),
        fc.array(anything, { maxLength: 3 }),
        (options, args) => {
          fc.pre(!/function|class|revoked function/.test((options as Made).name))
          place(() => {
            runsOnce((work) =>
              (loosely(trace)(work, options) as (...args: unknown[]) => unknown)(...args.map(made)),
            )
            runsOnce((work) =>
              (loosely(trace)(options, work) as (...args: unknown[]) => unknown)(...args.map(made)),
            )
          })
        },
      ),
    )
  })

  test('withAgent runs its function once and gives its result', () => {
    const turn = withFields(
      'agent',
      'model',
      'provider',
      'responseId',
      'sessionId',
      'user',
      'input',
      'nest',
      'attributes',
      'sampleRatio',
      'outputReducer',
    )
    fc.assert(fc.property(turn, (given) => place(() => runsOnce((work) => loosely(withAgent)(given, work)))))
  })

  test('withTool runs its function once and gives its result', () => {
    const call = withFields('tool', 'arguments', 'callId', 'attributes', 'outputReducer')
    fc.assert(fc.property(call, (given) => place(() => runsOnce((work) => loosely(withTool)(given, work)))))
  })

  test('tracingContext runs its function once and gives its result', () => {
    const options = withFields('user', 'sessionId', 'tags', 'metadata', 'enabled')
    fc.assert(
      fc.property(options, (given) =>
        place(() => {
          runsOnce((work) => loosely(tracingContext)(given, work))
          loosely(tracingContext)(given, () => withSpan(() => 1))
        }),
      ),
    )
  })

  test('withRemoteContext runs its function once and gives its result', () => {
    const carrier = withFields('traceparent', 'tracestate', 'baggage')
    fc.assert(
      fc.property(carrier, (given) =>
        place(() => runsOnce((work) => loosely(withRemoteContext)(given, work))),
      ),
    )
  })

  test('withActiveSpan runs its function once and gives its result', () => {
    fc.assert(
      fc.property(anything, (span) =>
        place(() => {
          runsOnce((work) => loosely(withActiveSpan)(span, work))
          loosely(withActiveSpan)(span, () => withSpan(() => getCurrentActiveSpan()))
          loosely(withActiveSpan)(span, () => getLastActiveTraceId())
        }),
      ),
    )
  })

  test('startSpan gives a span that takes and ends', () => {
    fc.assert(
      fc.property(withFields(...SPAN_OPTIONS), (options) =>
        place(() => {
          const span = loosely(startSpan)(options) as Span
          expect(span.setInputs(1)).toBe(span)
          expect(span.end()).toBeUndefined()
        }),
      ),
    )
  })

  test('updateCurrentTrace returns', () => {
    const update = withFields(
      'user',
      'sessionId',
      'tags',
      'metadata',
      'clientRequestId',
      'requestPreview',
      'responsePreview',
      'state',
    )
    fc.assert(
      fc.property(update, (given) => place(() => expect(loosely(updateCurrentTrace)(given)).toBeUndefined())),
    )
  })

  test('injectHeaders gives the carrier back', () => {
    fc.assert(
      fc.property(anything, withFields('baggage'), (carrier, options) =>
        place(() => {
          const given = made(carrier)
          expect(Object.is(loosely(injectHeaders)(given, options), given)).toBe(true)
        }),
      ),
    )
  })
})

describe('hostile arguments of a span', () => {
  const METHODS = [
    'setInputs',
    'setOutputs',
    'setSpanType',
    'setTokenUsage',
    'setModel',
    'setAttribute',
    'setAttributes',
    'setStatus',
    'addEvent',
    'addLink',
    'addLinks',
    'recordException',
    'updateName',
  ] as const

  test.each([...METHODS, 'end' as const])('%s takes them', (method) => {
    const first = withFields(
      'inputTokens',
      'outputTokens',
      'totalTokens',
      'code',
      'message',
      'context',
      'attributes',
      'endTime',
      'outputs',
      'status',
      'name',
      'stack',
    )
    fc.assert(
      fc.property(first, anything, anything, (a, b, c) => {
        const span = startSpan({ name: 's' })
        const call = loosely((span[method] as (...args: unknown[]) => unknown).bind(span))
        const result = call(a, b, c)
        expect([span, undefined]).toContain(result)
        span.end()
        expect(span.isRecording()).toBe(false)
      }),
    )
  })

  test('the spans come out, as JSON', () => {
    fc.assert(
      fc.property(fc.constantFrom(...METHODS), anything, anything, (method, a, b) => {
        traces.clear()
        const span = startSpan({ name: 's' })
        loosely((span[method] as (...args: unknown[]) => unknown).bind(span))(a, b)
        span.end()
        expect(traces.spans).toHaveLength(1)
        expect(() => JSON.stringify(traces.spans)).not.toThrow()
      }),
    )
  })
})

describe('hostile results and errors', () => {
  test.each(HOSTILE)('%s comes back as it is', async (_, make) => {
    const value = make()
    const isPromise = types.isPromise(value)
    for (const call of [
      (work: () => unknown) => withSpan(work),
      (work: () => unknown) => withAgent({ agent: 'a' }, work),
      (work: () => unknown) => withTool({ tool: 't' }, work),
      (work: () => unknown) => trace(work)(),
    ]) {
      const got = call(() => value)
      if (isPromise) await expect(got).rejects.toThrow('rejected')
      else expect(Object.is(got, value)).toBe(true)
    }
    expect(traces.spans).toHaveLength(4)
  })

  test.each(HOSTILE)('%s is thrown as it is, once', (_, make) => {
    const value = make()
    for (const call of [
      (work: () => unknown) => withSpan(work),
      (work: () => unknown) => withAgent({ agent: 'a' }, work),
      (work: () => unknown) => withTool({ tool: 't' }, work),
      (work: () => unknown) => trace(work)(),
    ]) {
      let caught: unknown
      let times = 0
      try {
        call(() => {
          throw value
        })
      } catch (error) {
        caught = error
        times += 1
      }
      expect(times).toBe(1)
      expect(Object.is(caught, value)).toBe(true)
    }
    expect(traces.spans.map((span) => span.status.code)).toEqual(['ERROR', 'ERROR', 'ERROR', 'ERROR'])
  })
})

test('flushTraces and shutdown take any options', async () => {
  for (const [, make] of HOSTILE) {
    const report = await (loosely(flushTraces)(make()) as Promise<unknown>)
    expect(report).toEqual(stats())
    const inside = { timeoutMs: make() }
    await expect(loosely(flushTraces)(inside)).resolves.toBeDefined()
    await expect(loosely(shutdown)(make())).resolves.toBeDefined()
    await expect(loosely(shutdown)(inside)).resolves.toBeDefined()
  }
})
