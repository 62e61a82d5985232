import type { Span as OtelSpan } from '@opentelemetry/api'
import { describe, expectTypeOf, test } from 'vitest'
import {
  type Carrier,
  flushTraces,
  getCurrentActiveSpan,
  getLastActiveTraceId,
  type InitOptions,
  init,
  injectHeaders,
  type Report,
  type Span,
  SpanType,
  type Status,
  startSpan,
  trace,
  tracingContext,
  withActiveSpan,
  withAgent,
  withRemoteContext,
  withSpan,
  withTool,
} from '../../src/index.ts'

// A result type that widens to `unknown` or `Promise<unknown>` would make every call site need a cast.
describe('what goes in comes out', () => {
  test('values', () => {
    expectTypeOf(withSpan(() => 1)).toEqualTypeOf<number>()
    expectTypeOf(withSpan(() => 'a' as const)).toEqualTypeOf<'a'>()
    expectTypeOf(withSpan(() => {})).toEqualTypeOf<void>()
    expectTypeOf(withAgent({ agent: 'a' }, () => ({ n: 1 }))).toEqualTypeOf<{ n: number }>()
    expectTypeOf(withTool({ tool: 't' }, () => [1])).toEqualTypeOf<number[]>()
    expectTypeOf(tracingContext({}, () => 1n)).toEqualTypeOf<bigint>()
    expectTypeOf(withRemoteContext({}, () => true)).toEqualTypeOf<boolean>()
    expectTypeOf(withActiveSpan(startSpan({ name: 's' }), () => 1)).toEqualTypeOf<number>()
  })

  test('promises, and no promises of promises', () => {
    expectTypeOf(withSpan(async () => 1)).toEqualTypeOf<Promise<number>>()
    expectTypeOf(withAgent({ agent: 'a' }, async () => 'x')).toEqualTypeOf<Promise<string>>()
    expectTypeOf(withTool({ tool: 't' }, () => Promise.resolve([1]))).toEqualTypeOf<Promise<number[]>>()
    expectTypeOf(withSpan(() => fetch('x'))).toEqualTypeOf<Promise<Response>>()
  })

  test('generators and streams', () => {
    expectTypeOf(
      withSpan(async function* () {
        yield 1
        return 'end'
      }),
    ).toEqualTypeOf<AsyncGenerator<number, string, unknown>>()
    expectTypeOf(withTool({ tool: 't' }, () => new ReadableStream<string>())).toEqualTypeOf<
      ReadableStream<string>
    >()
  })

  test('unions of both', () => {
    const either = (flag: boolean) => withSpan(() => (flag ? Math.random() : Promise.resolve('a')))
    expectTypeOf(either).returns.toEqualTypeOf<number | Promise<string>>()
  })
})

test('callbacks get the span, whose setters chain', () => {
  withSpan((span) => {
    expectTypeOf(span).toEqualTypeOf<Span>()
    expectTypeOf(span.setInputs(1).setModel('m')).toEqualTypeOf<Span>()
    expectTypeOf(span).toExtend<OtelSpan>()
  })
  withAgent({ agent: 'a' }, (agent) => expectTypeOf(agent).toEqualTypeOf<Span>())
  withTool({ tool: 't' }, (tool) => expectTypeOf(tool).toEqualTypeOf<Span>())
  expectTypeOf(startSpan({ name: 's' })).toEqualTypeOf<Span>()
  expectTypeOf(startSpan({ name: 's' })).toExtend<Disposable>()
  expectTypeOf(getCurrentActiveSpan()).toEqualTypeOf<Span | undefined>()
  expectTypeOf(getLastActiveTraceId()).toEqualTypeOf<string | undefined>()
})

describe('trace keeps the type of the function', () => {
  test('parameters, result and this', () => {
    function act(this: { base: number }, a: string, b?: number): Promise<boolean> {
      return Promise.resolve(a.length + (b ?? 0) > this.base)
    }
    expectTypeOf(trace(act)).toEqualTypeOf<typeof act>()
    expectTypeOf(trace({ name: 'n' }, act)).toEqualTypeOf<typeof act>()
    expectTypeOf(trace(act, { spanType: 'TOOL' })).toEqualTypeOf<typeof act>()
  })

  test('generics', () => {
    const first = trace(<T>(items: readonly T[]): T | undefined => items[0])
    expectTypeOf(first([1, 2])).toEqualTypeOf<number | undefined>()
    expectTypeOf(first(['a'])).toEqualTypeOf<string | undefined>()
  })

  test('overloads', () => {
    function parse(value: string): string
    function parse(value: number): number
    function parse(value: string | number): string | number {
      return value
    }
    const traced = trace(parse)
    expectTypeOf(traced('a')).toEqualTypeOf<string>()
    expectTypeOf(traced(1)).toEqualTypeOf<number>()
    // @ts-expect-error neither overload takes a boolean
    traced(true)
  })

  // A signature as constraint would type `limit` as any: the function would lose its own types.
  test('inline functions with default parameters', () => {
    const search = trace(async (query: string, limit = 10) => ({ query, limit }))
    expectTypeOf(search).parameters.toEqualTypeOf<[query: string, limit?: number | undefined]>()
    expectTypeOf(search).returns.toEqualTypeOf<Promise<{ query: string; limit: number }>>()
    // @ts-expect-error the limit is a number
    search('q', 'many')
    const other = trace({ name: 'n' }, (limit = 10) => limit)
    expectTypeOf(other).parameters.toEqualTypeOf<[limit?: number | undefined]>()
  })

  test('generators, and properties of the function', () => {
    const stream = trace(async function* (n: number) {
      yield n
    })
    expectTypeOf(stream).returns.toEqualTypeOf<AsyncGenerator<number, void, unknown>>()
    const tool = trace(Object.assign((a: number) => a, { schema: 's' as const }))
    expectTypeOf(tool.schema).toEqualTypeOf<'s'>()
    expectTypeOf(tool(1)).toEqualTypeOf<number>()
  })

  test('only functions', () => {
    // @ts-expect-error nothing to trace
    trace(5, {})
    // @ts-expect-error an unknown option
    trace(() => 1, { nmae: 'n' })
  })
})

