import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BuiltApp } from '../support/built.ts'
import { type OtlpHttpCollector, startOtlpHttp } from '../support/collector.ts'
import { edges, identities, installApp, type Order, one, runApp, type SeenSpan, sdkLines } from './app.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const RESPONSE_ID = `resp_${TRACE_ID}`

const TURN = [
  'agent:planner < GET /chat',
  'cache < tool:weather',
  'chat < agent:planner',
  'lookup < agent:planner',
  'tool:search < lookup',
  'tool:weather < agent:planner',
]
const NESTED = ['GET /chat', ...TURN].sort()
const ALONE = ['agent:planner', ...TURN.slice(1)].sort()

describe.each(sdkLines)('an application on %s', (line) => {
  let app: BuiltApp
  let receiver: OtlpHttpCollector

  beforeAll(async () => {
    app = await installApp(line)
  }, 600_000)
  afterAll(() => app?.remove())
  beforeEach(async () => {
    receiver = await startOtlpHttp()
    return () => receiver.stop()
  })

  const run = (
    order: Order,
    scenario: string,
    settings: NonNullable<Parameters<typeof runApp>[3]['settings']> = {},
    env: Record<string, string> = {},
  ) =>
    runApp(app, line, receiver.url, {
      args: [order, scenario],
      settings,
      env: { RESPONSE_ID, ...env },
    })

  describe.each(['before', 'after'] as const)('with its provider registered %s init', (order) => {
    it('sees one tree, and so does our backend', async () => {
      const { registered, own, report, diagnostics, stderr } = await run(order, 'nested')
      expect(registered).toBe(true)
      expect(edges(own)).toEqual(NESTED)
      const arrived = receiver.spans()
      expect(identities(arrived)).toEqual(identities(own))
      expect(new Set(arrived.map(({ traceId }) => traceId)).size).toBe(1)
      expect(report).toMatchObject({ sent: NESTED.length, queued: 0, dropped: {} })
      expect(diagnostics).toEqual([])
      expect(stderr).toBe('')
    })

    it('sends one trace in one request', async () => {
      await run(order, 'nested')
      const posts = receiver.requests.filter(({ method }) => method === 'POST')
      expect(posts.map(({ path }) => path)).toEqual(['/v1/traces'])
    })

    it('gives a response ID its trace in both backends', async () => {
      const { own } = await run(order, 'response')
      expect(edges(own)).toEqual(ALONE)
      for (const spans of [own, receiver.spans()]) {
        expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]))
      }
      expect(one(own, 'agent:planner').parent).toBeNull()
      expect(identities(receiver.spans())).toEqual(identities(own))
    })

    it('starts the turn of a response ID beside a request, linked both ways', async () => {
      const { own } = await run(order, 'apart')
      expect(edges(own)).toEqual(['GET /chat', ...ALONE].sort())
      expect(identities(receiver.spans())).toEqual(identities(own))
      for (const spans of [own, receiver.spans()]) {
        const [agent, request] = [one<SeenSpan>(spans, 'agent:planner'), one<SeenSpan>(spans, 'GET /chat')]
        expect(agent.traceId).toBe(TRACE_ID)
        expect(request.traceId).not.toBe(TRACE_ID)
        expect(agent.links.map(({ traceId, spanId }) => ({ traceId, spanId }))).toEqual([
          { traceId: request.traceId, spanId: request.spanId },
        ])
        expect(request.links.map(({ traceId, spanId }) => ({ traceId, spanId }))).toEqual([
          { traceId: TRACE_ID, spanId: agent.spanId },
        ])
      }
    })

    it('nests the turn of a response ID where it is told to', async () => {
      const { own } = await run(order, 'nest')
      expect(edges(own)).toEqual(NESTED)
      expect(identities(receiver.spans())).toEqual(identities(own))
      const agent = one(receiver.spans(), 'agent:planner')
      expect(agent.traceId).not.toBe(TRACE_ID)
      expect(agent.attributes['gen_ai.response.id']).toBe(RESPONSE_ID)
      expect(agent.links).toEqual([])
    })

    it('sends the whole turn where the application samples nothing', async () => {
      const { own } = await run(order, 'nested', { sdk: { sampling: false } })
      expect(own).toEqual([])
      expect(edges(receiver.spans())).toEqual([
        'agent:planner',
        'chat < agent:planner',
        'tool:search < agent:planner',
        'tool:weather < agent:planner',
      ])
    })

    it('gives a response ID its trace where the application samples nothing', async () => {
      await run(order, 'apart', { sdk: { sampling: false } })
      expect(new Set(receiver.spans().map(({ traceId }) => traceId))).toEqual(new Set([TRACE_ID]))
      expect(one(receiver.spans(), 'agent:planner').parentSpanId).toBeUndefined()
    })

    it('keeps a turn in the trace of a request that was answered before it began', async () => {
      const { own } = await run(order, 'late')
      expect(edges(own)).toEqual(NESTED)
      expect(identities(receiver.spans())).toEqual(identities(own))
    })

    it.each(['require', 'both'])('sees one tree where turnspan is loaded by: %s', async (LOAD) => {
      const { registered, own, report } = await run(order, 'nested', {}, { LOAD })
      expect(registered).toBe(true)
      expect(edges(own)).toEqual(NESTED)
      expect(identities(receiver.spans())).toEqual(identities(own))
      expect(report).toMatchObject({ sent: NESTED.length, queued: 0, dropped: {} })
    })

    it('cuts its resource down to what names the service', async () => {
      const resource = {
        'service.name': 'theirs',
        'service.version': '1.2.3',
        'deployment.environment.name': 'test',
        'host.name': 'h',
        'process.pid': 7,
        'telemetry.sdk.name': 'opentelemetry',
      }
      const { own } = await run(order, 'nested', { sdk: { resource } })
      for (const span of own) expect(span.resource).toMatchObject(resource)
      for (const span of receiver.spans()) {
        expect(span.resource).toEqual({
          'service.name': 'theirs',
          'service.version': '1.2.3',
          'deployment.environment.name': 'test',
          'telemetry.sdk.name': 'turnspan',
          'telemetry.sdk.language': 'nodejs',
          'telemetry.sdk.version': expect.any(String),
        })
      }
    })
  })

  it('gives early tracers to us until it registers a provider, and to both from then on', async () => {
    const { own, registered } = await run('after', 'nested', { early: true })
    expect(registered).toBe(true)
    expect(own.map(({ name }) => name)).toContain('early after')
    expect(own.map(({ name }) => name)).not.toContain('early before')
    const names = receiver.spans().map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['early before', 'early after']))
    expect(names).toHaveLength(NESTED.length + 2)
  })

  it('sends raw spans to us while it has no provider', async () => {
    const { own } = await run('none', 'nested', { early: true })
    expect(own).toEqual([])
    expect(edges(receiver.spans())).toEqual(['early after', ...NESTED].sort())
  })

  it('gives a response ID its trace while it has no provider', async () => {
    await run('none', 'apart')
    const spans = receiver.spans()
    const [agent, request] = [one<SeenSpan>(spans, 'agent:planner'), one<SeenSpan>(spans, 'GET /chat')]
    expect(agent).toMatchObject({ traceId: TRACE_ID, parentSpanId: undefined })
    expect(agent.links).toMatchObject([{ traceId: request.traceId, spanId: request.spanId }])
    expect(request.links).toMatchObject([{ traceId: TRACE_ID, spanId: agent.spanId }])
  })
})
