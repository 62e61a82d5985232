import * as api from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { createContextManager } from '../../src/runtime/context-manager.ts'
import { context, createContextKey, ROOT_CONTEXT } from '../../src/runtime/otel-context.ts'
import {
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  propagation,
  TraceFlags,
  trace,
} from '../../src/runtime/otel-trace.ts'
import { createTraceState } from '../../src/runtime/otel-trace-state.ts'

const id = (length: number) =>
  fc.oneof(
    fc.stringMatching(new RegExp(`^[0-9a-fA-F]{${length}}$`)),
    fc.stringMatching(/^[0-9a-g]{14,34}$/),
    fc.constantFrom<unknown>(
      '0'.repeat(length),
      `${'a'.repeat(length)}\n`,
      '',
      undefined,
      null,
      17,
      'é'.repeat(length),
    ),
  )

describe('what is written out of the API', () => {
  it('has the same constants and keys', () => {
    expect(TraceFlags).toMatchObject({ NONE: api.TraceFlags.NONE, SAMPLED: api.TraceFlags.SAMPLED })
    expect(INVALID_SPAN_CONTEXT).toEqual(api.INVALID_SPAN_CONTEXT)
    expect(createContextKey('some key')).toBe(api.createContextKey('some key'))
  })

  it('takes the same span contexts for valid', () => {
    fc.assert(
      fc.property(id(32), id(16), (traceId, spanId) => {
        const spanContext = { traceId, spanId, traceFlags: 1 } as api.SpanContext
        expect(isSpanContextValid(spanContext)).toBe(api.isSpanContextValid(spanContext))
      }),
    )
  })

  it.each([
    ['theirs', api.ROOT_CONTEXT],
    ['ours', ROOT_CONTEXT],
  ])('reads and writes spans and baggage in contexts that are %s, as the API does', (_, root) => {
    const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
    expect(trace.getSpan(root)).toBeUndefined()
    expect(trace.getSpanContext(root)).toBeUndefined()
    expect(api.trace.getSpanContext(trace.setSpanContext(root, spanContext))).toBe(spanContext)
    expect(trace.getSpanContext(api.trace.setSpanContext(root, spanContext))).toBe(spanContext)
    const span = api.trace.wrapSpanContext(spanContext)
    expect(api.trace.getSpan(trace.setSpan(root, span))).toBe(span)
    const baggage = api.propagation.createBaggage({ user: { value: 'u-1' } })
    expect(propagation.getBaggage(root)).toBeUndefined()
    expect(propagation.getBaggage(api.propagation.setBaggage(root, baggage))).toBe(baggage)
  })

  it('has a span that stands for another process and takes everything without a word', () => {
    const spanContext = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true }
    const [ours, theirs] = [trace.wrapSpanContext(spanContext), api.trace.wrapSpanContext(spanContext)]
    expect(ours.spanContext()).toBe(theirs.spanContext())
    expect(ours.isRecording()).toBe(theirs.isRecording())
    const chained = ours
      .setAttribute('a', 1)
      .setAttributes({ a: 1 })
      .addEvent('e')
      .addLink({ context: spanContext })
      .addLinks([])
      .setStatus({ code: api.SpanStatusCode.ERROR })
      .updateName('n')
    expect(chained).toBe(ours)
    ours.recordException(new Error('e'))
    ours.end()
    expect(ours.spanContext()).toBe(spanContext)
  })

  it('keeps contexts as they are, whatever is set or deleted in ones made of them', () => {
    const [a, b] = [createContextKey('a'), createContextKey('b')]
    const one = ROOT_CONTEXT.setValue(a, 1)
    const two = one.setValue(b, 2).setValue(a, 3)
    expect([one.getValue(a), one.getValue(b), two.getValue(a), two.getValue(b)]).toEqual([1, undefined, 3, 2])
    expect(two.deleteValue(a).getValue(a)).toBeUndefined()
    expect([two.getValue(a), ROOT_CONTEXT.getValue(a)]).toEqual([3, undefined])
  })
})

const member = fc.oneof(
  fc.tuple(
    fc.stringMatching(/^[a-z0-9][_0-9a-z\-*/]{0,6}(@[a-z]{1,3})?$/),
    fc.stringMatching(/^[ -~]{1,8}$/),
  ),
  fc.tuple(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 })),
  fc.constantFrom<[string, string]>(
    ['turnspan', 'root'],
    ['a', 'b'],
    ['a', 'c=d'],
    ['A', 'b'],
    ['', 'x'],
    ['k', ''],
  ),
)
const header = fc.oneof(
  fc
    .array(member, { maxLength: 20 })
    .map((members) => members.map(([key, value]) => `${key}=${value}`).join(',')),
  fc.array(fc.string({ maxLength: 5 }), { maxLength: 6 }).map((parts) => parts.join(' , ')),
  fc.constantFrom('', ' ', ',', '=', 'a', `a=${'b'.repeat(510)}`, `a=${'b'.repeat(300)}`),
)

describe('a tracestate', () => {
  it('is read and written as the API does', () => {
    fc.assert(
      fc.property(header, fc.array(member, { maxLength: 3 }), (text, changes) => {
        let ours = createTraceState(text)
        let theirs = api.createTraceState(text)
        for (const [key, value] of changes) {
          expect(ours.get(key)).toBe(theirs.get(key))
          ours = value === '' ? ours.unset(key) : ours.set(key, value)
          theirs = value === '' ? theirs.unset(key) : theirs.set(key, value)
          expect(ours.serialize()).toBe(theirs.serialize())
        }
        expect(ours.serialize()).toBe(theirs.serialize())
      }),
      { numRuns: 1000 },
    )
  })

  it('keeps the first 32 members, in their order', () => {
    const names = Array.from({ length: 40 }, (_, i) => `k${i}=${i}`)
    expect(createTraceState(names.join(',')).serialize()).toBe(names.slice(0, 32).join(','))
  })

  it('is empty without a text', () => {
    expect(createTraceState().serialize()).toBe('')
  })
})

describe('the shared contexts', () => {
  afterEach(() => api.context.disable())

  it('run code in no context while nobody has registered a manager', () => {
    const key = createContextKey('nobody')
    expect(context.with(ROOT_CONTEXT.setValue(key, 1), () => context.active().getValue(key))).toBeUndefined()
  })

  it.each([
    ['of OpenTelemetry', () => new AsyncLocalStorageContextManager().enable()],
    ['of ours', createContextManager],
  ])('are those of the registered manager %s', (_, make) => {
    api.context.setGlobalContextManager(make())
    const key = createContextKey('somebody')
    const seen = context.with(ROOT_CONTEXT.setValue(key, 1), () => [
      context.active().getValue(key),
      api.context.active().getValue(key),
    ])
    expect(seen).toEqual([1, 1])
    expect(api.context.with(ROOT_CONTEXT.setValue(key, 2), () => context.active().getValue(key))).toBe(2)
  })
})
