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

const key = fc.stringMatching(/^[a-z][_0-9a-z\-*/]{0,6}(@[a-z]{1,3})?$/)
const value = fc.stringMatching(/^[ -+\--<>-~]{0,7}[!-+\--<>-~]$/)
const anything = fc.oneof(
  fc.tuple(key, value),
  fc.tuple(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 })),
  fc.constantFrom<[string, string]>(
    ['turnspan', 'root'],
    ['a', 'c=d'],
    ['A', 'b'],
    ['', 'x'],
    ['k', ''],
    ['k', 'x'.repeat(256)],
  ),
)
const textOf = (members: readonly (readonly [string, string])[]): string =>
  members.map(([name, text]) => `${name}=${text}`).join(',')

describe('a tracestate', () => {
  it('is read and changed as the API does, where nothing is malformed', () => {
    const members = fc.uniqueArray(fc.tuple(key, value), { maxLength: 20, selector: ([name]) => name })
    fc.assert(
      fc.property(members, fc.array(fc.tuple(key, fc.option(value)), { maxLength: 3 }), (given, changes) => {
        let ours = createTraceState(textOf(given))
        let theirs = api.createTraceState(textOf(given))
        for (const [name, text] of changes) {
          expect(ours.get(name)).toBe(theirs.get(name))
          ours = text === null ? ours.unset(name) : ours.set(name, text)
          theirs = text === null ? theirs.unset(name) : theirs.set(name, text)
        }
        expect(ours.serialize()).toBe(theirs.serialize())
      }),
      { numRuns: 1000 },
    )
  })

  it('can be sent whatever it is made of, with the newest member in front', () => {
    const header = fc.array(fc.oneof(anything, fc.tuple(key, value)), { maxLength: 40 }).map(textOf)
    fc.assert(
      fc.property(header, anything, (given, [name, text]) => {
        const before = createTraceState(given)
        const after = before.set(name, text)
        const sent = after.serialize()
        expect(sent.length).toBeLessThanOrEqual(512)
        expect(sent.split(',').length).toBeLessThanOrEqual(32)
        expect(createTraceState(sent).serialize()).toBe(sent)
        if (after.get(name) === text && before.get(name) !== text)
          expect(sent.startsWith(`${name}=${text}`)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('is none where there are more than 32 members, or one is malformed', () => {
    const names = Array.from({ length: 33 }, (_, i) => `k${i}=${i}`)
    expect(createTraceState(names.slice(0, 32).join(',')).serialize()).toBe(names.slice(0, 32).join(','))
    expect(createTraceState(names.join(',')).serialize()).toBe('')
    expect(createTraceState('a=1,B=2').serialize()).toBe('')
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
