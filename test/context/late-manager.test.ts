import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tracingContext, withAgent, withSpan, withTool } from '../../src/index.ts'
import { type CapturedTraces, captureTraces } from '../../src/testing/index.ts'

let traces: CapturedTraces
beforeEach(() => {
  traces = captureTraces()
})
afterEach(() => {
  traces.stop()
  context.disable()
  propagation.disable()
  trace.disable()
})

const register = (): boolean => context.setGlobalContextManager(new AsyncLocalStorageContextManager())

test('whoever registers a context manager, a propagator or a provider has it, whatever was traced before', async () => {
  await withAgent({ agent: 'a' }, async () => 1)
  const propagator = { inject: () => {}, extract: () => ROOT_CONTEXT, fields: () => ['own'] }
  expect(register()).toBe(true)
  expect(register()).toBe(false)
  expect(propagation.fields()).toEqual(['traceparent', 'tracestate', 'baggage'])
  expect(propagation.setGlobalPropagator(propagator)).toBe(true)
  expect(propagation.fields()).toEqual(['own'])
  const started: string[] = []
  const startSpan = (name: string) => {
    started.push(name)
    return trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 })
  }
  const getTracer = () => ({ startSpan, startActiveSpan: () => undefined as never })
  expect(trace.setGlobalTracerProvider({ getTracer })).toBe(true)
  trace.getTracer('app').startSpan('own')
  expect(started).toEqual(['own'])
})

test('outside of everything the context is the root that programs compare with', async () => {
  expect(context.active()).toBe(ROOT_CONTEXT)
  await withSpan(async () => expect(context.active()).not.toBe(ROOT_CONTEXT))
  expect(context.active()).toBe(ROOT_CONTEXT)
})

test('code that runs while a manager is registered stays in its span, trace and scope', async () => {
  await tracingContext({ user: 'u-1' }, () =>
    withAgent({ agent: 'a' }, async () => {
      expect(register()).toBe(true)
      await withTool({ tool: 't' }, () => withSpan(async () => 1, { name: 'inner' }))
    }),
  )
  expect(traces.snapshot()).toBe('agent:a [AGENT]\n└─ tool:t [TOOL]\n   └─ inner [UNKNOWN]')
  expect(traces.all).toHaveLength(1)
})

test('code that was started in a span which has ended begins anew in the contexts of the manager', async () => {
  let begin = (): void => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const later = withSpan(() => ({ done: begun.then(() => withSpan(async () => 1, { name: 'later' })) }), {
    name: 'first',
  })
  register()
  begin()
  await later.done
  expect(traces.all.map(({ root }) => root?.name)).toEqual(['first', 'later'])
})
