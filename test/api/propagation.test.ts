import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { context, trace as otel, propagation } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { injectHeaders, tracingContext, withAgent, withRemoteContext, withSpan } from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'

let traces: CapturedTraces
beforeEach(() => {
  traces = captureTraces()
})
afterEach(() => traces.stop())

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const HEADER = `00-${TRACE}-${PARENT}-01`

describe('injectHeaders', () => {
  const CARRIERS: [string, () => Headers | Map<string, string> | Record<string, string>][] = [
    ['Headers', () => new Headers({ accept: 'x' })],
    ['a plain object', () => ({ accept: 'x' })],
    ['a Map', () => new Map([['accept', 'x']])],
  ]
  const readAll = (carrier: Headers | Map<string, string> | Record<string, string>) =>
    Object.fromEntries(
      carrier instanceof Headers || carrier instanceof Map ? carrier.entries() : Object.entries(carrier),
    )

  test.each(CARRIERS)('writes the active span to %s, and gives it back', (_, make) => {
    withSpan((span) => {
      const carrier = make()
      expect(injectHeaders(carrier)).toBe(carrier)
      const all = readAll(carrier)
      expect(all.traceparent).toBe(`00-${span.traceId}-${span.spanId}-01`)
      expect(all.tracestate).toMatch(/turnspan=/)
      expect(all.accept).toBe('x')
      expect(all).not.toHaveProperty('baggage')
    })
  })

  test('writes nothing outside of a trace', () => {
    expect(injectHeaders({})).toEqual({})
  })

  test('says that the trace is not sampled', () => {
    withSpan(() => expect(injectHeaders<Record<string, string>>({}).traceparent).toMatch(/-00$/), {
      sampleRatio: 0,
    })
  })

  test('sends session and user on request only, escaped', () => {
    withAgent({ agent: 'a', sessionId: 's 1,;=', user: 'ü' }, () => {
      expect(injectHeaders({})).not.toHaveProperty('baggage')
      const { baggage } = injectHeaders<Record<string, string>>({}, { baggage: true })
      expect(baggage).toBe('session.id=s%201%2C%3B%3D,user.id=%C3%BC')
    })
  })

  test('writes no empty baggage', () => {
    withSpan(() => expect(injectHeaders({}, { baggage: true })).not.toHaveProperty('baggage'))
  })

  test('keeps the baggage of the application', () => {
    const baggage = propagation.createBaggage({ region: { value: 'eu' } })
    context.with(propagation.setBaggage(context.active(), baggage), () =>
      tracingContext({ user: 'u' }, () =>
        withSpan(() => {
          const { baggage: sent } = injectHeaders<Record<string, string>>({}, { baggage: true })
          expect(sent?.split(',').sort()).toEqual(['region=eu', 'user.id=u'])
        }),
      ),
    )
  })

  test('leaves a frozen carrier as it is, and says so', () => {
    withSpan(() => expect(injectHeaders(Object.freeze({}))).toEqual({}))
    expect(traces.diagnostics.map((one) => one.code)).toEqual(['TS_CARRIER'])
  })
})

