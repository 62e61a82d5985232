import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SpanType, startSpan, withAgent, withSpan, withTool } from '../../src/index.ts'
import {
  type CapturedTrace,
  type CapturedTraces,
  captureTraces,
  expectTrace,
  hasCalled,
  hasCalledInOrder,
  hasCalledOnly,
  hasFailed,
  hasNoErrors,
  hasSpan,
  matchesTree,
  TraceAssertionError,
  type TraceExpectation,
  type TreePattern,
  takesLessThan,
  usesTokensBelow,
} from '../../src/testing/index.ts'
import { book, chat, compare } from './agent.ts'

let traces: CapturedTraces
beforeEach(() => {
  traces = captureTraces()
})
afterEach(() => traces.stop())

const last = (): CapturedTrace => {
  const trace = traces.last
  if (trace === undefined) throw new Error('no trace')
  return trace
}

const messageOf = (assert: () => unknown): string => {
  try {
    assert()
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(TraceAssertionError)
    return (thrown as Error).message
  }
  throw new Error('the assertion holds')
}

/** Each: name, the assertion, whether it holds for `book('SF')`, and the predicate that says the same. */
const TABLE: [string, (e: TraceExpectation) => TraceExpectation, (t: CapturedTrace) => boolean, boolean][] = [
  ['a tool', (e) => e.toHaveCalled('search'), (t) => hasCalled(t, 'search'), true],
  ['another tool', (e) => e.toHaveCalled('delete'), (t) => hasCalled(t, 'delete'), false],
  ['an agent is no tool', (e) => e.toHaveCalled('travel'), (t) => hasCalled(t, 'travel'), false],
  [
    'so often',
    (e) => e.toHaveCalled('search', { times: 1 }),
    (t) => hasCalled(t, 'search', { times: 1 }),
    true,
  ],
  [
    'more often',
    (e) => e.toHaveCalled('search', { times: 2 }),
    (t) => hasCalled(t, 'search', { times: 2 }),
    false,
  ],
  ['never', (e) => e.toHaveCalled('delete', { times: 0 }), (t) => hasCalled(t, 'delete', { times: 0 }), true],
  [
    'arguments, in part',
    (e) => e.toHaveCalled('search', { withArguments: { city: 'SF' } }),
    (t) => hasCalled(t, 'search', { withArguments: { city: 'SF' } }),
    true,
  ],
  [
    'arguments by a matcher of the runner',
    (e) => e.toHaveCalled('search', { withArguments: { limit: expect.any(Number) } }),
    (t) => hasCalled(t, 'search', { withArguments: { limit: expect.any(Number) } }),
    true,
  ],
  [
    'arguments by pattern and function',
    (e) => e.toHaveCalled('search', { withArguments: { city: /^S/, limit: (n: number) => n > 2 } }),
    (t) => hasCalled(t, 'search', { withArguments: { city: /^S/, limit: (n: number) => n > 2 } }),
    true,
  ],
  [
    'other arguments',
    (e) => e.toHaveCalled('search', { withArguments: { city: 'NY' } }),
    (t) => hasCalled(t, 'search', { withArguments: { city: 'NY' } }),
    false,
  ],
  [
    'a result',
    (e) => e.toHaveCalled('search', { withResult: ['UA 1'] }),
    (t) => hasCalled(t, 'search', { withResult: ['UA 1'] }),
    true,
  ],
  [
    'a result with more items',
    (e) => e.toHaveCalled('search', { withResult: ['UA 1', 'UA 2'] }),
    (t) => hasCalled(t, 'search', { withResult: ['UA 1', 'UA 2'] }),
    false,
  ],
  [
    'the order',
    (e) => e.toHaveCalledInOrder(['search', 'book']),
    (t) => hasCalledInOrder(t, ['search', 'book']),
    true,
  ],
  [
    'another order',
    (e) => e.toHaveCalledInOrder(['book', 'search']),
    (t) => hasCalledInOrder(t, ['book', 'search']),
    false,
  ],
  [
    'twice where it was once',
    (e) => e.toHaveCalledInOrder(['search', 'search']),
    (t) => hasCalledInOrder(t, ['search', 'search']),
    false,
  ],
  [
    'only these tools',
    (e) => e.toHaveCalledOnly(['book', 'search']),
    (t) => hasCalledOnly(t, ['book', 'search']),
    true,
  ],
  ['only some of them', (e) => e.toHaveCalledOnly(['book']), (t) => hasCalledOnly(t, ['book']), false],
  ['a span', (e) => e.toHaveSpan('chat'), (t) => hasSpan(t, 'chat'), true],
  [
    'a span by what it has',
    (e) => e.toHaveSpan({ type: 'CHAT_MODEL', model: /^gpt/, outputs: /^Booked/ }),
    (t) => hasSpan(t, { type: 'CHAT_MODEL', model: /^gpt/, outputs: /^Booked/ }),
    true,
  ],
  [
    'so many spans',
    (e) => e.toHaveSpan({ type: 'TOOL' }, { times: 3 }),
    (t) => hasSpan(t, { type: 'TOOL' }, { times: 3 }),
    false,
  ],
  ['tokens below', (e) => e.toUseTokensBelow(151), (t) => usesTokensBelow(t, 151), true],
  ['tokens not below', (e) => e.toUseTokensBelow(150), (t) => usesTokensBelow(t, 150), false],
  [
    'tokens of one kind',
    (e) => e.toUseTokensBelow({ input: 121, output: 31 }),
    (t) => usesTokensBelow(t, { input: 121, output: 31 }),
    true,
  ],
  [
    'too many tokens of one kind',
    (e) => e.toUseTokensBelow({ output: 30 }),
    (t) => usesTokensBelow(t, { output: 30 }),
    false,
  ],
  ['time', (e) => e.toTakeLessThan(60_000), (t) => takesLessThan(t, 60_000), true],
  ['no time', (e) => e.toTakeLessThan(0), (t) => takesLessThan(t, 0), false],
  ['no errors', (e) => e.toHaveNoErrors(), (t) => hasNoErrors(t), true],
  ['a failure', (e) => e.toHaveFailed(), (t) => hasFailed(t), false],
]

