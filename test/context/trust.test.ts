import { context, propagation, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SpanExporterLike } from '../../src/config/exporter.ts'
import {
  flushTraces,
  type InitOptions,
  init,
  injectHeaders,
  SpanType,
  shutdown,
  startSpan,
  updateCurrentTrace,
  withActiveSpan,
  withAgent,
  withRemoteContext,
  withSpan,
} from '../../src/index.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const HEADERS = { traceparent: `00-${TRACE}-${PARENT}-01` }

interface Seen {
  readonly name: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly spanContext: () => { readonly traceId: string }
}

let seen: Seen[]
beforeEach(() => {
  seen = []
})
afterEach(async () => {
  await shutdown()
  trace.disable()
  context.disable()
  propagation.disable()
})

/** Starts tracing into memory. */
function begin(options: InitOptions = {}): void {
  const exporter: SpanExporterLike = {
    export(spans, done) {
      seen.push(...(spans as unknown as Seen[]))
      done({ code: 0 })
    },
    shutdown: async () => {},
  }
  init({ exporters: [exporter], instrumentations: false, ...options })
}

/** Who a span says that it works for. */
const who = (name: string): unknown[] => {
  const attributes = seen.find((span) => span.name === name)?.attributes
  return [attributes?.['user.id'], attributes?.['session.id']]
}

type Around = <T>(work: () => T) => T

/** The ways in which a request comes in. */
const DOORS: [string, Around][] = [
  ['withRemoteContext', (work) => withRemoteContext(HEADERS, work)],
  ["OpenTelemetry's API", (work) => context.with(propagation.extract(context.active(), HEADERS), work)],
  [
    "a server's span of another library",
    (work) =>
      context.with(propagation.extract(context.active(), HEADERS), () =>
        trace.getTracer('http').startActiveSpan('POST /chat', (span) => {
          try {
            return work()
          } finally {
            span.end()
          }
        }),
      ),
  ],
]

/** A turn of an agent, whose model call uses as many tokens as its tenant's name has letters. */
const turnOf = (tenant: string): void =>
  withAgent({ agent: tenant }, () => {
    updateCurrentTrace({ user: tenant, sessionId: `session of ${tenant}`, tags: { [tenant]: 'yes' } })
    withSpan((span) => span.setTokenUsage({ inputTokens: tenant.length, outputTokens: 0 }), {
      name: `call of ${tenant}`,
      spanType: SpanType.LLM,
    })
  })

describe.each(DOORS)('two requests with the same traceparent, by %s', (_, door) => {
  const PROVIDERS: [string, () => void][] = [
    ['without a provider', () => {}],
    [
      "with the application's provider",
      () =>
        new NodeTracerProvider({
          spanProcessors: [new SimpleSpanProcessor(new InMemorySpanExporter())],
        }).register(),
    ],
  ]

  test.each(PROVIDERS)('share the trace, and nothing that is said in it: %s', async (_, register) => {
    register()
    begin()
    door(() => turnOf('ann'))
    door(() => turnOf('berta'))
    // The third says nothing, while the first two are still known.
    door(() => withAgent({ agent: 'nobody' }, () => withSpan(() => 1, { name: 'call of nobody' })))
    await flushTraces()
    expect(new Set(seen.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE]))
    expect(who('call of ann')).toEqual(['ann', 'session of ann'])
    expect(who('agent:berta')).toEqual(['berta', 'session of berta'])
    expect(who('agent:nobody')).toEqual([undefined, undefined])
    expect(who('call of nobody')).toEqual([undefined, undefined])
    const berta = seen.find((span) => span.name === 'agent:berta')?.attributes ?? {}
    expect(Object.keys(berta).filter((key) => key.endsWith('ann'))).toEqual([])
    expect(JSON.stringify(berta)).not.toContain('ann')
    expect(JSON.stringify(berta)).toContain('berta')
  })

  test.each(PROVIDERS)('at the same time: %s', async (_, register) => {
    register()
    begin()
    await Promise.all(
      ['ann', 'berta', 'nobody'].map((tenant) =>
        door(() =>
          withAgent({ agent: tenant }, async () => {
            if (tenant !== 'nobody') updateCurrentTrace({ user: tenant })
            await new Promise((resolve) => setImmediate(resolve))
            await withSpan(async () => 1, { name: `call of ${tenant}` })
          }),
        ),
      ),
    )
    await flushTraces()
    expect(['ann', 'berta', 'nobody'].map((tenant) => who(`call of ${tenant}`)[0])).toEqual([
      'ann',
      'berta',
      undefined,
    ])
  })
})

