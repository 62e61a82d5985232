import { expectTypeOf, test } from 'vitest'
import {
  type CapturedSpan,
  type CapturedTrace,
  captureTraces,
  expectTrace,
  hasCalled,
  type TraceExpectation,
  type TreePattern,
  treeSnapshot,
} from '../../src/testing/index.ts'

test('a capture gives spans and traces', () => {
  const traces = captureTraces()
  expectTypeOf(traces.spans).toEqualTypeOf<readonly CapturedSpan[]>()
  expectTypeOf(traces.all).toEqualTypeOf<readonly CapturedTrace[]>()
  expectTypeOf(traces.last).toEqualTypeOf<CapturedTrace | undefined>()
  expectTypeOf(traces.find('s')).toEqualTypeOf<CapturedSpan | undefined>()
  expectTypeOf(traces.get((span) => span.type === 'TOOL')).toEqualTypeOf<CapturedSpan>()
  expectTypeOf(traces.findAll({ type: 'TOOL', status: 'ERROR' })).toEqualTypeOf<CapturedSpan[]>()
  expectTypeOf(traces.settled()).toEqualTypeOf<Promise<void>>()
  expectTypeOf(traces).toExtend<Disposable & AsyncDisposable>()
  // @ts-expect-error there is no such pattern
  traces.find({ kind: 'TOOL' })
  // @ts-expect-error a target cannot be given: nothing is sent
  captureTraces({ endpoint: 'http://localhost' })
})

test('assertions chain, and take what last gives', () => {
  const traces = captureTraces()
  expectTypeOf(expectTrace(traces.last)).toEqualTypeOf<TraceExpectation>()
  expectTypeOf(expectTrace(traces.last).not.toHaveCalled('t')).toEqualTypeOf<TraceExpectation>()
  expectTypeOf(expectTrace(traces.last).toUseTokensBelow({ input: 1 })).toEqualTypeOf<TraceExpectation>()
  for (const trace of traces.all) {
    expectTypeOf(hasCalled(trace, 't', { times: 1 })).toEqualTypeOf<boolean>()
    expectTypeOf(treeSnapshot(trace, { inputs: true })).toEqualTypeOf<string>()
  }
})

test('trees nest, and begin with a span', () => {
  expectTypeOf(['a', ['b', 'c', { type: 'TOOL' }], /d/] as const).toExtend<TreePattern>()
  // @ts-expect-error a list begins with the span that the rest stands below
  ;[] satisfies TreePattern
  // @ts-expect-error a number is no span
  ;['a', 5] satisfies TreePattern
})