describe('expectTrace', () => {
  test.each(TABLE)('judges as its predicate does: %s', async (_, assert, predicate, holds) => {
    await book('SF')
    const trace = last()
    expect(predicate(trace)).toBe(holds)
    if (holds) {
      assert(expectTrace(trace))
      expect(messageOf(() => assert(expectTrace(trace).not))).toContain('agent:travel [AGENT]')
    } else {
      expect(messageOf(() => assert(expectTrace(trace)))).toContain('agent:travel [AGENT]')
      assert(expectTrace(trace).not)
    }
  })

  test('chains, and not counts for the next assertion only', async () => {
    await book('SF')
    const all = expectTrace(traces.last)
    all.toHaveCalled('search').not.toHaveCalled('delete').toHaveCalled('book')
    expect(() => all.not.toHaveCalled('delete').toHaveCalled('delete')).toThrow(TraceAssertionError)
    all.not.not.toHaveCalled('search')
  })

  test('needs a trace', () => {
    const span = startSpan({ name: 'open' })
    expect(() => expectTrace(traces.last)).toThrow(/There is no trace to look at/)
    span.end()
    expectTrace(traces.last).toHaveSpan('open')
  })

  test('knows what failed', () => {
    expect(() =>
      withAgent({ agent: 'a' }, () =>
        withTool({ tool: 'go' }, () => {
          throw new RangeError('too far')
        }),
      ),
    ).toThrow()
    expectTrace(traces.last)
      .toHaveFailed()
      .toHaveFailed('too far')
      .toHaveFailed('RangeError')
      .toHaveFailed(/far$/)
      .toHaveFailed({ type: 'RangeError', message: /too/ })
      .not.toHaveFailed('near')
      .not.toHaveFailed({ type: 'TypeError' })
      .not.toHaveNoErrors()
    expect(hasFailed(last(), { message: 'near' })).toBe(false)
    const message = messageOf(() => expectTrace(traces.last).toHaveNoErrors())
    expect(message).toContain(
      '2 spans failed:\n  agent:a: RangeError: too far\n  tool:go: RangeError: too far',
    )
  })

  test('sees an error that the agent recovered from', () => {
    withAgent({ agent: 'a' }, () => {
      try {
        withTool({ tool: 'go' }, () => {
          throw new Error('once')
        })
      } catch {}
    })
    expectTrace(traces.last).not.toHaveFailed().not.toHaveNoErrors()
  })

  test('does not take missing tokens for few', () => {
    withSpan(() => 1, { name: 's' })
    expect(() => expectTrace(traces.last).toUseTokensBelow(1)).toThrow(/no span of the trace says/)
    expect(() => expectTrace(traces.last).not.toUseTokensBelow(1)).toThrow(/no span of the trace says/)
    expect(usesTokensBelow(last(), 1)).toBe(false)
  })
})

