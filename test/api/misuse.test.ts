import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type Diagnostic,
  flushTraces,
  injectHeaders,
  onDiagnostic,
  redactSecrets,
  SpanType,
  startSpan,
  trace,
  traceIdFromResponseId,
  tracingContext,
  updateCurrentTrace,
  withAgent,
  withFlush,
  withSpan,
  withTool,
} from '../../src/index.ts'
import { instrument } from '../../src/instrument/index.ts'
import { instrumentOpenAI } from '../../src/integrations/openai/index.ts'
import { createMlflowClient } from '../../src/mlflow/index.ts'
import { type CapturedTraces, captureTraces, expectTrace, treeSnapshot } from '../../src/testing/index.ts'

// What JavaScript lets through.
// biome-ignore lint/suspicious/noExplicitAny: this is what it is about
const js = (value: unknown): any => value

let traces: CapturedTraces
let said: Diagnostic[]
beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  traces = captureTraces()
  said = []
  const stop = onDiagnostic((diagnostic) => said.push(diagnostic))
  return () => {
    stop()
    traces.stop()
  }
})
afterEach(() => vi.restoreAllMocks())

const messages = (): string[] => said.map(({ code, message }) => `${code}: ${message}`)

/** A call with an option that does not exist, and what is said of it. */
const UNKNOWN: readonly (readonly [call: string, meant: string, work: () => unknown])[] = [
  ['withAgent() has no option "name"', '"agent"', () => withAgent(js({ name: 'clerk' }), () => 1)],
  ['withAgent() has no option "userId"', '"user"', () => withAgent(js({ agent: 'a', userId: 'u' }), () => 1)],
  [
    'withAgent() has no option "session"',
    '"sessionId"',
    () => withAgent(js({ agent: 'a', session: 's' }), () => 1),
  ],
  [
    'withAgent() has no option "reponseId"',
    '"responseId"',
    () => withAgent(js({ agent: 'a', reponseId: 's' }), () => 1),
  ],
  ['withTool() has no option "args"', '"arguments"', () => withTool(js({ tool: 't', args: {} }), () => 1)],
  ['withTool() has no option "name"', '"tool"', () => withTool(js({ name: 't' }), () => 1)],
  ['withSpan() has no option "type"', '"spanType"', () => withSpan(() => 1, js({ type: 'TOOL' }))],
  ['withSpan() has no option "input"', '"inputs"', () => withSpan(() => 1, js({ input: 1 }))],
  [
    'startSpan() has no option "parentSpan"',
    '"parent"',
    () => startSpan(js({ name: 's', parentSpan: null })).end(),
  ],
  [
    'trace() has no option "span_type"',
    '"spanType"',
    () => trace(() => 1, js({ span_type: SpanType.TOOL }))(),
  ],
  ['span.end() has no option "output"', '"outputs"', () => startSpan({ name: 's' }).end(js({ output: 1 }))],
  [
    'span.setTokenUsage() has no option "prompt_tokens"',
    '"inputTokens"',
    () =>
      startSpan({ name: 's' })
        .setTokenUsage(js({ prompt_tokens: 1 }))
        .end(),
  ],
  ['tracingContext() has no option "userId"', '"user"', () => tracingContext(js({ userId: 'u' }), () => 1)],
  [
    'updateCurrentTrace() has no option "userId"',
    '"user"',
    () => withSpan(() => updateCurrentTrace(js({ userId: 'u' }))),
  ],
  ['flushTraces() has no option "timeout"', '"timeoutMs"', () => flushTraces(js({ timeout: 5 }))],
  ['withFlush() has no option "timeout"', '"timeoutMs"', () => withFlush(async () => 1, js({ timeout: 5 }))],
  ['injectHeaders() has no option "bagage"', '"baggage"', () => injectHeaders({}, js({ bagage: true }))],
  ['redactSecrets() has no option "pii"', '"personalData"', () => redactSecrets(js({ pii: false }))],
  [
    'traceIdFromResponseId() has no option "strickt"',
    '"strict"',
    () => traceIdFromResponseId('resp_0af7651916cd43dd8448eb211c80319c', js({ strickt: true })),
  ],
  ['instrument() has no option "gemini"', '"googleGenAI"', () => instrument(js({ gemini: {} }))()],
  [
    'createMlflowClient() has no option "url"',
    '"trackingUri"',
    () => createMlflowClient(js({ trackingUri: 'http://127.0.0.1:9', url: 'http://127.0.0.1:9' })),
  ],
  ['settled() has no option "timeout"', '"timeoutMs"', () => traces.settled(js({ timeout: 5 }))],
]

