import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { edges, identities, installApp, type Outcome, runApp, type SdkLine, sdkLines } from './app.ts'

let receiver: OtlpHttpCollector
beforeEach(async () => {
  receiver = await startOtlpHttp()
  return () => receiver.stop()
})

const TURN = [
  'agent:planner',
  'chat < agent:planner',
  'tool:search < agent:planner',
  'tool:weather < agent:planner',
]

describe.each(sdkLines)('an application on %s', (line) => {
  let app: BuiltApp
  beforeAll(async () => {
    app = await installApp(line)
  }, 600_000)
  afterAll(() => app?.remove())

  it.each(['before', 'after'])(
    'says once what to do about a provider of no SDK, registered %s init',
    async (order) => {
      const { diagnostics, report, stderr, status } = await runApp<Outcome & { started: string[] }>(
        app,
        line,
        receiver.url,
        { program: 'unknown.mjs', args: [order] },
      )
      expect(status?.enabled).toBe(true)
      expect(diagnostics.map(({ code }) => code)).toEqual(['TS_PROVIDER_UNKNOWN'])
      expect(diagnostics[0]?.message).toContain('turnspan/otel')
      expect(stderr.split('\n').filter((text) => text !== '')).toEqual([
        expect.stringMatching(/^turnspan warn: .*\[TS_PROVIDER_UNKNOWN\]$/),
      ])
      expect(edges(receiver.spans())).toEqual([...TURN, ...TURN].sort())
      expect(report).toMatchObject({ sent: 8, queued: 0, dropped: {} })
    },
  )

  it.each([
    ['the variable', {}, { MLFLOW_USE_DEFAULT_TRACER_PROVIDER: 'true' }],
    ['the option', { init: { provider: 'private' } }, {}],
  ])('is left alone with a private provider, by %s', async (_, settings, env) => {
    const { own, report, registered } = await runApp(app, line, receiver.url, {
      args: ['before', 'nested'],
      settings,
      env,
    })
    expect(registered).toBe(true)
    expect(edges(own)).toEqual(['GET /chat', 'cache < GET /chat', 'lookup < GET /chat'])
    expect(edges(receiver.spans())).toEqual(TURN)
    expect(report).toMatchObject({ sent: TURN.length, queued: 0 })
  })

  it('finds the globals untouched with a private provider', async () => {
    const left = await runApp<Record<string, unknown>>(app, line, receiver.url, {
      program: 'globals.mjs',
      env: { MLFLOW_USE_DEFAULT_TRACER_PROVIDER: 'true' },
    })
    expect(left).toMatchObject({ slot: null, sameDelegate: true, sameProvider: true, active: true })
    expect(edges(receiver.spans())).toEqual(TURN)
  })

  it('finds its slots for a provider, a context manager and a propagator free while it has none', async () => {
    const left = await runApp<object>(app, line, receiver.url, { program: 'globals.mjs' })
    expect(left).toMatchObject({ slot: null, sameProvider: true, active: true })
  })

  it.each(['all', 'agent'])('sees its own spans as they are without us, keep: %s', async (keep) => {
    type Seen = Outcome & { seen: object[]; later: object[] }
    const run = (settings: object): Promise<Seen> =>
      runApp<Seen>(app, line, receiver.url, { program: 'observed.mjs', settings })
    const [without, beside] = [await run({ off: true }), await run({ init: { keep } })]
    expect(without.seen).toHaveLength(4)
    expect(beside.seen).toEqual(without.seen)
    expect(beside.later).toEqual(without.later)
    expect(receiver.spans()).toHaveLength(keep === 'all' ? 2 : 1)
    expect(
      JSON.stringify(receiver.spans(), (_, value) => (typeof value === 'bigint' ? 0 : value)),
    ).not.toContain('secret')
  })

  it("keeps the spans of agents and models with keep: 'agent', below one root", async () => {
    const { own, report } = await runApp(app, line, receiver.url, {
      args: ['before', 'several'],
      settings: { init: { keep: 'agent' } },
    })
    expect(own).toHaveLength(11)
    expect(edges(receiver.spans())).toEqual([
      'GET /chat',
      'agent:planner < GET /chat',
      'chat < agent:planner',
      'tool:search < agent:planner',
      'tool:weather < agent:planner',
      'vendor chat < GET /chat',
    ])
    const root = receiver.spans().find(({ name }) => name === 'GET /chat')
    expect(root?.attributes['mlflow.spanType']).toBe('CHAIN')
    expect(report).toMatchObject({ sent: 6, filtered: 5, queued: 0 })
  })

  it("leaves out a trace without agents with keep: 'agent'", async () => {
    const { report, own } = await runApp(app, line, receiver.url, {
      args: ['before', 'raw'],
      settings: { init: { keep: 'agent' } },
    })
    expect(own).toHaveLength(2)
    expect(receiver.spans()).toEqual([])
    expect(report).toMatchObject({ sent: 0, filtered: 2, queued: 0 })
  })
})

describe.each([
  ['otel-2', 'otel-3'],
  ['otel-3', 'otel-2'],
] as const satisfies readonly (readonly [SdkLine, SdkLine])[])(
  'an application on %s beside the API of %s for turnspan',
  (line, second) => {
    let app: BuiltApp
    beforeAll(async () => {
      app = await installApp(line, second)
    }, 600_000)
    afterAll(() => app?.remove())

    const OWN = ['GET /chat', 'cache < GET /chat', 'lookup < GET /chat']

    it('is told of the two copies and keeps its own telemetry', async () => {
      const { registered, own, status, diagnostics, report } = await runApp(app, line, receiver.url, {
        args: ['after', 'nested'],
      })
      expect(registered).toBe(true)
      expect(edges(own)).toEqual(OWN)
      expect(diagnostics.map(({ code }) => code)).toEqual(['TS_API_COPIES'])
      expect(diagnostics[0]?.message).toContain(line === 'otel-2' ? '1.9.1' : '1.10.0')
      expect(status).toMatchObject({ enabled: true, reason: diagnostics[0]?.message.replace(/\.$/, '') })
      expect(edges(receiver.spans())).toEqual(TURN)
      expect(report).toMatchObject({ sent: TURN.length, queued: 0 })
    })

    it('is joined where it registered first, for then the copies meet in what is registered', async () => {
      const { registered, own, diagnostics } = await runApp(app, line, receiver.url, {
        args: ['before', 'nested'],
      })
      expect(registered).toBe(true)
      expect(identities(receiver.spans())).toEqual(identities(own))
      expect(own).toHaveLength(7)
      expect(diagnostics).toEqual([])
    })
  },
)
