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
    ['a list of values', { traceparent: [HEADER, 'other'] }],
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
  ])('changes nothing for %s', (_, carrier) => {
    withSpan(() => withRemoteContext(carrier, () => withSpan(() => 1, { name: 'inner' })), { name: 'outer' })
    expect(traces.snapshot()).toBe('outer [UNKNOWN]\n└─ inner [UNKNOWN]')
    withRemoteContext(carrier, () => withSpan(() => 1, { name: 'alone' }))
    expect(traces.get('alone')).not.toHaveProperty('parentSpanId')
  })

  test('takes session and user from baggage', () => {
    const carrier = {
      traceparent: HEADER,
      baggage: 'other=1;p=2, session.id=s%201 , user.id=%C3%BC;meta, bad=%',
    }
    withRemoteContext(carrier, () => withSpan(() => 1))
    expect(traces.last).toMatchObject({ sessionId: 's 1', user: 'ü' })
  })

  test('follows what the caller decided about sampling, where the caller is turnspan', () => {
    const sent: Record<string, string> = {}
    withSpan(() => injectHeaders(sent), { sampleRatio: 0 })
    withRemoteContext(sent, () => withSpan(() => 1, { name: 'unsampled' }))
    expect(traces.spans).toEqual([])
    withRemoteContext({ traceparent: `00-${TRACE}-${PARENT}-00` }, () => withSpan(() => 1, { name: 'kept' }))
    expect(traces.spans.map((span) => span.name)).toEqual(['kept'])
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