describe('an option that does not exist', () => {
  test.each(UNKNOWN)('%s: said once, with %s', async (what, meant, work) => {
    await work()
    await work()
    expect(messages()).toEqual([`TS_OPTION_UNKNOWN: ${what}; it is ignored. Did you mean ${meant}?`])
  })

  test('of an integration is said', () => {
    class OpenAI {}
    instrumentOpenAI(OpenAI, js({ includeUsages: true }))()
    expect(messages()[0]).toContain(
      'instrumentOpenAI() has no option "includeUsages"; it is ignored. Did you mean "includeUsage"?',
    )
  })

  test('of an assertion or a snapshot is said', () => {
    withAgent({ agent: 'a' }, () => withTool({ tool: 'search', arguments: { q: 1 } }, () => 1))
    expectTrace(traces.last).toHaveCalled('search', js({ args: { q: 1 } }))
    if (traces.last) treeSnapshot(traces.last, js({ input: true }))
    expect(messages()).toEqual([
      expect.stringContaining(
        'An assertion on calls of a tool has no option "args"; it is ignored. Did you mean "withArguments"?',
      ),
      expect.stringContaining(
        'A snapshot of a trace has no option "input"; it is ignored. Did you mean "inputs"?',
      ),
    ])
  })

  test('that nothing is like is answered by those that there are', async () => {
    await flushTraces(js({ zzzzzzzzz: 1 }))
    expect(messages()).toEqual([
      'TS_OPTION_UNKNOWN: flushTraces() has no option "zzzzzzzzz"; it is ignored. It takes timeoutMs.',
    ])
  })

  test('is one of at most three that are said of an object, and of twenty in all', () => {
    for (let i = 0; i < 30; i += 1)
      startSpan(js(Object.fromEntries([0, 1, 2, 3].map((n) => [`x${i}_${n}`, n])))).end()
    // Other tests may have used up a few.
    expect(said.length).toBeGreaterThan(12)
    expect(said.length).toBeLessThanOrEqual(20)
    expect(said.slice(0, 4).map(({ message }) => /x\d_\d/.exec(message)?.[0])).toEqual([
      'x0_0',
      'x0_1',
      'x0_2',
      'x1_0',
    ])
  })

  test('does not keep the function from being traced', () => {
    expect(withAgent(js({ name: 'clerk' }), () => 'answer')).toBe('answer')
    expect(traces.spans.map(({ name }) => name)).toEqual(['agent:unnamed'])
  })

  test('is not looked for on prototypes, nor read', () => {
    Object.defineProperty(Object.prototype, 'polluted', { value: 1, enumerable: true, configurable: true })
    try {
      withAgent({ agent: 'a' }, () => 1)
    } finally {
      delete (Object.prototype as { polluted?: number }).polluted
    }
    let reads = 0
    const options = {
      tool: 't',
      get argumens(): number {
        reads += 1
        return 1
      },
    }
    withTool(options, () => 1)
    expect(reads).toBe(0)
    expect(messages()).toHaveLength(1)
  })

  test('of a proxy that throws is not looked for', () => {
    const refuses = new Proxy(
      { agent: 'a' },
      {
        ownKeys: () => {
          throw new Error('no')
        },
      },
    )
    expect(withAgent(refuses, () => 1)).toBe(1)
    expect(said).toEqual([])
  })
})

describe('an argument of another kind', () => {
  test.each([
    ['a number', 5, 'a number'],
    ['a promise', Promise.resolve(1), 'a promise'],
    ['a list', [1], 'an array'],
    ['an instance of a class', new (class Agent {})(), 'an object'],
    ['null', null, 'null'],
  ])('%s given to trace comes back as it is, and is said', (_what, given, kind) => {
    expect(js(trace)(given)).toBe(given)
    expect(messages()).toEqual([
      `TS_ARGUMENT: trace() takes a function, a method to decorate, or options, but got ${kind}; it returned its argument unchanged.`,
    ])
  })

  test('a text stands for the name', () => {
    expect(withAgent(js('clerk'), () => 1)).toBe(1)
    expect(withTool(js('clock'), () => 2)).toBe(2)
    expect(withSpan(() => 3, js('step'))).toBe(3)
    startSpan(js('open')).end()
    expect(trace(() => 4, js('traced'))()).toBe(4)
    expect(js(trace)('first', () => 5)()).toBe(5)
    expect(traces.spans.map(({ name }) => name)).toEqual([
      'agent:clerk',
      'tool:clock',
      'step',
      'open',
      'traced',
      'first',
    ])
    expect(new Set(said.map(({ code }) => code))).toEqual(new Set(['TS_ARGUMENT']))
  })

  test('arguments in the other order are taken as they were meant', () => {
    expect(js(withAgent)(() => 1, { agent: 'clerk' })).toBe(1)
    expect(js(withTool)(() => 2, { tool: 'clock' })).toBe(2)
    expect(js(withSpan)({ name: 'step' }, () => 3)).toBe(3)
    expect(js(tracingContext)(() => 4, { user: 'u' })).toBe(4)
    expect(traces.spans.map(({ name }) => name)).toEqual(['agent:clerk', 'tool:clock', 'step'])
    expect(said.map(({ data }) => data.call)).toEqual([
      'withAgent()',
      'withTool()',
      'withSpan()',
      'tracingContext()',
    ])
  })

  test('a function without options runs', () => {
    expect(js(withAgent)(() => 1)).toBe(1)
    expect(js(withTool)(() => 2)).toBe(2)
    expect(js(withSpan)(() => 3, null)).toBe(3)
    expect(js(tracingContext)(() => 4)).toBe(4)
  })

  test('options that are none are said', async () => {
    withSpan(() => updateCurrentTrace(js('u-1')))
    await flushTraces(js(500))
    expect(said.map(({ data }) => data.call)).toEqual(['updateCurrentTrace()', 'flushTraces()'])
  })

  test('functions are traced by map without a word', () => {
    const [double] = [(n: number) => 2 * n].map(js(trace)) as [(n: number) => number]
    expect(double(2)).toBe(4)
    expect(said).toEqual([])
  })
})