test('what is said before the first span of a request is said of that request', async () => {
  begin()
  withRemoteContext(HEADERS, () => {
    updateCurrentTrace({ user: 'ann' })
    withSpan(() => 1, { name: 'first' })
    withSpan(() => 1, { name: 'second' })
  })
  withRemoteContext(HEADERS, () => withSpan(() => 1, { name: 'other' }))
  await flushTraces()
  expect([who('first')[0], who('second')[0], who('other')[0]]).toEqual(['ann', 'ann', undefined])
})

test('a stranger who names a span that is open here gets nothing of its trace, nor adds tokens to it', async () => {
  begin()
  const turn = startSpan({ name: 'ann', spanType: SpanType.AGENT })
  const named = withActiveSpan(turn, () => {
    updateCurrentTrace({ user: 'ann' })
    return injectHeaders<Record<string, string>>({})
  })
  withRemoteContext(named, () =>
    withSpan((span) => span.setTokenUsage({ inputTokens: 7, outputTokens: 1 }), { name: 'stranger' }),
  )
  turn.end()
  await flushTraces()
  expect([who('ann')[0], who('stranger')[0]]).toEqual(['ann', undefined])
  const { attributes } = seen.find((span) => span.name === 'ann') ?? { attributes: {} }
  expect(Object.keys(attributes).join()).not.toMatch(/usage/i)
})

describe('who may switch the tracing of a request off', () => {
  const asked = { traceparent: `00-${TRACE}-${PARENT}-00`, baggage: 'user.id=boss,session.id=s-1' }
  const FORMS = ['turnspan=root', 'turnspan=root;s:0', 'vendor=1,turnspan=root;s:0']

  const run = async (options: InitOptions, door: Around): Promise<string[]> => {
    begin(options)
    door(() => withSpan(() => 1, { name: 'asked' }))
    await flushTraces()
    return seen.map(({ name }) => name)
  }

  test.each(FORMS)('not a stranger: %s', async (tracestate) => {
    const door: Around = (work) => withRemoteContext({ ...asked, tracestate }, work)
    expect(await run({}, door)).toEqual(['asked'])
    expect(who('asked')).toEqual([undefined, undefined])
  })

  test.each(FORMS)('whom the configuration trusts: %s', async (tracestate) => {
    const door: Around = (work) => withRemoteContext({ ...asked, tracestate }, work)
    expect(await run({ trustIncoming: true }, door)).toEqual([])
  })

  test.each(FORMS)("neither by OpenTelemetry's API: %s", async (tracestate) => {
    const door: Around = (work) =>
      context.with(propagation.extract(context.active(), { ...asked, tracestate }), work)
    expect(await run({}, door)).toEqual(['asked'])
    await shutdown()
    seen = []
    expect(await run({ trustIncoming: true }, door)).toEqual([])
  })

  test('the call of withRemoteContext has the last word', async () => {
    const headers = { ...asked, tracestate: 'turnspan=root;s:0' }
    expect(await run({}, (work) => withRemoteContext(headers, work, { trusted: true }))).toEqual([])
    await shutdown()
    expect(
      await run({ trustIncoming: true }, (work) => withRemoteContext(headers, work, { trusted: false })),
    ).toEqual(['asked'])
    expect(who('asked')).toEqual([undefined, undefined])
  })

  test('session and user are those of the baggage where the caller is trusted', async () => {
    await run({ trustIncoming: true }, (work) => withRemoteContext({ ...asked, ...HEADERS }, work))
    expect(who('asked')).toEqual(['boss', 's-1'])
  })
})

test('nothing stays open behind requests', async () => {
  begin()
  for (const [, door] of DOORS) door(() => startSpan({ name: 'short' }).end())
  withRemoteContext(HEADERS, () => updateCurrentTrace({ user: 'u' }))
  const { currentPipeline } = await import('../../src/tracer/current.ts')
  expect(currentPipeline()?.traces.openCount).toBe(0)
})