describe('messages', () => {
  test('say what was called instead, and show the trace', async () => {
    await book('SF')
    expect(messageOf(() => expectTrace(traces.last).toHaveCalled('pay'))).toMatch(
      /^Expected a call of the tool "pay", but it was not called; the tools called were: search, book\n\nThe trace is\n\nagent:travel \[AGENT\] {2}gpt-5 {2}120 \+ 30 tokens {2}\d/,
    )
    const wrong = messageOf(() =>
      expectTrace(traces.last).toHaveCalled('search', { withArguments: { city: /^N/ }, times: 2 }),
    )
    expect(wrong).toContain(
      'Expected exactly 2 calls of the tool "search" with arguments {"city":"/^N/"}, but 0 of its 1 call match:\n' +
        '  1. {"city":"SF","limit":3} → ["UA 1"]',
    )
    expect(messageOf(() => expectTrace(traces.last).toHaveCalledInOrder(['book', 'search']))).toContain(
      'Expected calls of "book", then "search", but "search" does not come where it should',
    )
    expect(messageOf(() => expectTrace(traces.last).toUseTokensBelow(100))).toContain(
      'Expected tokens below 100, but the trace used 120 input, 30 output, 150 in total',
    )
    expect(messageOf(() => expectTrace(traces.last).toHaveCalledOnly(['search']))).toContain(
      'Expected no call of a tool other than search, but there was a call of: book',
    )
  })

  test('give runners both trees to compare', async () => {
    await book('SF')
    let thrown: unknown
    try {
      expectTrace(traces.last).toMatchTree(['agent:travel', 'chat'])
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({
      name: 'TraceAssertionError',
      expected: 'agent:travel\n└─ chat',
      actual: expect.stringContaining('├─ tool:search [TOOL]'),
    })
    const plain = messageOf(() => expectTrace(traces.last).toHaveFailed())
    expect(plain).toContain('Expected the trace to fail, but it succeeded')
  })

  test('have a stack that begins in the test', async () => {
    await book('SF')
    let stack = ''
    try {
      expectTrace(traces.last).toHaveCalled('pay')
    } catch (error) {
      stack = (error as Error).stack ?? ''
    }
    const frames = stack.split('\n').filter((line) => line.startsWith('    at '))
    expect(frames[0]).toContain('expect-trace.test.ts')
  })
})

describe('toMatchTree', () => {
  const CASES: [string, TreePattern, boolean][] = [
    ['names', ['agent:travel', 'tool:search', 'tool:book', 'chat'], true],
    ['bare names and types', ['travel [AGENT]', 'search [TOOL]', 'book', 'chat [CHAT_MODEL]'], true],
    ['patterns', [/travel/, { type: 'TOOL' }, { name: 'book' }, { model: 'gpt-5' }], true],
    ['single-item lists', ['travel', ['search'], ['book'], ['chat']], true],
    ['a wrong type', ['travel', 'search [LLM]', 'book', 'chat'], false],
    ['a missing span', ['travel', 'search', 'chat'], false],
    ['a span too many', ['travel', 'search', 'book', 'chat', 'chat'], false],
    ['the wrong order', ['travel', 'book', 'search', 'chat'], false],
    ['the wrong depth', ['travel', ['search', 'book'], 'chat'], false],
    ['the root alone', 'travel', false],
  ]
  test.each(CASES)('compares with %s', async (_, pattern, holds) => {
    await book('SF')
    expect(matchesTree(last(), pattern)).toBe(holds)
  })

  test('takes spans that ran at the same time in any order', async () => {
    await compare({ a: 5, b: 20, c: 1 })
    for (const order of ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']) {
      expectTrace(traces.last).toMatchTree(['compare', ...order])
    }
    expectTrace(traces.last).not.toMatchTree(['compare', 'a', 'a', 'b'])
  })

  test('finds the one way in which patterns and spans pair up', async () => {
    await compare({ ab: 10, a: 20 })
    expectTrace(traces.last).toMatchTree(['compare', /a/, /b/]).not.toMatchTree(['compare', /b/, /b/])
  })

  test('is not tried in every order: many parallel spans are compared at once', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `t${i}`)
    await compare(Object.fromEntries(names.map((name) => [name, 1])))
    expect(matchesTree(last(), ['compare', ...names.map(() => /^t/), 'x'])).toBe(false)
    expect(matchesTree(last(), ['compare', ...names.slice(1).map(() => /^t/), /x/])).toBe(false)
    expect(matchesTree(last(), ['compare', ...names.reverse()])).toBe(true)
  })
})