describe('withRemoteContext', () => {
  test.each([
    ['Headers', new Headers({ traceparent: HEADER })],
    ['a plain object', { traceparent: HEADER }],
    ['a plain object in another case', { TraceParent: HEADER }],
    ['a Map', new Map([['traceparent', HEADER]])],
    ['a Map in another case', new Map([['Traceparent', HEADER]])],
    ['a list of one value', { traceparent: [HEADER] }],
    ['blanks around it', { traceparent: ` ${HEADER} ` }],
    ['a later version with more parts', { traceparent: `01-${TRACE}-${PARENT}-01-more` }],
  ])('continues the trace of %s', (_, carrier) => {
    expect(withRemoteContext(carrier, () => withSpan(() => 'result', { name: 's' }))).toBe('result')
    expect(traces.get('s')).toMatchObject({ traceId: TRACE, parentSpanId: PARENT })
    expect(traces.last?.root.name).toBe('s')
  })

  test.each([
    ['nothing', {}],
    ['text', { traceparent: 'nonsense' }],
    ['the forbidden version', { traceparent: `ff-${TRACE}-${PARENT}-01` }],
    ['an all-zero trace ID', { traceparent: `00-${'0'.repeat(32)}-${PARENT}-01` }],
    ['an all-zero span ID', { traceparent: `00-${TRACE}-${'0'.repeat(16)}-01` }],
    ['too few digits', { traceparent: `00-${TRACE.slice(1)}-${PARENT}-01` }],
    ['a fifth part in version 00', { traceparent: `${HEADER}-more` }],
    ['a number', { traceparent: 5 as unknown as string }],
    ['two of them', { traceparent: [HEADER, HEADER] }],
    ['upper case', { traceparent: HEADER.toUpperCase() }],
  ])('changes nothing for %s', (_, carrier) => {
    withSpan(() => withRemoteContext(carrier, () => withSpan(() => 1, { name: 'inner' })), { name: 'outer' })
    expect(traces.snapshot()).toBe('outer [UNKNOWN]\n└─ inner [UNKNOWN]')
    withRemoteContext(carrier, () => withSpan(() => 1, { name: 'alone' }))
    expect(traces.get('alone')).not.toHaveProperty('parentSpanId')
  })

  const BAGGAGE = 'other=1;p=2, session.id=s%201 , user.id=%C3%BC;meta, bad=%'

  test('takes session and user from the baggage of a caller that is trusted, and of nobody else', () => {
    const carrier = { traceparent: HEADER, baggage: BAGGAGE }
    withRemoteContext(carrier, () => withSpan(() => 1, { name: 'friend' }), { trusted: true })
    expect(traces.last).toMatchObject({ sessionId: 's 1', user: 'ü' })
    const stranger = { ...carrier, traceparent: `00-${'c'.repeat(32)}-${PARENT}-01` }
    withRemoteContext(stranger, () => withSpan(() => 1, { name: 'stranger' }))
    expect(traces.last).not.toHaveProperty('sessionId')
    expect(traces.last).not.toHaveProperty('user')
  })

  test('follows what a trusted caller decided about sampling, where that is turnspan', () => {
    const sent: Record<string, string> = {}
    withSpan(() => injectHeaders(sent), { sampleRatio: 0 })
    expect(sent).toMatchObject({ tracestate: 'turnspan=root;s:0' })
    withRemoteContext(sent, () => withSpan(() => 1, { name: 'unsampled' }), { trusted: true })
    expect(traces.spans).toEqual([])
    const other = { traceparent: `00-${TRACE}-${PARENT}-00` }
    withRemoteContext(other, () => withSpan(() => 1, { name: 'kept' }), { trusted: true })
    withRemoteContext(sent, () => withSpan(() => 1, { name: 'asked by a stranger' }))
    expect(traces.spans.map((span) => span.name)).toEqual(['kept', 'asked by a stranger'])
  })

  test.each(['00', '01'])('passes on what came without a span of ours, as it came: flags %s', (flags) => {
    const came = { traceparent: `00-${TRACE}-${PARENT}-${flags}`, tracestate: 'vendor=x' }
    expect(withRemoteContext(came, () => injectHeaders({}))).toEqual(came)
    const bare = { traceparent: came.traceparent }
    expect(withRemoteContext(bare, () => injectHeaders({}))).toEqual(bare)
  })

  test('follows the decision of turnspan where the span of another vendor lies between', () => {
    const sent = withSpan(() => injectHeaders<Record<string, string>>({}))
    const between = {
      traceparent: `00-${sent.traceparent?.split('-')[1]}-${PARENT}-00`,
      tracestate: `vendor=x,${sent.tracestate}`,
    }
    const ask = (): unknown => withSpan(() => injectHeaders({}), { name: 'behind', sampleRatio: 0 })
    expect(withRemoteContext(between, ask, { trusted: true })).toMatchObject({
      traceparent: expect.stringMatching(/-01$/),
      tracestate: 'turnspan=root;s:1,vendor=x',
    })
    expect(traces.get('behind').parentSpanId).toBe(PARENT)
  })

  test('a turn with a response ID starts a trace of its own, linked to the caller', () => {
    const hex = 'c'.repeat(32)
    withRemoteContext({ traceparent: HEADER }, () =>
      withAgent({ agent: 'a', responseId: `resp_${hex}` }, () => 1),
    )
    expect(traces.get('a')).toMatchObject({ traceId: hex, links: [{ traceId: TRACE, spanId: PARENT }] })
    expect(traces.get('a')).not.toHaveProperty('parentSpanId')
  })

  test('joins a caller and a server into one trace, over real HTTP', async () => {
    const headers: IncomingHttpHeaders[] = []
    const server = createServer((request, response) => {
      headers.push(request.headers)
      withRemoteContext(request.headers, () => withSpan(() => 1, { name: 'served' }))
      response.end('ok')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await withAgent({ agent: 'caller', sessionId: 's-1' }, async () => {
      const response = await fetch(url, { headers: injectHeaders(new Headers(), { baggage: true }) })
      expect(await response.text()).toBe('ok')
    })
    await new Promise((resolve) => server.close(resolve))
    expect(headers).toHaveLength(1)
    expect(traces.get('served')).toMatchObject({
      traceId: traces.get('caller').traceId,
      parentSpanId: traces.get('caller').spanId,
    })
  })

  test('gives the result, and throws on', () => {
    expect(withRemoteContext({}, () => 5)).toBe(5)
    const fault = new Error('out')
    expect(() =>
      withRemoteContext({ traceparent: HEADER }, () => {
        throw fault
      }),
    ).toThrow(fault)
  })

  test('does not leak into what comes after', async () => {
    await withRemoteContext({ traceparent: HEADER }, async () => {
      await Promise.resolve()
      expect(otel.getSpanContext(context.active())?.traceId).toBe(TRACE)
    })
    expect(otel.getSpanContext(context.active())).toBeUndefined()
  })
})