test('decorates methods of any signature', () => {
  class Agent {
    readonly base: number = 1

    @trace()
    async answer(question: string, _limit = 3): Promise<string> {
      return question.repeat(this.base)
    }

    @trace
    bare(): number {
      return this.base
    }

    @trace({ name: 'n', spanType: SpanType.TOOL, outputReducer: (items: number[]) => items.length })
    async *stream<T>(item: T): AsyncGenerator<T> {
      yield item
    }

    @trace()
    static make(name: string): Agent {
      return name === '' ? new Agent() : new Agent()
    }

    @trace()
    typed(this: Agent, first: number, ...rest: string[]): [number, string[]] {
      return [first + this.base, rest]
    }

    overloaded(value: string): string
    overloaded(value: number): number
    @trace()
    overloaded(value: string | number): string | number {
      return value
    }

    // @ts-expect-error a field is no method
    @trace()
    field: number = 1
  }
  const agent = new Agent()
  expectTypeOf(agent.answer).parameters.toEqualTypeOf<[question: string, _limit?: number | undefined]>()
  expectTypeOf(agent.answer('q')).toEqualTypeOf<Promise<string>>()
  expectTypeOf(agent.stream(1)).toEqualTypeOf<AsyncGenerator<number>>()
  expectTypeOf(Agent.make('x')).toEqualTypeOf<Agent>()
  expectTypeOf(agent.typed(1, 'a')).toEqualTypeOf<[number, string[]]>()
  expectTypeOf(agent.overloaded(1)).toEqualTypeOf<number>()
})

test('SpanType is any string, and knows its names', () => {
  expectTypeOf<'AGENT'>().toExtend<SpanType>()
  expectTypeOf<string>().toExtend<SpanType>()
  expectTypeOf(SpanType.AGENT).toEqualTypeOf<'AGENT'>()
  // As plain `string` it would complete nothing in an editor.
  expectTypeOf<SpanType>().not.toEqualTypeOf<string>()
  withSpan(() => 1, { spanType: 'MY_OWN' })
  // @ts-expect-error a type is text
  withSpan(() => 1, { spanType: 5 })
})

test('names are needed where they are', () => {
  // @ts-expect-error an agent has a name
  withAgent({}, () => 1)
  // @ts-expect-error a tool has a name
  withTool({ arguments: 1 }, () => 1)
  // @ts-expect-error a span that is started has a name
  startSpan({})
  startSpan({ name: 's', parent: null })
  // @ts-expect-error the state of a trace is OK or ERROR
  withSpan((span) => span.setStatus('DONE'))
  // @ts-expect-error input and output tokens belong together
  withSpan((span) => span.setTokenUsage({ inputTokens: 1 }))
})

test('carriers come back as they are', () => {
  expectTypeOf(injectHeaders(new Headers())).toEqualTypeOf<Headers>()
  expectTypeOf(injectHeaders({ accept: 'x' })).toEqualTypeOf<{ accept: string }>()
  expectTypeOf<import('node:http').IncomingHttpHeaders>().toExtend<Carrier>()
  expectTypeOf<Map<string, string>>().toExtend<Carrier>()
})

test('init and what reports', () => {
  expectTypeOf(init()).toEqualTypeOf<Status>()
  expectTypeOf(init).parameter(0).toEqualTypeOf<InitOptions | undefined>()
  init({
    captureContent: true,
    serviceName: 'support',
    trackingUri: process.env.URI,
    limits: { maxDepth: 3 },
  })
  // @ts-expect-error a misspelt option
  init({ captureContents: true })
  // @ts-expect-error the protocol is one of two
  init({ protocol: 'http/json' })
  expectTypeOf(flushTraces()).toEqualTypeOf<Promise<Report>>()
  expectTypeOf<Report['dropped']>().toEqualTypeOf<Readonly<Record<string, number>>>()
})