describe('snapshot', () => {
  test('has names, types and failures', async () => {
    await book('SF')
    expect(() =>
      withSpan(
        () => {
          throw new RangeError('at 12:00')
        },
        { name: 'plan', spanType: SpanType.CHAIN },
      ),
    ).toThrow()
    expect(traces.snapshot()).toMatchInlineSnapshot(`
      "agent:travel [AGENT]
      ├─ tool:search [TOOL]
      ├─ tool:book [TOOL]
      └─ chat [CHAT_MODEL]

      plan [CHAIN]  ERROR RangeError"
    `)
  })

  test('has more when asked to', async () => {
    await book('SF')
    withSpan(
      (span) => {
        span.setAttribute('shard', 7)
        span.recordException(new TypeError('odd'))
        span.setStatus('ERROR', 'odd')
      },
      { name: 'plan' },
    )
    expect(
      traces.snapshot({
        inputs: true,
        outputs: true,
        models: true,
        tokens: true,
        errorMessages: true,
        traceData: true,
        attributes: ['shard', 'none'],
        replace: (line) => line.replaceAll('SF', '<city>'),
      }),
    ).toMatchInlineSnapshot(`
      "{"metadata":{"version":"1.2.0"},"sessionId":"s-1","state":"OK","tags":{"domain":"travel"},"user":"u-1"}
      agent:travel [AGENT]  gpt-5  120 + 30 tokens
          in   "Go to <city>"
          out  "Booked a flight to <city>"
      ├─ tool:search [TOOL]
      │      in   {"city":"<city>","limit":3}
      │      out  ["UA 1"]
      ├─ tool:book [TOOL]
      │      in   {"flight":"UA 1"}
      │      out  {"booked":true}
      └─ chat [CHAT_MODEL]  gpt-5  120 + 30 tokens
             out  "Booked a flight to <city>"

      {"metadata":{},"state":"ERROR","tags":{}}
      plan [UNKNOWN]  ERROR TypeError: odd
          shard = 7"
    `)
  })

  test('is the same whatever order parallel spans began and ended in', async () => {
    const orders = [
      { a: 1, b: 10, c: 5 },
      { c: 1, a: 10, b: 5 },
      { b: 1, c: 10, a: 5 },
    ]
    for (const delays of orders) await compare(delays)
    const [first, ...others] = traces.snapshot().split('\n\n')
    expect(first).toBe('agent:compare [AGENT]\n├─ tool:a [TOOL]\n├─ tool:b [TOOL]\n└─ tool:c [TOOL]')
    expect(others).toEqual([first, first])
  })

  test('keeps the order of spans that ran one after the other, unless told to sort', async () => {
    await withSpan(
      async () => {
        await chat('1')
        withTool({ tool: 'a' }, () => 1)
      },
      { name: 's' },
    )
    expect(traces.snapshot()).toBe('s [UNKNOWN]\n├─ chat [CHAT_MODEL]\n└─ tool:a [TOOL]')
    withSpan(
      () => {
        withTool({ tool: 'z' }, () => 1)
        withTool({ tool: 'a' }, () => 1)
      },
      { name: 't' },
    )
    expect(traces.snapshot({ sortSiblings: true })).toContain('├─ tool:a [TOOL]\n└─ tool:z [TOOL]')
  })
})
