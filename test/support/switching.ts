import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Uninstrument } from '../../src/integrations/base/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'
import { fixtureModules } from './integrations.ts'
import { type Provider, startProvider } from './provider/server.ts'

// What a client's objects take and give is their business.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Anything = any

/** A client of models whose integration is switched on and off, and handed over in every way. */
export interface SwitchedClient {
  /** The fixture project, and the package in it. */
  readonly fixture: string
  readonly package: string
  readonly instrument: (copy?: unknown) => Uninstrument
  /** What can be handed over, by what it is called. */
  readonly copies: Readonly<Record<string, (sdk: Anything, client: () => Anything) => unknown>>
  readonly clientOf: (sdk: Anything, address: string) => Anything
  /** Asks for a chat with `Hi!`, by a request with these members more. */
  readonly chat: (client: Anything, more?: object) => Promise<unknown>
  readonly stream: (client: Anything) => Promise<AsyncIterable<unknown>>
  /** The name of the span of either. */
  readonly call: string
  /** Methods of a client that are replaced. */
  readonly methods: (client: Anything) => unknown[]
  /** Something that looks a little like the client, and is none. */
  readonly stranger: object
}

const TOOLS = [
  {
    type: 'function',
    function: { name: 'get_weather', description: 'Looks', parameters: { type: 'object' } },
  },
]

/** The tests that every integration of a client passes. */
export function testSwitching(client: SwitchedClient): void {
  let provider: Provider
  let sdk: Anything
  beforeAll(async () => {
    provider = await startProvider()
    sdk = createRequire(join(await fixtureModules(client.fixture), 'program.cjs'))(client.package)
  }, 120_000)
  afterAll(() => provider.stop())

  let traces: CapturedTraces
  let undo: Uninstrument | undefined
  beforeEach(() => {
    traces = captureTraces({ instrumentations: false })
  })
  afterEach(() => {
    undo?.()
    undo = undefined
    traces.stop()
  })

  let runs = 0
  const make = (script = 'hello'): Anything =>
    client.clientOf(sdk, provider.address(script, `switching${runs++}`))
  const names = (): string[] => traces.spans.map(({ name }) => name)

  test.each(Object.entries(client.copies))('%s can be handed over, once or twice', async (_what, copy) => {
    undo = client.instrument(copy(sdk, make))
    const again = client.instrument(sdk)
    await client.chat(make())
    expect(names()).toEqual([client.call])
    again()
    await client.chat(make())
    expect(names()).toEqual([client.call, client.call])
  })

  test('what is nothing of the package changes nothing, and is said', () => {
    undo = client.instrument(client.stranger)
    expect(traces.diagnostics.map(({ code }) => code)).toEqual(['TS_INSTRUMENT_UNKNOWN'])
  })

  test('every method is put back, and can be replaced again', async () => {
    const one = make()
    const before = client.methods(one)
    const off = client.instrument(sdk)
    for (const [index, method] of client.methods(one).entries()) expect(method).not.toBe(before[index])
    off()
    expect(client.methods(one)).toEqual(before)
    await client.chat(one)
    expect(names()).toEqual([])
    undo = client.instrument(sdk)
    await client.chat(one)
    expect(names()).toEqual([client.call])
  })

  test('a stream that is under way when it is switched off ends its span', async () => {
    const off = client.instrument(sdk)
    const stream = await client.stream(make())
    off()
    for await (const _part of stream);
    expect(traces.get(client.call).tokens).toMatchObject({ inputTokens: 20, outputTokens: 10 })
  })

  test('without content there are tokens and model, and no word of what was said', async () => {
    traces.stop()
    traces = captureTraces({ captureContent: false, instrumentations: false })
    undo = client.instrument(sdk)
    for await (const _part of await client.stream(make('reasoning')));
    await client.chat(make('tool'), { tools: TOOLS })
    expect(traces.spans.map(({ tokens }) => tokens?.outputTokens)).toEqual([25, 10])
    const told = JSON.stringify(traces.spans, (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    for (const word of ['Hi!', 'Paris', 'greets', 'get_weather', 'Hello']) expect(told).not.toContain(word)
  })
}
